package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/internal/outbox"
	"voronka/storage"
)

// keep writes refs down.
func (w *world) keep(refs map[string]string) {
	w.Helper()
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		for key, value := range refs {
			if err := tx.PutRef(key, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// kept are the keys that begin so.
func (w *world) kept(prefix string) (keys []string) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		keys, err = tx.RefKeys(prefix, "", 10000)
		return err
	})
	return keys
}

func (w *world) forget(times int) {
	w.Helper()
	for range times {
		if err := w.Forget(w.ctx()); err != nil {
			w.Fatal(err)
		}
	}
}

// TestInviteGoesWithItsJob: the link is kept while the job may send it again, and
// no longer.
func TestInviteGoesWithItsJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(shop, "deliver: {file: files/course.txt, text: Ваш курс}", `deliver: {invite: "@club", text: Заходите}`, 1))
	payment := w.toPay()
	w.chat.refuse(errors.New("nobody knows"), "Заходите")
	w.notify(paid(payment))
	w.drain()
	for range 20 {
		w.pass(time.Hour)
		w.forget(2)
	}
	_, ids := w.buried()
	if len(ids) != 1 || !slices.Equal(w.kept("invite/"), []string{"invite/" + strconv.FormatInt(ids[0], 10)}) {
		t.Fatalf("buried %v, kept %q", ids, w.kept("invite/"))
	}
	w.chat.refuse(nil, "")
	if err := w.Revive(w.ctx(), ids[0]); err != nil {
		t.Fatal(err)
	}
	w.drain()
	w.forget(2)
	if left := slices.Concat(w.kept("invite/"), w.kept("unsure/")); len(left) != 0 {
		t.Errorf("kept %q", left)
	}
	if last := w.chat.texts(); !strings.Contains(last[len(last)-1], "https://t.me/+link") {
		t.Errorf("said %q", last)
	}
}

// TestLeftoversAreSweptALittleAtATime: whatever has outlived its use goes, in
// portions, and nothing else does.
func TestLeftoversAreSweptALittleAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	var waiting, buried outbox.Job
	err := w.store.Update(w.ctx(), func(tx storage.Tx) (err error) {
		for _, to := range []*outbox.Job{&waiting, &buried} {
			job, err := outbox.New("chat/tg:7", "say", "", w.clock.Now().Add(time.Hour))
			if err != nil {
				return err
			}
			if *to, err = tx.Enqueue(job); err != nil {
				return err
			}
		}
		buried.BuriedAt = w.clock.Now()
		return tx.Bury(buried)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Announce(w.ctx(), bot.Broadcast{ID: "kept", Text: "Скидка", At: w.clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	now := w.clock.Now()
	stays := map[string]string{
		fmt.Sprint("invite/", waiting.ID): "https://t.me/+a", fmt.Sprint("unsure/", buried.ID): "x", "invite/of another kind": "?",
		"charged/contact/tg:7": now.Format(time.DateOnly) + " 99000", "charged/day": now.Format(time.DateOnly) + " 99000",
		"download/o1/files/a.pdf": now.Add(-23 * time.Hour).Format(time.RFC3339),
		"broadcast/kept/tally":    "{}", "attention/tg:7": "help", "invited": "?",
	}
	goes := map[string]string{
		"charged/plan/club": now.AddDate(0, 0, -1).Format(time.DateOnly) + " 99000", "download/o1/files/b.pdf": now.Add(-25 * time.Hour).Format(time.RFC3339),
		"download/o1/files/c.pdf": "garbled", "broadcast/gone": "{}", "broadcast/gone/tally": "{}", "unsure/9000": "xs",
	}
	for i := range 250 {
		goes[fmt.Sprint("invite/", 10000+i)] = "https://t.me/+b"
	}
	w.keep(stays)
	w.keep(goes)
	all := func() []string { return w.kept("") }
	before := len(all())
	w.forget(1)
	if gone := before - len(all()); gone < 100 || gone > 110 {
		t.Errorf("%d went at once", gone)
	}
	w.forget(4)
	want := []string{"broadcast/kept", "broadcasts"}
	for key := range stays {
		want = append(want, key)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, all()); diff != "" {
		t.Error(diff)
	}
	w.clock.pass(25 * time.Hour)
	w.forget(2)
	for _, key := range all() {
		if strings.HasPrefix(key, "charged/") || strings.HasPrefix(key, "download/") {
			t.Errorf("the next day %s is still there", key)
		}
	}
}

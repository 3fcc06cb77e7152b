package bot_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// broken lists what may go wrong with the chat while goods are sent.
func broken() map[string]error {
	return map[string]error{
		"refused":   &sales.Error{Code: "telegram_refused", Action: sales.Bury},
		"uncertain": &sales.Error{Code: "telegram_unreachable", Uncertain: true},
		"blind":     errors.New("something nobody thought of"),
		"blocked":   &sales.Error{Code: bot.ChatBlocked, Action: sales.Bury},
	}
}

func TestGoodsThatDoNotArriveWaitForAPerson(t *testing.T) {
	t.Parallel()
	codes := map[string]string{
		"refused": "telegram_refused", "uncertain": outbox.CodeUncertain, "blind": outbox.CodeUncertain, "blocked": bot.ChatBlocked,
	}
	for name, failure := range broken() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop)
			payment := w.toPay()
			w.chat.refuse(failure, "Ваш курс")
			w.notify(paid(payment))
			w.drain()
			for range 10 {
				w.pass(24 * time.Hour)
			}
			jobs, ids := w.buried()
			if len(jobs) != 1 || jobs[0] != "deliver "+codes[name] || w.attention() != "deliver_failed "+codes[name] {
				t.Fatalf("buried %q, attention %q", jobs, w.attention())
			}
			if lines := w.journal("buried"); len(lines) != 1 || !strings.HasPrefix(lines[0], "event: deliver_failed") {
				t.Errorf("journal %q", lines)
			}
			w.chat.refuse(nil, "")
			if err := w.Revive(w.ctx(), ids[0]); err != nil {
				t.Fatal(err)
			}
			w.drain()
			if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
				t.Error(diff)
			}
			if err := w.Revive(w.ctx(), ids[0]); !errors.Is(err, outbox.ErrUnknownJob) {
				t.Errorf("revived twice: %v", err)
			}
			if err := w.Attended(w.ctx(), "tg:7"); err != nil || w.attention() != "" {
				t.Errorf("%v, attention %q", err, w.attention())
			}
		})
	}
}

func TestGoodsWaitWhileTheChatIsFlooded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.chat.refuse(&sales.Error{Code: "telegram_flood", After: 17 * time.Second}, "")
	w.notify(paid(payment))
	w.drain()
	w.chat.refuse(nil, "")
	w.pass(16 * time.Second)
	if n := len(w.chat.all()); n != 2 {
		t.Errorf("%d messages before the time", n)
	}
	w.pass(time.Second)
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

// TestGoodsOnTheirWayInACrashAreSentAgain starts over what the file holds when
// the process dies while the goods are on their way: nobody knows whether they
// have arrived, and the dialog says so.
func TestGoodsOnTheirWayInACrashAreSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.notify(paid(payment))
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		jobs, err := tx.Waiting(10)
		for _, job := range jobs {
			switch job.Kind {
			case "deliver":
				job.Began = true
				err = errors.Join(err, tx.Save(job))
			case "say":
				err = errors.Join(err, tx.Remove(job))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.drain()
	w.pass(time.Hour)
	if jobs, _ := w.buried(); w.chat.deliveries() != 1 || len(jobs) != 0 || len(w.waiting()) != 0 {
		t.Errorf("messages %q, buried %q, waiting %q", w.chat.texts(), jobs, w.waiting())
	}
	if lines := w.journal("repeated"); len(lines) != 1 || !strings.Contains(lines[0], w.orders()[0].ID) {
		t.Errorf("journal %q", w.journal())
	}
}

// TestRepetitionIsSaidBeforeItIsDone looks at the dialog at the very moment of
// sending, where another crash may come.
func TestRepetitionIsSaidBeforeItIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	var said []int
	w.chat.after = func(m bot.Message) error {
		if m.Document == nil {
			return nil
		}
		said = append(said, len(w.journal("repeated")))
		return &sales.Error{Code: "telegram_unreachable", Uncertain: true}
	}
	w.notify(paid(payment))
	w.drain()
	for range 3 {
		w.pass(time.Hour)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3}, said); diff != "" {
		t.Error(diff)
	}
}

func TestLostAnswersAboutGoods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code                         string
		lost, sent, buried, repeated int
	}{
		"none":          {"telegram_unreachable", 0, 1, 0, 0},
		"one":           {"telegram_unreachable", 1, 2, 0, 1},
		"forever":       {"telegram_unreachable", 1000, 6, 1, 5}, // then a person decides
		"sick for long": {bot.ChatUnavailable, 8, 9, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop)
			payment := w.toPay()
			lost := c.lost
			w.chat.after = func(m bot.Message) error {
				if m.Document == nil || lost == 0 {
					return nil
				}
				lost--
				return &sales.Error{Code: c.code, Uncertain: true}
			}
			w.notify(paid(payment))
			w.drain()
			for range 10 {
				w.pass(time.Hour)
			}
			if jobs, _ := w.buried(); w.chat.deliveries() != c.sent || len(jobs) != c.buried {
				t.Errorf("sent %d times, buried %q", w.chat.deliveries(), jobs)
			}
			if (w.attention() != "") != (c.buried > 0) || len(w.journal("repeated")) != c.repeated {
				t.Errorf("attention %q, journal %q", w.attention(), w.journal("repeated"))
			}
		})
	}
}

func TestBlockedCustomerIsNotedAndReachedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	w.drain()
	blocked := func() (is bool) {
		w.view(func(tx storage.Tx) error {
			contact, err := tx.Contact("tg:7")
			is = contact.Blocked
			return err
		})
		return is
	}
	w.chat.refuse(&sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}, "")
	w.say("/help")
	w.drain()
	if jobs, _ := w.buried(); !blocked() || len(jobs) != 0 || len(w.waiting()) != 0 {
		t.Errorf("blocked %v, buried %q, waiting %q", blocked(), jobs, w.waiting())
	}
	if lines := w.journal("blocked"); len(lines) != 1 {
		t.Errorf("journal %q", w.journal())
	}
	w.pass(time.Hour) // its timer stays silent
	w.chat.refuse(nil, "")
	w.say("/start")
	w.drain()
	if blocked() || len(w.chat.all()) != 2 {
		t.Errorf("blocked %v, messages %q", blocked(), w.chat.texts())
	}
}

const showcase = `
flow: shop
title: Витрина
start: welcome
products:
  club: {title: Клуб, price: 100, deliver: {invite: "@club", text: Заходите}}
states:
  welcome:
    do:
      - {say: Фото, photo: pic.png}
      - {say: Файл, document: pic.png}
      - {say: Сайт, photo: "https://example.ru/1.png"}
      - pay: club
        say: "Ссылка: #{pay_url}"
        expires: 30m
    on:
      - {success: in, fail: in, different_amounts: in, expired: in}
  in: {do: [{deliver: club}], end: true}
`

func TestFilesAreUploadedOncePerKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, showcase)
	w.say("/start")
	w.drain()
	w.say("/start")
	w.drain()
	var known []string
	for _, m := range w.chat.all() {
		for _, file := range []*bot.File{m.Photo, m.Document} {
			if file != nil {
				known = append(known, file.Known+file.URL)
			}
		}
	}
	want := []string{"", "", "https://example.ru/1.png", "pic-pic.png", "doc-pic.png", "https://example.ru/1.png"}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Error(diff)
	}
}

func TestForgottenFileIsUploadedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, showcase)
	w.say("/start")
	w.drain()
	w.chat.mu.Lock()
	w.chat.before = func(m bot.Message) error {
		if m.Photo != nil && m.Photo.Known != "" {
			return &sales.Error{Code: "telegram_file", Action: sales.Bury}
		}
		return nil
	}
	w.chat.mu.Unlock()
	w.say("/start")
	w.drain()
	w.pass(time.Minute)
	if jobs, _ := w.buried(); len(jobs) != 0 || len(w.chat.all()) != 8 {
		t.Errorf("buried %q, messages %q", jobs, w.chat.texts())
	}
}

func TestMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.Files = nil }) // its folder is empty
	payment := w.toPay()
	w.notify(paid(payment))
	w.drain()
	if jobs, _ := w.buried(); len(jobs) != 1 || jobs[0] != "deliver file_missing" {
		t.Errorf("buried %q", jobs)
	}
}

func TestInviteIsAskedForAgainAndAddressesAreSafeInHTML(t *testing.T) {
	t.Parallel()
	w := newWorld(t, showcase, func(c *bot.Config) { c.PublicURL = "" })
	w.say("/start")
	w.drain()
	payment := w.payment()
	w.notify(paid(payment))
	w.drain()
	w.pass(time.Minute)
	texts := w.chat.texts()
	want := []string{"Ссылка: https://bank.example/" + payment.ID + "?a=1&amp;lt=2", "Заходите\nhttps://t.me/+link?a=1&amp;b=2"}
	if diff := cmp.Diff(want, texts[len(texts)-2:]); diff != "" {
		t.Error(diff)
	}
	pay := w.chat.all()[3]
	if got := pay.Buttons[0][0].URL; got != "https://bank.example/"+payment.ID+"?a=1&lt=2" {
		t.Errorf("the button leads to %s", got)
	}
	if jobs, _ := w.buried(); len(jobs) != 0 {
		t.Errorf("buried %q", jobs)
	}
}

func TestUnreadableJobStandsInNobodysWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.Log = slog.New(slog.DiscardHandler) })
	w.say("/start")
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		job, err := outbox.New("chat/tg:7", "say", []string{"not", "a", "message"}, w.clock.Now())
		if err != nil {
			return err
		}
		_, err = tx.Enqueue(job)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.say("/help")
	w.drain()
	if jobs, _ := w.buried(); !slices.Equal(jobs, []string{"say job_unreadable"}) || len(w.chat.all()) != 2 {
		t.Errorf("buried %q, messages %q", jobs, w.chat.texts())
	}
}

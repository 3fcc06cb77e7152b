package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// ownersChat is the owner's chat, beside those of customers.
type ownersChat struct {
	*chat
	id   int64
	mu   sync.Mutex
	fail error
	read []string
	lose bool // the answers of Telegram
}

func (d *ownersChat) Send(ctx context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	if chat > 0 {
		return d.chat.Send(ctx, 7, m)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return bot.Sent{}, d.fail
	}
	if chat != d.id {
		return bot.Sent{}, &sales.Error{Code: "telegram_moved", Action: sales.Bury, Err: &bot.MovedError{To: d.id}}
	}
	if !m.Plain || m.Pace.Urgency != bot.Unasked {
		return bot.Sent{}, errors.New("not as alarms are sent")
	}
	d.read = append(d.read, m.Text)
	if d.lose {
		return bot.Sent{}, &sales.Error{Code: "telegram_unreachable", Uncertain: true}
	}
	return bot.Sent{Message: 1}, nil
}

func (d *ownersChat) wants(t *testing.T, when string, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.read); diff != "" {
		t.Errorf("%s the owner read (-want +got):\n%s", when, diff)
	}
	d.read = nil
}

func watched(t *testing.T) (*world, *ownersChat) {
	t.Helper()
	d := &ownersChat{id: -100}
	w := newWorld(t, shop, func(c *bot.Config) {
		d.chat = c.Chat.(*chat)
		c.Chat, c.Owner = d, &bot.Owner{Chat: -100, Calls: func(c bot.Calls) string {
			return fmt.Sprint(c.Dialogs, " dialogs ", c.Contact, ", ", c.Jobs, " jobs")
		}}
	})
	return w, d
}

// minutes lets them go by, with what is wrong looked at in each.
func (w *world) minutes(n int, wrong ...bot.Alarm) {
	w.Helper()
	for range n {
		if err := w.Alarmed(w.ctx(), wrong); err != nil {
			w.Fatal(err)
		}
		w.drain()
		w.clock.pass(time.Minute)
	}
}

func TestOwnerHearsOfACauseOnceAndOfItsEnd(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	denied, ends := bot.Alarm{Cause: "crm_denied", Text: "403", Over: "again"}, bot.Alarm{Cause: "crm_ends", Text: "ends"}
	w.minutes(5)
	d.wants(t, "while all is well")
	for range 24 { // a day, with a restart every hour
		w.minutes(59, denied)
		w.restart()
		w.minutes(1)
	}
	d.wants(t, "on the day of 403", "403")
	w.clock.pass(8 * time.Hour) // nobody is at work
	w.restart()
	w.minutes(2)
	d.wants(t, "while nobody knows whether it is over")
	w.minutes(30, ends)
	d.wants(t, "after it", "ends", "again")
	w.minutes(30)
	d.wants(t, "of what has no end")
	w.minutes(90)
	w.view(func(tx storage.Tx) error {
		kept, err := tx.Ref("alarms")
		if kept != "" {
			t.Errorf("%q is kept for ever", kept)
		}
		return err
	})
}

func TestOwnerIsNotToldOftenerThanHourly(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	denied := bot.Alarm{Cause: "crm_denied", Text: "403", Over: "again"}
	for range 5 { // comes and goes
		w.minutes(4, denied)
		w.minutes(6)
	}
	d.wants(t, "in an hour of coming and going", "403", "again")
	w.minutes(20, denied)
	d.wants(t, "when the hour was over", "403")
}

func TestTwoCausesAreTwoAlarms(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	w.minutes(2, bot.Alarm{Cause: "a", Text: "first"}, bot.Alarm{Cause: "b", Text: strings.Repeat("я", 5000)})
	d.wants(t, "of two causes", "first", strings.Repeat("я", 4000)+"…")
}

// calls has a customer call for a person.
func (w *world) calls(number int64) {
	w.Helper()
	w.updates++
	contact := fmt.Sprint("tg:", number)
	err := w.Handle(w.ctx(), flows.Input{
		ID: fmt.Sprint("tg:", w.updates), Kind: flows.Command, Text: "help", Contact: contact, At: w.clock.Now(),
		Profile: flows.Profile{ChatID: number, Name: "Анна"},
	})
	if err != nil {
		w.Fatal(err)
	}
	w.drain()
}

func TestOwnerHearsWhoCallsForAPerson(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	w.calls(7)
	d.wants(t, "at once", "1 dialogs tg:7, 0 jobs")
	w.calls(7) // nobody has come yet
	w.calls(8)
	w.calls(9)
	w.calls(10)
	if err := w.Attended(w.ctx(), "tg:9"); err != nil {
		t.Fatal(err)
	}
	w.pass(59 * time.Minute)
	d.wants(t, "within the hour")
	w.restart()
	w.pass(2 * time.Minute)
	d.wants(t, "when the hour is over", "2 dialogs , 0 jobs")
	w.calls(11)
	if err := w.Attended(w.ctx(), "tg:11"); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * time.Hour)
	d.wants(t, "of somebody who was attended to")
	if err := w.Attended(w.ctx(), "tg:7"); err != nil {
		t.Fatal(err)
	}
	w.calls(7)
	d.wants(t, "of who calls again", "1 dialogs tg:7, 0 jobs")
}

func TestOwnerHearsOfManyCallsInOneMessage(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	w.calls(7)
	for i := range int64(70) {
		w.calls(100 + i)
	}
	w.pass(61 * time.Minute)
	d.wants(t, "of a crowd", "1 dialogs tg:7, 0 jobs", "70 dialogs , 0 jobs")
}

func TestOwnerHearsOfUpdatesThatWerePutAside(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	if err := w.PutAside(w.ctx(), bot.Aside{Key: "5", Raw: []byte("{}"), At: w.clock.Now(), Why: "unreadable"}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	d.wants(t, "of what nobody could read", "0 dialogs , 1 jobs")
}

// TestOwnerIsNotToldForEver: answers that are lost, or that Telegram holds back
// for too long, have the owner read a message twice, and no more.
func TestOwnerIsNotToldForEver(t *testing.T) {
	t.Parallel()
	w, owner := watched(t)
	owner.lose = true
	w.minutes(60, bot.Alarm{Cause: "disk", Text: "Диск полон"})
	owner.wants(t, "in an hour", "Диск полон", "Диск полон")
	if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) != 0 {
		t.Errorf("buried %q, waiting %q", jobs, w.waiting())
	}
}

func TestOwnersChatMovesOrIsGone(t *testing.T) {
	t.Parallel()
	w, d := watched(t)
	d.id = -1001
	w.minutes(1, bot.Alarm{Cause: "a", Text: "first"})
	d.wants(t, "in a group that moved", "first")
	d.fail = &sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}
	w.minutes(1, bot.Alarm{Cause: "b", Text: "second"})
	w.calls(7)
	jobs, ids := w.buried()
	if diff := cmp.Diff([]string{"alarm chat_blocked", "alarm chat_blocked"}, jobs); diff != "" {
		t.Fatal(diff)
	}
	d.fail = nil             // he lets the bot in again
	for _, id := range ids { // one after the other: alarms and calls do not wait for each other
		if err := w.Revive(w.ctx(), id); err != nil {
			t.Fatal(err)
		}
		w.drain()
	}
	d.wants(t, "when the bot may write again", "second", "1 dialogs tg:7, 0 jobs")
}

func TestWithoutAnOwnerNobodyIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/help")
	w.minutes(3, bot.Alarm{Cause: "a", Text: "first"})
	if jobs := w.waiting(); len(jobs) != 0 {
		t.Errorf("waiting: %v", jobs)
	}
	w.view(func(tx storage.Tx) error {
		kept, err := tx.Ref("alarms")
		calls, err2 := tx.Ref("alarms/calls")
		if kept+calls != "" {
			t.Errorf("%q %q is kept", kept, calls)
		}
		return errors.Join(err, err2)
	})
}

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/storage"
)

func TestTimersRingAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	w.drain()
	w.pass(59 * time.Minute)
	w.restart()
	w.pass(3 * time.Hour) // both came due while nobody looked
	w.restart()
	w.pass(time.Second)
	if diff := cmp.Diff([]string{"Привет, Анна!", "Напоминаем", "Ещё раз"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestLeavingTheStateStopsItsTimers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.toPay()
	w.pass(25 * time.Minute)
	w.pass(2 * time.Hour)
	for _, text := range w.chat.texts() {
		if text == "Напоминаем" {
			t.Error("the timer of a state left behind rang")
		}
	}
}

func TestOneBrokenDialogSilencesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	payment := w.toPay()
	w.bank.state(paid(payment))
	// The contact's next timer stays in the index while its session says something else.
	w.config.Store = faulty{w.store, "tg:5"}
	w.restart()
	for _, contact := range []string{"tg:5", "tg:6"} {
		err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
			return tx.PutSession(flows.Session{
				Contact: contact, Flow: "shop", Seed: "seed", State: "welcome",
				Timers: []flows.Timer{{ID: "t1", State: "welcome", Due: w.clock.Now().Add(time.Minute)}},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.clock.pass(10 * time.Minute)
	if err := w.Tick(w.ctx()); err == nil || !strings.Contains(err.Error(), "tg:5") {
		t.Errorf("got %v", err)
	}
	w.drain()
	w.view(func(tx storage.Tx) error {
		session, err := tx.Session("tg:6")
		if len(session.Timers) != 0 {
			t.Error("the neighbour's timer is silent")
		}
		return err
	})
	if w.chat.deliveries() != 1 {
		t.Error("the payment was not asked for")
	}
}

// faulty is a store in which one session cannot be read.
type faulty struct {
	storage.Store
	contact string
}

var errUnreadable = errors.New("this record is damaged")

func (f faulty) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return f.Store.Update(ctx, func(tx storage.Tx) error { return fn(faultyTx{tx, f.contact}) })
}

type faultyTx struct {
	storage.Tx
	contact string
}

func (f faultyTx) Session(contact string) (flows.Session, error) {
	if contact == f.contact {
		return flows.Session{}, errUnreadable
	}
	return f.Tx.Session(contact)
}

func TestManyTimersInOneTick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	const customers = 120
	for i := range customers {
		id := fmt.Sprint("tg:", 1000+i)
		err := w.Handle(w.ctx(), flows.Input{ID: "first:" + id, Kind: flows.Command, Text: "start", Contact: id, At: w.clock.Now(), Profile: flows.Profile{ChatID: 7, Name: id}})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.drain()
	w.pass(time.Hour)
	if n := len(w.chat.all()); n != 2*customers {
		t.Errorf("%d messages", n)
	}
}

func TestRunServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	ctx, stop := context.WithCancel(w.ctx())
	ended := make(chan error, 1)
	shown := make(chan struct{}, 10)
	w.chat.after = func(m bot.Message) error { shown <- struct{}{}; return nil }
	go func() { ended <- w.Bot.Run(ctx) }()
	w.say("/start")
	select {
	case <-shown: // the runner was woken by the commit
	case <-ctx.Done():
		t.Error("nothing was said")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// deaf is a store that does not answer the first question.
type deaf struct {
	storage.Store
	answers atomic.Bool
}

func (d *deaf) View(ctx context.Context, fn func(storage.Tx) error) error {
	if !d.answers.Swap(true) {
		return errors.New("terminating connection due to administrator command")
	}
	return d.Store.View(ctx, fn)
}

// TestStartsWhileTheDatabaseRestarts asks a database that goes down in the very
// moment: the bot runs on, and works when it is back.
func TestStartsWhileTheDatabaseRestarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.Store = &deaf{Store: c.Store} })
	ctx, stop := context.WithCancel(w.ctx())
	ended := make(chan error, 1)
	shown := make(chan struct{}, 10)
	w.chat.after = func(bot.Message) error { shown <- struct{}{}; return nil }
	go func() { ended <- w.Bot.Run(ctx) }()
	w.say("/start")
	select {
	case <-shown:
	case err := <-ended:
		t.Fatalf("the bot ended: %v", err)
	case <-ctx.Done():
		t.Fatal("nothing was said")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

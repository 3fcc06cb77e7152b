package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/storage/postgres"
	"voronka/storage/postgrestest"
)

// twin is what one of two processes has of the database they share.
type twin struct {
	store storage.Store
	jobs  bot.Jobs
}

// TestTwoClocks has two processes believe that they lead, for ever, on one file, as
// far as that can be, and on one PostgreSQL: what is due is done once.
func TestTwoClocks(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, a, b twin){
		"a timer rings once, a broadcast tells once": ringsOnce,
		"a subscription is charged once":             chargesOnce,
		"a payment is asked for once in its time":    asksOnce,
	}
	t.Run("bbolt", func(t *testing.T) {
		t.Parallel()
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				store, err := bolt.Open(t.TempDir()+"/voronka.db", bolt.Options{NoSync: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { store.Close() })
				test(t, twin{store: store}, twin{store: store})
			})
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		cluster, err := postgrestest.Start(postgrestest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer cluster.Close()
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				address, err := cluster.Database(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				test(t, replica(t, address), replica(t, address))
			})
		}
	})
}

func replica(t *testing.T, address string) twin {
	t.Helper()
	store, err := postgres.Open(t.Context(), address, postgres.Options{Term: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	joined := store.Replica(slog.New(slog.DiscardHandler))
	if err := joined.Join(t.Context(), func() {}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { joined.Leave() })
	return twin{store, joined}
}

// pair is two processes of one bot, which see the same clock.
type pair struct {
	t    *testing.T
	bots [2]*bot.Bot
}

func makePair(t *testing.T, config bot.Config, a, b twin) *pair {
	t.Helper()
	p := &pair{t: t}
	for i, one := range []twin{a, b} {
		config.Store, config.Jobs = one.store, one.jobs
		made, err := bot.New(config)
		if err != nil {
			t.Fatal(err)
		}
		p.bots[i] = made
	}
	return p
}

// tick lets both clocks tick in the same moment, twice, and then both do the jobs
// that are theirs. On one file, which no second process can open, all are the first one's.
func (p *pair) tick(own bool) {
	p.t.Helper()
	var both sync.WaitGroup
	for _, one := range p.bots {
		both.Go(func() {
			for range 2 {
				if err := one.Tick(p.t.Context()); err != nil {
					p.t.Error(err)
				}
				if err := one.Forget(p.t.Context()); err != nil {
					p.t.Error(err)
				}
			}
		})
	}
	both.Wait()
	for i, one := range p.bots {
		if i > 0 && !own {
			continue
		}
		p.drain(one)
	}
}

// drain does what is a process's own. On a busy machine the database may not hear
// it for a moment, in which it does nothing.
func (p *pair) drain(one *bot.Bot) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for {
		err := one.Drain(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ringsOnce has each reminder sent once, and each customer of a broadcast told once.
func ringsOnce(t *testing.T, a, b twin) {
	w := newWorld(t, shop)
	w.store = a.store
	crowd := &hall{heard: map[int64][]string{}, room: 1000}
	w.config.Chat = crowd
	p := makePair(t, w.config, a, b)
	const customers = 40
	for i := range customers {
		in := flows.Input{ID: fmt.Sprint("tg:", i), Kind: flows.Command, Text: "start", Contact: fmt.Sprint("tg:", 100+i), At: w.clock.Now()}
		in.Profile = flows.Profile{ChatID: int64(100 + i), Name: "Анна"}
		if err := p.bots[i%2].Handle(w.ctx(), in); err != nil {
			t.Fatal(err)
		}
	}
	plan := bot.Broadcast{ID: "sale", Text: "Скидка", At: w.clock.Now().Add(30 * time.Minute), Hours: "0-24"}
	if _, err := p.bots[0].Announce(w.ctx(), plan); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		p.tick(a.jobs != nil)
		w.clock.pass(15 * time.Minute)
	}
	for chat, heard := range crowd.heard {
		if got := strings.Join(heard, ", "); got != "Привет, Анна!, Скидка, Напоминаем, Ещё раз" {
			t.Errorf("customer %d heard: %s", chat, got)
		}
	}
	if len(crowd.heard) != customers {
		t.Errorf("%d customers heard anything", len(crowd.heard))
	}
}

// chargesOnce lets them charge some months.
func chargesOnce(t *testing.T, a, b twin) {
	h := newHistoryOn(t, t.TempDir(), a.store)
	h.config.Jobs = a.jobs
	h.live()
	h.begin()
	h.say(flows.Input{Kind: flows.Command, Text: "join"})
	h.work()
	h.pay(happening{"pay", 0, 7})
	h.settle()
	p := makePair(t, h.config, a, b)
	for month := 1; month <= 3; month++ {
		for range 31 {
			h.pass(24 * time.Hour)
			p.tick(a.jobs != nil)
			for h.mail.waits() {
				h.news(0, true)
			}
		}
		taken := 0
		for _, payment := range h.bank.Payments() {
			if payment.Paid > 0 && !payment.Recurrent {
				taken++
			}
		}
		if h.charges() != month || taken != month {
			t.Fatalf("after %d months: %d charges, the bank took %d", month, h.charges(), taken)
		}
	}
	if one := h.only(); one.Status != sales.SubscriptionActive {
		t.Errorf("%+v", one)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// asksOnce: what one process would ask the bank, two ask together, and the link
// expires once.
func asksOnce(t *testing.T, a, b twin) {
	ask := func(w *world, tick func()) []string {
		w.say("/start")
		tick()
		w.press("Купить")
		for range 40 {
			tick()
			w.clock.pass(time.Minute)
		}
		return w.bank.log()
	}
	alone := newWorld(t, shop)
	want := ask(alone, func() { alone.pass(0) })
	w := newWorld(t, shop)
	p := makePair(t, w.config, a, b)
	w.Bot, w.store = p.bots[0], a.store
	if diff := cmp.Diff(want, ask(w, func() { p.tick(a.jobs != nil) })); diff != "" {
		t.Errorf("what the bank is asked by one (-) and by two (+):\n%s", diff)
	}
	if diff := cmp.Diff(alone.chat.texts(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

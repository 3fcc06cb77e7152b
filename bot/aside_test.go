package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/storage"
)

var errGarbled = errors.New("cannot be read")

// reader understands an update whose whole body is Anna's text, when it is well.
func reader(well *atomic.Bool, id string) func([]byte, time.Time, string) ([]flows.Input, error) {
	return func(raw []byte, at time.Time, _ string) ([]flows.Input, error) {
		if !well.Load() {
			return nil, errGarbled
		}
		return []flows.Input{{
			ID: id, Kind: flows.Command, Text: string(raw), Contact: "tg:7", At: at, Profile: flows.Profile{ChatID: 7, Name: "Анна"},
		}}, nil
	}
}

// TestUnreadableUpdateWaitsForAPerson: it is buried with its reason, in the
// dialog where there is one, and an operator can try it again.
func TestUnreadableUpdateWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for contact, known := range map[string]bool{"tg:7": true, "tg:8": false, "": false} {
		t.Run(contact, func(t *testing.T) {
			t.Parallel()
			var well atomic.Bool
			w := newWorld(t, shop, func(c *bot.Config) { c.Reread = reader(&well, "tg:1000") })
			w.say("/start")
			w.drain()
			aside := bot.Aside{Key: "telegram/1000", Contact: contact, Raw: []byte("help"), At: w.clock.Now(), Why: "decode\nstack"}
			for range 2 { // Telegram sends it again
				if err := w.PutAside(w.ctx(), aside); err != nil {
					t.Fatal(err)
				}
			}
			w.drain()
			jobs, ids := w.buried()
			if diff := cmp.Diff([]string{"update update_unreadable"}, jobs); diff != "" {
				t.Fatal(diff)
			}
			if got := w.attention() != ""; got != known {
				t.Errorf("attention %q", w.attention())
			}
			well.Store(true)
			if err := w.Revive(w.ctx(), ids[0]); err != nil {
				t.Fatal(err)
			}
			w.drain()
			if diff := cmp.Diff([]string{"Привет, Анна!", "Зову человека"}, w.chat.texts()); diff != "" {
				t.Error(diff)
			}
			if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) != 0 {
				t.Errorf("buried %q, waiting %q", jobs, w.waiting())
			}
		})
	}
}

// TestPoisonHealsByItselfOrIsShown: an update whose turn failed for a while is
// taken up again without anybody's help; one that fails on is buried.
func TestPoisonHealsByItselfOrIsShown(t *testing.T) {
	t.Parallel()
	for name, heals := range map[string]bool{"heals": true, "fails on": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var well atomic.Bool
			well.Store(true)
			failing := 2
			w := newWorld(t, shop, func(c *bot.Config) {
				read := reader(&well, "tg:1000")
				c.Reread = func(raw []byte, at time.Time, bot string) ([]flows.Input, error) {
					inputs, err := read(raw, at, bot)
					if failing--; failing >= 0 || !heals {
						inputs[0].Contact = "" // a turn that no store takes
					}
					return inputs, err
				}
			})
			w.say("/start")
			w.drain()
			err := w.PutAside(w.ctx(), bot.Aside{Key: "telegram/1000", Contact: "tg:7", Raw: []byte("help"), At: w.clock.Now(), Why: "panic"})
			if err != nil {
				t.Fatal(err)
			}
			w.drain()
			for range 5 {
				w.pass(10 * time.Second)
			}
			jobs, _ := w.buried()
			if heals != (len(jobs) == 0) || heals != (len(w.chat.all()) == 2) || heals != (w.attention() == "Просит помощи") {
				t.Errorf("buried %q, messages %q, attention %q", jobs, w.chat.texts(), w.attention())
			}
		})
	}
}

// full is a store that has no room for turns, so often.
type full struct {
	storage.Store
	left atomic.Int32
}

func (f *full) Update(ctx context.Context, fn func(storage.Tx) error) error {
	if f.left.Add(-1) >= 0 {
		return fmt.Errorf("commit: %w: %w", storage.ErrUnavailable, syscall.ENOSPC)
	}
	return f.Store.Update(ctx, fn)
}

// TestFullStoreBuriesNoUpdate: tries that found no room do not count.
func TestFullStoreBuriesNoUpdate(t *testing.T) {
	t.Parallel()
	var well atomic.Bool
	well.Store(true)
	store := &full{}
	w := newWorld(t, shop, func(c *bot.Config) {
		// The runner's own transactions find room: nothing but the turn decides.
		store.Store, c.Jobs, c.Store = c.Store, c.Store.(bot.Jobs), store
		c.Reread = reader(&well, "tg:1000")
	})
	w.say("/start")
	w.drain()
	if err := w.PutAside(w.ctx(), bot.Aside{Key: "telegram/1000", Contact: "tg:7", Raw: []byte("help"), At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	store.left.Store(10)
	for range 10 {
		w.drain()
		if jobs := w.waiting(); !slices.Equal(jobs, []string{"update update_failed"}) {
			t.Fatalf("waiting %q", jobs)
		}
		w.clock.pass(time.Minute)
	}
	w.drain()
	if jobs, _ := w.buried(); len(jobs) != 0 || w.attention() != "Просит помощи" {
		t.Errorf("buried %q, attention %q", jobs, w.attention())
	}
}

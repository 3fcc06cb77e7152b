package bot_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot"
	"voronka/storage"
	"voronka/storage/bolt"
)

// viewed counts the snapshots that are asked for: each has bbolt settle what
// stands in its log alone.
type viewed struct {
	*bolt.Store
	views atomic.Int64
}

func (v *viewed) View(ctx context.Context, fn func(storage.Tx) error) error {
	v.views.Add(1)
	return v.Store.View(ctx, fn)
}

// TestWorkSettlesNothing lets the clock tick, a broadcast reach everybody, a
// picky one hardly anybody, and its audience be shown: none of it has the
// database brought up to date.
func TestWorkSettlesNothing(t *testing.T) {
	t.Parallel()
	w, h := party(t, 60)
	seen := &viewed{Store: w.store.(*bolt.Store)}
	w.config.Store = seen
	w.restart()
	quiet := func(of string) {
		t.Helper()
		if n := seen.views.Swap(0); n > 0 {
			t.Errorf("%s: %d snapshots", of, n)
		}
	}
	for range 5 {
		w.pass(time.Second)
	}
	quiet("at rest")
	w.announce(bot.Broadcast{ID: "all", Text: "Всем"})
	for range 5 {
		w.pass(time.Second)
	}
	quiet("a broadcast")
	w.announce(bot.Broadcast{ID: "one", Text: "Одному", If: "client_id == 'tg:59'"})
	for range 5 {
		w.pass(time.Second)
	}
	quiet("a broadcast to one")
	if told := w.report(); told.Outcome.Arrived != 1 || len(h.said("Всем")) != 60 {
		t.Errorf("%+v, %d heard the first", told, len(h.said("Всем")))
	}
	quiet("what became of it")
}

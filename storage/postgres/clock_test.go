package postgres_test

import (
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"voronka/storage/postgres"
)

// TestReplicasHaveOneClock joins from a machine whose clock is hours ahead, and
// then jumps: what the replica reads is the database's time.
func TestReplicasHaveOneClock(t *testing.T) {
	t.Parallel()
	var wrong atomic.Int64
	wrong.Store(int64(3 * time.Hour))
	c := &crewman{store: openWith(t, schema(t), postgres.Options{}), woken: make(chan struct{}, 1)}
	c.Replica = c.store.Replica(slog.New(slog.DiscardHandler))
	now := c.Clock(func() time.Time { return time.Now().Add(time.Duration(wrong.Load())) })
	if ahead := time.Until(now()); ahead < 2*time.Hour {
		t.Errorf("before it asked, it is ahead by %v", ahead)
	}
	if err := c.Join(t.Context(), func() {
		select {
		case c.woken <- struct{}{}:
		default:
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.leave(t) })
	for _, next := range []time.Duration{-2 * time.Hour, 0} {
		for late := time.After(time.Minute); time.Until(now()).Abs() > time.Second; { // a busy machine
			select {
			case <-c.woken:
			case <-late:
				t.Fatalf("it is off by %v", time.Until(now()))
			}
		}
		wrong.Store(int64(next))
	}
}

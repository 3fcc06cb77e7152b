package outbox_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
)

func TestDefaultBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		d := &diary{answer: func(outbox.Job) error { return errors.New("no answer") }}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
		start(t, r)
		m.add(t, "chat/tg:1", "say", "a")
		m.add(t, "chat/tg:2", "say", "b")
		r.Wake()
		floor, apart := time.Second, false
		for range 14 {
			pass(time.Nanosecond)
			synctest.Wait()
			jobs := m.now().waiting
			for _, job := range jobs {
				wait := job.NotBefore.Sub(time.Now().Add(-time.Nanosecond))
				if job.Attempts == jobs[0].Attempts && wait > floor*5/4 {
					t.Errorf("attempt %d: waits %v, want at most a quarter over %v", job.Attempts, wait, floor)
				}
			}
			apart = apart || !jobs[0].NotBefore.Equal(jobs[1].NotBefore)
			pass(time.Until(jobs[0].NotBefore))
			synctest.Wait()
			floor = min(2*floor, 10*time.Minute)
		}
		if jobs := m.now().waiting; jobs[0].Attempts != 15 {
			t.Errorf("got %d attempts", jobs[0].Attempts)
		}
		if !apart {
			t.Error("jobs that failed together come back together")
		}
	})
}

// TestUntriedIsNoAttempt: what came to nothing through no fault of the job never
// buries it, however often.
func TestUntriedIsNoAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, runs := &memory{}, atomic.Int32{}
		d := &diary{answer: func(outbox.Job) error {
			if runs.Add(1) <= 20 {
				return &sales.Error{Code: "away", After: 5 * time.Second, Err: outbox.ErrUntried}
			}
			return &sales.Error{Code: "refused"}
		}}
		start(t, runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle, MaxAttempts: 3}}))
		m.add(t, "chat/tg:1", "say", "a")
		pass(99 * time.Second)
		synctest.Wait()
		if jobs := m.now().waiting; runs.Load() != 20 || len(jobs) != 1 || jobs[0].Attempts != 0 {
			t.Fatalf("after %d runs: %+v", runs.Load(), jobs)
		}
		pass(time.Minute)
		synctest.Wait()
		if buried := m.now().buried; runs.Load() != 23 || len(buried) != 1 || buried[0].Attempts != 3 {
			t.Errorf("after %d runs: %+v", runs.Load(), buried)
		}
	})
}

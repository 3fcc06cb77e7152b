package outbox_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
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

package outbox_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
)

// TestClockGoesBack enqueues by a clock that is five hours ahead; it is set
// right, before the start or while the runner runs, and nobody waits for five
// hours. What was to wait for an hour waits for an hour.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]bool{"before the start": false, "while it runs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				d := &diary{begun: time.Now()}
				r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
				if runs {
					start(t, r)
					pass(10 * time.Second)
				}
				ahead := time.Now().Add(5 * time.Hour)
				err := m.Update(t.Context(), func(tx tx) error {
					for lane, wait := range map[outbox.Lane]time.Duration{"chat/tg:1": 0, "chat/tg:2": time.Hour} {
						job, err := outbox.New(lane, "say", string(lane), ahead)
						if err != nil {
							return err
						}
						job.NotBefore = ahead.Add(wait)
						if _, err := tx.Enqueue(job); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if !runs {
					start(t, r)
				}
				pass(time.Minute)
				synctest.Wait()
				if lines := d.read(); len(lines) != 1 || !strings.HasPrefix(lines[0], "chat/tg:1 ") {
					t.Errorf("after a minute: %v", lines)
				}
				pass(time.Hour)
				synctest.Wait()
				if lines := d.read(); len(lines) != 2 || !strings.HasPrefix(lines[1], "chat/tg:2 1h") {
					t.Errorf("after an hour: %v", lines)
				}
			})
		})
	}
}

// TestClockGoesBackAfterAFailure lets a job fail while the clock is five hours
// ahead: when it is right again, the job is tried again within the time that the
// failure asked for.
func TestClockGoesBackAfterAFailure(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"by itself": 0, "as it was told": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				var ahead atomic.Int64
				var tries atomic.Int32
				r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
					if tries.Add(1) == 1 {
						return nil, &sales.Error{Code: "away", After: after}
					}
					return nil, nil
				}}})
				r.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
				err := m.Update(t.Context(), func(tx tx) error {
					job, err := outbox.New("crm/tg:1", "say", "", r.Now())
					if err == nil {
						_, err = tx.Enqueue(job)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				ahead.Store(int64(5 * time.Hour))
				start(t, r)
				synctest.Wait()
				ahead.Store(0)
				pass(after/2 + time.Second)
				synctest.Wait()
				if n := tries.Load(); after > 0 && n != 1 {
					t.Errorf("tried %d times before its time", n)
				}
				pass(after + 2*time.Minute)
				synctest.Wait()
				if n := tries.Load(); n != 2 {
					t.Errorf("tried %d times", n)
				}
			})
		})
	}
}

// TestClockGoesBackBehindABacklog sets the clock right while thousands of jobs
// wait for a neighbour that is away, and as many come before anybody looks.
func TestClockGoesBackBehindABacklog(t *testing.T) {
	t.Parallel()
	for name, since := range map[string]int{"at the start": 0, "while it runs": 2500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				d := &diary{begun: time.Now()}
				enqueue := func(n int, lane outbox.Lane, at, due time.Time) {
					t.Helper()
					err := m.Update(t.Context(), func(tx tx) error {
						for range n {
							job, err := outbox.New(lane, "say", string(lane), at)
							job.NotBefore = due
							if err == nil {
								_, err = tx.Enqueue(job)
							}
							if err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
				ahead := time.Now().Add(5 * time.Hour)
				if since > 0 {
					start(t, r)
					pass(10 * time.Second)
				}
				enqueue(2500, "crm/tg:1", time.Now(), time.Now().Add(24*time.Hour))
				enqueue(1200, "bulk/tg:1", ahead, ahead.Add(24*time.Hour))
				enqueue(1, "chat/tg:1", ahead, ahead)
				enqueue(since, "crm/tg:2", time.Now(), time.Now().Add(24*time.Hour))
				if since == 0 {
					start(t, r)
				}
				pass(time.Minute)
				synctest.Wait()
				if lines := d.read(); len(lines) != 1 || !strings.HasPrefix(lines[0], "chat/tg:1 ") {
					t.Errorf("after a minute: %v", lines)
				}
				for _, job := range m.state.waiting {
					if job.NotBefore.After(time.Now().Add(24 * time.Hour)) {
						t.Fatalf("%s still waits until %v", job.Lane, job.NotBefore)
					}
				}
			})
		})
	}
}

// TestMendKeepsWhatHappenedMeanwhile: between the look and the cure a neighbour
// begins one job, is refused another, and does a third.
func TestMendKeepsWhatHappenedMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		ahead := time.Now().Add(5 * time.Hour)
		err := m.Update(t.Context(), func(tx tx) error {
			for _, lane := range []outbox.Lane{"bulk/tg:1", "bulk/tg:2", "bulk/tg:3"} {
				job, err := outbox.New(lane, "say", string(lane), ahead)
				if err == nil {
					_, err = tx.Enqueue(job)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		m.refuse = func(write bool) error {
			if !write {
				return nil
			}
			m.refuse = nil
			jobs := m.state.waiting
			jobs[0].Began, jobs[0].NotBefore = true, ahead.Add(time.Hour)
			jobs[1].Attempts, jobs[1].Code, jobs[1].NotBefore = 3, "flood", ahead.Add(2*time.Hour)
			m.state.waiting = jobs[:2]
			return nil
		}
		start(t, runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
			t.Error("a job ran before its time")
			return nil, nil
		}}}))
		synctest.Wait()
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.state.waiting) != 2 {
			t.Fatalf("%d jobs wait", len(m.state.waiting))
		}
		begun, refused := m.state.waiting[0], m.state.waiting[1]
		if !begun.Began || !begun.NotBefore.Equal(time.Now().Add(time.Hour)) {
			t.Errorf("the one that began: %+v", begun)
		}
		if refused.Attempts != 3 || refused.Code != "flood" || !refused.NotBefore.Equal(time.Now().Add(2*time.Hour)) {
			t.Errorf("the one that was refused: %+v", refused)
		}
	})
}

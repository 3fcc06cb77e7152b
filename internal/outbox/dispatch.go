package outbox

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"
)

const (
	// heartbeat is how often the queue is looked at although nothing woke the
	// runner: clocks jump, laptops sleep.
	heartbeat = time.Minute
	// storeRetry is how long to wait after the store failed to answer.
	storeRetry = time.Second
	// breath is how long nothing is looked for that comes due a little later:
	// where jobs fail by the hundred they come due one by one.
	breath = 2 * time.Millisecond
)

// dispatch looks for ready lanes whenever it has to, until ctx ends, or nothing
// is left to do.
func (f *floor[T]) dispatch(ctx context.Context) error {
	timer := time.NewTimer(heartbeat)
	defer timer.Stop()
	var mended time.Time
	known := int64(math.MaxInt64)
	for ctx.Err() == nil {
		if !f.untilIdle && time.Since(mended) >= heartbeat {
			mended = time.Now()
			var err error
			if known, err = f.mend(ctx, known); err != nil && ctx.Err() == nil {
				f.log().Error("jobs cannot be read", "error", err)
			}
		}
		// A lane that ends during a look may have filled another one behind it: only
		// a look with nobody at work, which finds nothing, says that nothing is left.
		quiet := f.busy() == 0
		found, next, err := f.start(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && f.untilIdle && f.busy() == 0:
			return err
		case err != nil:
			f.log().Error("jobs cannot be read", "error", err, "wait", storeRetry)
			next = f.now().Add(storeRetry)
		case f.untilIdle && quiet && !found:
			return nil
		}
		f.alarm(next)
		if !f.wait(ctx, timer) {
			return nil
		}
	}
	return nil
}

// wait returns when the queue is to be looked at again; false when ctx ended.
func (f *floor[T]) wait(ctx context.Context, timer *time.Timer) bool {
	for {
		timer.Reset(f.untilAlarm())
		select {
		case <-ctx.Done():
			return false
		case <-f.wake:
			return true
		case <-timer.C:
			return true
		case <-f.nudge:
			if f.untilIdle {
				return true
			}
		}
	}
}

// start gives every ready lane a goroutine, as far as its destination has room,
// and tells whether there were any, and when the next one comes due.
func (f *floor[T]) start(ctx context.Context) (found bool, next time.Time, err error) {
	limit := f.workers()
	for {
		now := f.now()
		skip := f.look()
		var lanes []Lane
		err := f.View(ctx, func(tx T) (err error) {
			lanes, next, err = tx.Ready(now, limit, skip)
			return err
		})
		if err != nil {
			return found, next, fmt.Errorf("find ready lanes: %w", err)
		}
		full := false
		for _, lane := range lanes {
			entered := f.enter(lane, Job{})
			found, full = found || entered, full || !entered
		}
		if !full && len(lanes) < limit {
			return found, next, nil
		}
	}
}

// clear does what is ready in the last destinations, as long as jobs may begin.
// What others commit meanwhile comes by itself, or is found by the next look.
func (f *floor[T]) clear(within time.Duration) {
	end := time.NewTimer(within)
	defer end.Stop()
	for {
		quiet := f.clearing() == 0
		found, _, err := f.start(f.closing)
		switch {
		case err != nil:
			f.log().Error("jobs cannot be read", "error", err)
			return
		case quiet && !found:
			return
		}
		select {
		case <-f.nudge:
		case <-f.wake:
		case <-end.C:
			return
		}
	}
}

// finish waits for the lanes that run. After Grace it cancels their contexts,
// and after as much again it leaves those that do not listen.
func (f *floor[T]) finish(cancel context.CancelFunc) error {
	grace := cmp.Or(f.Grace, 10*time.Second)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	cancelled := false
	for lanes := f.busy(); lanes > 0; lanes = f.busy() {
		select {
		case <-f.nudge:
		case <-timer.C:
			if cancelled {
				return fmt.Errorf("stop jobs: %d lanes did not end in time", lanes)
			}
			cancelled = true
			cancel()
			timer.Reset(grace)
		}
	}
	return nil
}

package outbox

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

const (
	// heartbeat is how often the queue is looked at although nothing woke the
	// runner: clocks jump, laptops sleep.
	heartbeat = time.Minute
	// storeRetry is how long to wait after the store failed to answer.
	storeRetry = time.Second
)

// dispatcher hands ready lanes to goroutines. It belongs to one goroutine.
type dispatcher[T Queue] struct {
	*Runner[T]
	untilIdle bool
	// skip holds the lanes that run, and the destinations that are full.
	skip map[Lane]bool
	// running counts the lanes that run, by destination.
	running map[string]int
	lanes   int
	ended   chan Lane
	gone    chan struct{} // closed when nobody listens to ended any more
}

// dispatch starts lanes until ctx ends, or nothing is left to do. The lanes run
// in the context work, which outlives ctx.
func (d *dispatcher[T]) dispatch(ctx, work context.Context) error {
	timer := time.NewTimer(heartbeat)
	defer timer.Stop()
	for ctx.Err() == nil {
		wait, err := d.start(ctx, work)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && d.untilIdle && d.lanes == 0:
			return err
		case err != nil:
			d.log().Error("jobs cannot be read", "error", err, "wait", wait)
		case d.untilIdle && d.lanes == 0:
			return nil
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		case lane := <-d.ended:
			d.free(lane)
		}
		d.collect()
	}
	return nil
}

// start gives every ready lane a goroutine, as far as its destination has room,
// and tells how long there is nothing more to start.
func (d *dispatcher[T]) start(ctx, work context.Context) (wait time.Duration, err error) {
	limit := d.workers()
	for {
		now := d.now()
		var lanes []Lane
		var next time.Time
		err := d.View(ctx, func(tx T) (err error) {
			lanes, next, err = tx.Ready(now, limit, d.skip)
			return err
		})
		if err != nil {
			return storeRetry, fmt.Errorf("find ready lanes: %w", err)
		}
		full := false
		for _, lane := range lanes {
			if d.running[lane.Destination()] >= d.room(lane.Destination()) {
				full = true
				continue
			}
			d.occupy(lane)
			go d.serve(ctx, work, lane)
		}
		if !full && len(lanes) < limit {
			return until(now, next), nil
		}
	}
}

// until is how long to wait for next, never so short that it becomes a busy loop.
func until(now, next time.Time) time.Duration {
	if next.IsZero() {
		return heartbeat
	}
	return max(time.Millisecond, min(next.Sub(now), heartbeat))
}

func (d *dispatcher[T]) serve(ctx, work context.Context, lane Lane) {
	defer func() {
		select {
		case d.ended <- lane:
		case <-d.gone:
		}
	}()
	d.lane(ctx, work, lane)
}

func (d *dispatcher[T]) occupy(lane Lane) {
	destination := lane.Destination()
	d.lanes++
	d.running[destination]++
	d.skip[lane] = true
	if d.running[destination] >= d.room(destination) {
		d.skip[Whole(destination)] = true
	}
}

func (d *dispatcher[T]) free(lane Lane) {
	destination := lane.Destination()
	d.lanes--
	if d.running[destination]--; d.running[destination] == 0 {
		delete(d.running, destination)
	}
	delete(d.skip, lane)
	delete(d.skip, Whole(destination))
}

// collect takes note of all lanes that have ended, so that one look at the
// queue serves them together.
func (d *dispatcher[T]) collect() {
	for {
		select {
		case lane := <-d.ended:
			d.free(lane)
		default:
			return
		}
	}
}

// finish waits for the lanes that run. After Grace it cancels their contexts,
// and after as much again it leaves those that do not listen.
func (d *dispatcher[T]) finish(cancel context.CancelFunc) error {
	grace := cmp.Or(d.Grace, 10*time.Second)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	cancelled := false
	for d.lanes > 0 {
		select {
		case lane := <-d.ended:
			d.free(lane)
		case <-timer.C:
			if cancelled {
				return fmt.Errorf("stop jobs: %d lanes did not end in time", d.lanes)
			}
			cancelled = true
			cancel()
			timer.Reset(grace)
		}
	}
	return nil
}

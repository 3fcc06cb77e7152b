package postgres

import (
	"context"
	"time"
)

// Lead runs what only one replica does, whenever this one leads, until ctx ends
// or run fails by itself. The context given to run ends before another replica
// can lead. It may be called several times: the lead is handed over when the
// last of them has ended.
func (r *Replica) Lead(ctx context.Context, run func(context.Context) error) error {
	for {
		if !r.elected(ctx) {
			return nil
		}
		leading, stop := context.WithCancel(ctx)
		go func() {
			r.deposed(leading)
			stop()
		}()
		r.runs.Add(1)
		err := run(leading)
		lost, last := leading.Err() != nil, r.runs.Add(-1) == 0
		stop()
		switch {
		case ctx.Err() != nil:
			if last {
				r.resign()
			}
			return err
		case !lost:
			return err
		}
	}
}

// elected waits until the replica leads; false when ctx ended before.
func (r *Replica) elected(ctx context.Context) bool {
	for {
		left, changed := r.lead()
		if left > 0 {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}

// deposed waits until the replica does not lead any more, or ctx ends.
func (r *Replica) deposed(ctx context.Context) {
	for {
		left, changed := r.lead()
		if left <= 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(left):
		}
	}
}

// lead tells for how long the replica leads as things are, and when that may
// have changed.
func (r *Replica) lead() (time.Duration, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Until(r.leads), r.changed
}

// Leads tells whether this replica is the one that leads now.
func (r *Replica) Leads() bool {
	left, _ := r.lead()
	return left > 0
}

// resign lets another replica lead at once. This one stops asking for it.
func (r *Replica) resign() {
	ctx, cancel := context.WithTimeout(context.Background(), hearing)
	defer cancel()
	r.mu.Lock()
	r.resigned, r.leads = true, time.Time{}
	id := r.id
	r.mu.Unlock()
	if _, err := r.store.pool.Exec(ctx, "delete from leases where holder = $1", id); err != nil {
		r.log.Warn("the lead cannot be handed over; it ends by itself", "error", err)
	}
}

package outbox

import (
	"context"
	"errors"
	"time"
)

const (
	// mendPage is how many jobs are looked at, and moved, at once.
	mendPage = 1000
	// skew is how far ahead a job may be: replicas' clocks differ a little.
	skew = 2 * time.Second
)

// mend brings jobs back that were enqueued by a clock which was ahead and has
// been set right since: they would wait for as long as it was wrong. How long
// they were to wait by themselves stays. They are the latest of all but those
// that came since the clock was set right: of those there are none when a
// runner begins, and later only such that came after the job called known. It
// gives the id that the next call takes for that.
func (r *Runner[T]) mend(ctx context.Context, known int64) (latest int64, err error) {
	var by time.Duration
	moved, below, now := 0, int64(0), r.now()
	for {
		var page, ahead []Job
		err = r.View(ctx, func(tx T) (err error) {
			page, err = tx.Latest(below, mendPage)
			return err
		})
		if err != nil {
			return known, err
		}
		for _, job := range page {
			if job.EnqueuedAt.After(now.Add(skew)) {
				ahead = append(ahead, job)
			}
		}
		if len(page) > 0 {
			latest, below = max(latest, page[0].ID), page[len(page)-1].ID
		}
		if len(ahead) > 0 {
			by = max(by, ahead[0].EnqueuedAt.Sub(now))
			moved += len(ahead)
			if err := r.bringBack(ctx, ahead, now); err != nil {
				return known, err
			}
		}
		if len(page) < mendPage || len(ahead) == 0 && below <= known {
			break
		}
	}
	if moved > 0 {
		r.log().Warn("the clock has gone back, jobs were moved with it", "by", by.Round(time.Second), "jobs", moved)
	}
	return latest, nil
}

// bringBack lets jobs begin now whatever the clock said that enqueued them.
func (r *Runner[T]) bringBack(ctx context.Context, ahead []Job, now time.Time) error {
	return r.Update(ctx, func(tx T) error {
		for _, job := range ahead {
			job.NotBefore = job.NotBefore.Add(now.Sub(job.EnqueuedAt))
			job.EnqueuedAt = now
			if err := tx.Save(job); err != nil && !errors.Is(err, ErrUnknownJob) {
				return err
			}
		}
		return nil
	})
}

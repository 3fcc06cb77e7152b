package outbox

import (
	"context"
	"errors"
	"time"
)

const (
	// mendLimit is how many jobs a look for those of the future reads.
	mendLimit = 1000
	// skew is how far ahead a job may be: replicas' clocks differ a little.
	skew = 2 * time.Second
)

// mend brings jobs back that were enqueued by a clock which was ahead and has
// been set right since: they would wait for as long as it was wrong. How long
// they were to wait by themselves stays.
func (r *Runner[T]) mend(ctx context.Context) error {
	now := r.now()
	var ahead []Job
	err := r.View(ctx, func(tx T) error {
		jobs, err := tx.Waiting(mendLimit)
		ahead = ahead[:0]
		for _, job := range jobs {
			if job.EnqueuedAt.After(now.Add(skew)) {
				ahead = append(ahead, job)
			}
		}
		return err
	})
	if err != nil || len(ahead) == 0 {
		return err
	}
	by := ahead[0].EnqueuedAt.Sub(now)
	err = r.Update(ctx, func(tx T) error {
		for _, job := range ahead {
			job.NotBefore = job.NotBefore.Add(now.Sub(job.EnqueuedAt))
			job.EnqueuedAt = now
			if err := tx.Save(job); err != nil && !errors.Is(err, ErrUnknownJob) {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.log().Warn("the clock has gone back, jobs were moved with it", "by", by.Round(time.Second), "jobs", len(ahead))
	}
	return err
}

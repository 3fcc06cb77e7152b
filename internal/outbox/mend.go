package outbox

import (
	"context"
	"math"
	"slices"
	"time"
)

const (
	// mendPage is how many jobs are looked at, and moved, at once.
	mendPage = 1000
	// skew is how far ahead a job may be: replicas' clocks differ a little.
	skew = 2 * time.Second
)

// mend brings jobs back that were enqueued, or put off after a failure, by a clock
// which was ahead and has been set right since: they would wait for as long as it
// was wrong. How long they were to wait by themselves stays. Those enqueued are
// the latest of all but those that came since the clock was set right: of those
// there are none when a runner begins, and later only such that came after the
// job called known. Those put off are found among the latest page. It gives the
// id that the next call takes for that.
func (r *Runner[T]) mend(ctx context.Context, known int64) (latest int64, err error) {
	var by time.Duration
	moved, below, now := 0, int64(0), r.now()
	for {
		var page []Job
		err = r.View(ctx, func(tx T) (err error) {
			page, err = tx.Latest(below, mendPage)
			return err
		})
		if err != nil {
			return known, err
		}
		first := slices.IndexFunc(page, func(job Job) bool { return ahead(job, now) })
		if len(page) > 0 {
			latest, below = max(latest, page[0].ID), page[len(page)-1].ID
		}
		if first >= 0 {
			by = max(by, since(page[first]).Sub(now))
			n, err := r.bringBack(ctx, page, now)
			if err != nil {
				return known, err
			}
			moved += n
		}
		if len(page) < mendPage || first < 0 && below <= known {
			break
		}
	}
	if moved > 0 {
		r.log().Warn("the clock has gone back, jobs were moved with it", "by", by.Round(time.Second), "jobs", moved)
	}
	return latest, nil
}

// bringBack lets jobs begin now whatever the clock said that enqueued them. They
// are read anew: since they were looked at, one may have begun, failed or gone.
func (r *Runner[T]) bringBack(ctx context.Context, page []Job, now time.Time) (moved int, err error) {
	err = r.Update(ctx, func(tx T) error {
		moved = 0
		met := map[Lane]bool{}
		for _, seen := range page {
			if met[seen.Lane] || !ahead(seen, now) {
				continue
			}
			met[seen.Lane] = true
			n, err := bringLaneBack(tx, seen.Lane, now)
			if err != nil {
				return err
			}
			moved += n
		}
		return nil
	})
	return moved, err
}

func bringLaneBack[T Queue](tx T, lane Lane, now time.Time) (moved int, err error) {
	jobs, err := tx.Lane(lane, math.MaxInt32)
	if err != nil {
		return 0, err
	}
	for _, job := range jobs {
		if !ahead(job, now) {
			continue
		}
		job.NotBefore = job.NotBefore.Add(now.Sub(since(job)))
		if job.EnqueuedAt.After(now) {
			job.EnqueuedAt = now
		}
		if !job.FailedAt.IsZero() {
			job.FailedAt = now
		}
		if err := tx.Save(job); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

// ahead tells whether a job was written by a clock that was ahead.
func ahead(job Job, now time.Time) bool { return since(job).After(now.Add(skew)) }

// since is what the job's waiting is counted from.
func since(job Job) time.Time {
	if job.FailedAt.IsZero() {
		return job.EnqueuedAt
	}
	return job.FailedAt
}

package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"voronka/sales"
)

// lane does the jobs of one lane, from one that is known to be its first on,
// until it is empty or has to wait, or the runner stops. begins hears of each.
// It tells until when the lane waits, and whether a look at the queue has to
// find out.
func (r *Runner[T]) lane(ctx, work context.Context, lane Lane, job Job, begins func(Job)) (at time.Time, look bool) {
	head := after{Job: job, known: job.ID != 0}
	term := r.term()
	for ctx.Err() == nil {
		if !head.known {
			var err error
			if head, err = r.head(ctx, lane); err != nil {
				if ctx.Err() == nil {
					r.log().Error("a job cannot be read", "lane", lane, "error", err)
				}
				sleep(ctx, storeRetry)
				return time.Time{}, true
			}
		}
		switch {
		case head.ID == 0:
			return time.Time{}, false
		case head.NotBefore.After(r.now()):
			return head.NotBefore, false
		case term == "" || r.term() != term:
			// The store's answer came so late that the lane is another's by now.
			sleep(ctx, storeRetry)
			return time.Time{}, true
		}
		begins(head.Job)
		var ok bool
		if head, ok = r.step(work, head.Job, term); !ok {
			return time.Time{}, true
		}
	}
	return time.Time{}, false
}

// after is the job that comes next in a lane, without an id when the lane is
// empty, as far as that is known.
type after struct {
	Job
	known bool
}

func (r *Runner[T]) head(ctx context.Context, lane Lane) (head after, err error) {
	err = r.View(ctx, func(tx T) (err error) {
		head, err = headOf(tx, lane)
		return err
	})
	return head, err
}

func headOf[T Queue](tx T, lane Lane) (after, error) {
	job, found, err := tx.Head(lane)
	if !found {
		job = Job{}
	}
	return after{Job: job, known: err == nil}, err
}

// step does one job, records how it went, and gives the one behind it; false
// when that could not be recorded.
func (r *Runner[T]) step(work context.Context, job Job, term string) (next after, ok bool) {
	route, known := r.Handlers[job.Kind]
	if !known || route.Handle == nil {
		return r.record(work, verdict[T]{Job: unrouted(job, r.now()), end: bury})
	}
	settling := route.Once && (job.Began || job.Code == CodeUncertain || job.Code == CodeUnfinished)
	handle := route.Handle
	switch {
	case settling && route.Settle != nil:
		handle = route.Settle
	case job.Began && route.Once:
		return r.record(work, verdict[T]{Job: uncertain(job, r.now()), end: bury})
	case route.Once:
		settling = false
	}
	if route.Once && !job.Began {
		job.Began = true
		if err := r.begin(work, job); err != nil {
			if !errors.Is(err, ErrUnknownJob) {
				r.log().Error("a job cannot begin", "job", job.ID, "kind", job.Kind, "error", err)
				sleep(work, storeRetry)
				return after{}, false
			}
			return after{}, true // somebody took it away
		}
		if r.term() != term {
			return after{}, false
		}
	}
	began := r.now()
	finish, err := r.call(work, route, handle, job)
	if interrupted(work, err) && (settling || !route.Once) {
		return after{}, false // it runs again at the next start, as if it had not begun
	}
	v := r.decide(job, route, settling, err)
	v.finish, v.took = finish, r.now().Sub(began)
	return r.record(work, v)
}

func (r *Runner[T]) begin(work context.Context, job Job) error {
	return r.Update(work, func(tx T) error { return tx.Save(job) })
}

// call runs a handler within its time, and turns a panic into an error.
func (r *Runner[T]) call(work context.Context, route Route[T], handle Handler[T], job Job) (finish func(T) error, err error) {
	ctx, cancel := context.WithTimeout(work, cmp.Or(route.Timeout, time.Minute))
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r.log().Error("a job panicked", "job", job.ID, "kind", job.Kind, "stack", string(debug.Stack()))
			finish, err = nil, &sales.Error{Code: CodePanic, Uncertain: true, Message: fmt.Sprintf("%T in the handler", p)}
		}
	}()
	finish, err = handle(ctx, job)
	var coded *sales.Error
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil && !errors.As(err, &coded) {
		err = &sales.Error{Code: CodeTimeout, Uncertain: true, Err: err}
	}
	return finish, err
}

// interrupted tells whether a run failed only because the runner stops.
func interrupted(work context.Context, err error) bool {
	return err != nil && work.Err() != nil && errors.Is(err, context.Canceled)
}

// sleep waits, and tells whether it was left to end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

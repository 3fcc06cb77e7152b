package outbox

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Runner takes jobs out of a queue and does them: the jobs of one lane one
// after another, lanes side by side. Update, View and Handlers are required.
// A job that was running when the process died runs again. Fields are not
// changed, and the Runner is not copied, once it runs.
type Runner[T Queue] struct {
	// Update and View run transactions of the store.
	Update, View func(context.Context, func(T) error) error
	// Handlers are the routes by the kind of job.
	Handlers map[string]Route[T]
	// Workers is how many lanes of one destination run at once (64). Each
	// destination has its own: a sick one does not hold the others up.
	Workers int
	// Room is the same for single destinations: more where one job may hang
	// while many lanes have something quick to do.
	Room map[string]int
	// Now is the clock (time.Now).
	Now func() time.Time
	// Backoff is how long to wait after so many failed attempts. The default
	// doubles from a second to ten minutes, with up to a quarter more that
	// differs from job to job.
	Backoff func(attempt int) time.Duration
	// StopWait is how long a lane waits at least after an error that makes its
	// destination unusable (15 minutes).
	StopWait time.Duration
	// Last are the destinations whose ready jobs are done before Run returns, as
	// far as they begin within Closing (5 seconds) after the context ended.
	Last map[string]bool
	// Closing is how long those may begin.
	Closing time.Duration
	// Grace is how long running jobs may go on when none begins any more,
	// before their own contexts end (10 seconds).
	Grace time.Duration
	// Term names the term in which this runner holds its lanes, where others may
	// take them; empty when it is over. What was known of a lane in one term is
	// not done in another. Nil: nobody else does these jobs.
	Term func() string
	// OnBuried runs in the transaction that buries a job.
	OnBuried func(T, Job) error
	// Ended is told of each run that was recorded, how it ended ("done",
	// "again", "buried") and how long the handler took. It may be nil.
	Ended func(job Job, how string, took time.Duration)
	// Log tells of failed jobs, without their payloads (slog.Default()).
	Log *slog.Logger

	once   sync.Once
	wake   chan struct{}
	active atomic.Bool
	floor  atomic.Pointer[floor[T]]
}

var errActive = errors.New("run jobs: the runner runs already")

// Run does jobs until ctx ends; those of the Last destinations that are ready
// are then done as well, and running ones are given Grace to finish; no others
// begin. It returns nil after an orderly stop.
func (r *Runner[T]) Run(ctx context.Context) error { return r.run(ctx, false) }

// Drain does jobs until none is ready: what Run would do at this moment. It is
// for tests with a clock of their own, in place of Run. It returns the context's
// error if that ends first.
func (r *Runner[T]) Drain(ctx context.Context) error { return r.run(ctx, true) }

// Wake makes Run look for jobs at once. It is called after a commit that
// enqueued some; it never blocks.
func (r *Runner[T]) Wake() {
	r.prepare()
	select {
	case r.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Offer hands over a job that was just committed and stands first in its lane;
// it runs at once, without a look at the queue, where there is room. Offer never
// blocks. It must be called before anybody else can see the job, and in the
// order of the commits: see Announcer.
func (r *Runner[T]) Offer(job Job) {
	f := r.floor.Load()
	switch {
	case f == nil || f.begun(job.Lane).Err() != nil:
		// The next Run finds it.
	case job.NotBefore.After(r.now()):
		f.alarm(job.NotBefore)
	default:
		f.enter(job.Lane, job)
	}
}

// Announcer is a store that tells of each job that came to stand first in its
// lane, once that is committed and before anybody else can see it, in the order of the
// commits. fn must not block.
type Announcer interface {
	Announce(fn func(Job))
}

func (r *Runner[T]) run(ctx context.Context, untilIdle bool) error {
	if !r.active.CompareAndSwap(false, true) {
		return errActive
	}
	defer r.active.Store(false)
	r.prepare()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	closing, shut := context.WithCancel(work)
	defer shut()
	f := newFloor(r, ctx, closing, work, untilIdle)
	defer close(f.closed)
	if !untilIdle {
		r.floor.Store(f)
		defer r.floor.Store(nil)
	}
	if err := f.dispatch(ctx); err != nil {
		return err
	}
	if !untilIdle {
		f.clear(cmp.Or(f.Closing, 5*time.Second))
	}
	shut()
	if err := f.finish(cancel); err != nil || !untilIdle {
		return err
	}
	return ctx.Err()
}

func (r *Runner[T]) prepare() { r.once.Do(func() { r.wake = make(chan struct{}, 1) }) }

func (r *Runner[T]) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// term is the present one.
func (r *Runner[T]) term() string {
	if r.Term == nil {
		return "for ever"
	}
	return r.Term()
}

func (r *Runner[T]) log() *slog.Logger {
	if r.Log != nil {
		return r.Log
	}
	return slog.Default()
}

func (r *Runner[T]) room(destination string) int {
	if room := r.Room[destination]; room > 0 {
		return room
	}
	return r.workers()
}

func (r *Runner[T]) workers() int {
	return cmp.Or(r.Workers, 64)
}

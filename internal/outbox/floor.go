package outbox

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// floor is where lanes run: who does, and what is to be done next. Lanes enter
// by a look at the queue, or with a job that was offered.
type floor[T Queue] struct {
	*Runner[T]
	untilIdle bool
	ctx, work context.Context
	// closing outlives ctx for the last destinations; shut are the others, as far
	// as they were met since it ended.
	closing context.Context
	shut    map[string]bool
	// nudge says that a lane ended, or that the alarm was set.
	nudge chan struct{}
	// idle hands lanes to goroutines that have none, until closed is.
	idle   chan shift
	idlers atomic.Int32
	closed chan struct{}

	mu    sync.Mutex
	lanes map[Lane]*line
	// running counts the lanes that run, by destination; crowded are the
	// destinations that had no room for one more.
	running map[string]int
	crowded map[string]bool
	// next is when the queue is to be looked at again.
	next time.Time
}

// line is a lane that runs.
type line struct {
	// last is the highest id of a job that was begun.
	last int64
	// offered are jobs that came meanwhile and were not begun, each the first of
	// its lane then.
	offered []Job
}

func newFloor[T Queue](r *Runner[T], ctx, closing, work context.Context, untilIdle bool) *floor[T] {
	return &floor[T]{
		Runner: r, untilIdle: untilIdle, ctx: ctx, closing: closing, work: work, shut: map[string]bool{}, nudge: make(chan struct{}, 1),
		idle: make(chan shift), closed: make(chan struct{}),
		lanes: map[Lane]*line{}, running: map[string]int{}, crowded: map[string]bool{},
	}
}

// begun ends when no more jobs of a lane begin.
func (f *floor[T]) begun(lane Lane) context.Context {
	if f.Last[lane.Destination()] {
		return f.closing
	}
	return f.ctx
}

// enter gives a lane a goroutine, with its first job where that is known. It
// tells whether there was room; a lane that runs already needs none.
func (f *floor[T]) enter(lane Lane, job Job) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own := f.lanes[lane]; own != nil {
		if job.ID != 0 {
			own.offered = append(own.offered, job)
		}
		return true
	}
	destination := lane.Destination()
	if f.begun(lane).Err() != nil {
		f.shut[destination] = true
		return false
	}
	if f.running[destination] >= f.room(destination) {
		f.crowded[destination] = true
		return false
	}
	own := &line{}
	f.lanes[lane] = own
	f.running[destination]++
	select {
	case f.idle <- shift{lane, own, job}: // somebody has nothing to do
	default:
		go f.worker(shift{lane, own, job})
	}
	return true
}

// shift is a lane that somebody is to serve.
type shift struct {
	lane Lane
	own  *line
	job  Job
}

// idleMost is how many goroutines wait for a lane at most. Those that are made
// for each job grow their stacks anew each time, which cost as much as a turn's
// decoding.
const idleMost = 256

func (f *floor[T]) worker(s shift) {
	for {
		f.serve(s)
		if f.idlers.Add(1) > idleMost {
			f.idlers.Add(-1)
			return
		}
		select {
		case s = <-f.idle:
			f.idlers.Add(-1)
		case <-f.closed:
			return
		}
	}
}

func (f *floor[T]) serve(s shift) {
	for {
		next, again := f.lane(f.begun(s.lane), f.work, s.lane, s.job, func(job Job) { f.begins(s.own, job) })
		if s.job = f.leave(s.lane, s.own, next, again); s.job.ID == 0 {
			return
		}
	}
}

// leave ends a lane, unless a job was offered meanwhile that did not run: then
// that one is next. A lane that waits comes back at a time, or after a look.
func (f *floor[T]) leave(lane Lane, own *line, at time.Time, again bool) Job {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(own.offered) > 0 && at.IsZero() && !again && f.begun(lane).Err() == nil && own.offered[0].ID > own.last {
		job := own.offered[0]
		own.offered = own.offered[1:]
		return job
	}
	destination := lane.Destination()
	delete(f.lanes, lane)
	if f.running[destination]--; f.running[destination] == 0 {
		delete(f.running, destination)
	}
	if again || f.crowded[destination] || len(own.offered) > 0 {
		delete(f.crowded, destination)
		f.Wake()
	}
	if !at.IsZero() {
		f.setAlarm(at)
	}
	if f.untilIdle || f.ctx.Err() != nil {
		f.poke()
	}
	return Job{}
}

// begins notes that a job of a lane begins.
func (f *floor[T]) begins(own *line, job Job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	own.last = max(own.last, job.ID)
	own.offered = slices.DeleteFunc(own.offered, func(offered Job) bool { return offered.ID == job.ID })
}

// look lists what a look at the queue may leave out.
func (f *floor[T]) look() map[Lane]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	skip := make(map[Lane]bool, len(f.lanes))
	for lane := range f.lanes {
		skip[lane] = true
	}
	for destination, running := range f.running {
		if running >= f.room(destination) {
			skip[Whole(destination)] = true
			f.crowded[destination] = true
		}
	}
	for destination := range f.shut {
		skip[Whole(destination)] = true
	}
	f.next = time.Time{}
	return skip
}

func (f *floor[T]) busy() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.lanes)
}

// clearing counts the lanes of the last destinations that run.
func (f *floor[T]) clearing() (running int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for destination := range f.Last {
		running += f.running[destination]
	}
	return running
}

// alarm has the queue looked at again at a moment, if not earlier; zero is no moment.
func (f *floor[T]) alarm(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !at.IsZero() {
		f.setAlarm(at)
	}
}

func (f *floor[T]) setAlarm(at time.Time) {
	if f.next.IsZero() || at.Before(f.next) {
		f.next = at
		f.poke()
	}
}

func (f *floor[T]) untilAlarm() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next.IsZero() {
		return heartbeat
	}
	return max(breath, min(f.next.Sub(f.now()), heartbeat))
}

func (f *floor[T]) poke() {
	select {
	case f.nudge <- struct{}{}:
	default: // it is about to look anyway
	}
}

package outbox_test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"voronka/internal/outbox"
)

// memory is a queue in memory, with transactions that fail on demand.
type memory struct {
	mu     sync.Mutex
	state  state
	looks  int // calls of Ready
	refuse func(write bool) error
}

type state struct {
	last    int64
	waiting []outbox.Job
	buried  []outbox.Job
	notes   []string // what finish and OnBuried wrote
}

// tx is one transaction over a memory.
type tx struct {
	*memory
	state *state
}

func (m *memory) Update(ctx context.Context, fn func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		if err := m.refuse(true); err != nil {
			return err
		}
	}
	draft := m.state
	draft.waiting, draft.buried = slices.Clone(draft.waiting), slices.Clone(draft.buried)
	draft.notes = slices.Clone(draft.notes)
	if err := fn(tx{m, &draft}); err != nil {
		return err
	}
	m.state = draft
	return nil
}

func (m *memory) View(ctx context.Context, fn func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		if err := m.refuse(false); err != nil {
			return err
		}
	}
	draft := m.state
	return fn(tx{m, &draft})
}

func (t tx) Enqueue(job outbox.Job) (outbox.Job, error) {
	t.state.last++
	job.ID = t.state.last
	t.state.waiting = append(t.state.waiting, job)
	return job, nil
}

func (t tx) Head(lane outbox.Lane) (outbox.Job, bool, error) {
	for _, job := range t.state.waiting {
		if job.Lane == lane {
			return job, true, nil
		}
	}
	return outbox.Job{}, false, nil
}

func (t tx) Lane(lane outbox.Lane, limit int) (jobs []outbox.Job, err error) {
	for _, job := range t.state.waiting {
		if job.Lane == lane && len(jobs) < limit {
			jobs = append(jobs, job)
		}
	}
	return jobs, nil
}

func (t tx) at(id int64) int {
	return slices.IndexFunc(t.state.waiting, func(job outbox.Job) bool { return job.ID == id })
}

func (t tx) Find(id int64) (outbox.Job, error) {
	for _, job := range slices.Concat(t.state.waiting, t.state.buried) {
		if job.ID == id {
			return job, nil
		}
	}
	return outbox.Job{}, outbox.ErrUnknownJob
}

func (t tx) Save(job outbox.Job) error {
	i := t.at(job.ID)
	if i < 0 {
		return outbox.ErrUnknownJob
	}
	t.state.waiting[i] = job
	return nil
}

func (t tx) Remove(job outbox.Job) error {
	i := t.at(job.ID)
	if i < 0 {
		return outbox.ErrUnknownJob
	}
	t.state.waiting = slices.Delete(t.state.waiting, i, i+1)
	return nil
}

func (t tx) Bury(job outbox.Job) error {
	if err := t.Remove(job); err != nil {
		return err
	}
	t.state.buried = append(t.state.buried, job)
	return nil
}

func (t tx) Revive(id int64, now time.Time) (outbox.Job, error) {
	i := slices.IndexFunc(t.state.buried, func(job outbox.Job) bool { return job.ID == id })
	if i < 0 {
		return outbox.Job{}, outbox.ErrUnknownJob
	}
	job := t.state.buried[i]
	job.NotBefore, job.Attempts, job.Began, job.BuriedAt = now, 0, false, time.Time{}
	t.state.buried = slices.Delete(t.state.buried, i, i+1)
	t.state.waiting = slices.Insert(t.state.waiting, 0, job)
	return job, nil
}

func (t tx) Ready(now time.Time, limit int, skip map[outbox.Lane]bool) (lanes []outbox.Lane, next time.Time, err error) {
	t.looks++
	var heads []outbox.Job
	met := map[outbox.Lane]bool{}
	for _, job := range t.state.waiting {
		if !met[job.Lane] && !skip[job.Lane] && !skip[outbox.Whole(job.Lane.Destination())] {
			heads = append(heads, job)
		}
		met[job.Lane] = true
	}
	slices.SortStableFunc(heads, func(a, b outbox.Job) int { return cmp.Or(a.NotBefore.Compare(b.NotBefore)) })
	for _, job := range heads {
		if len(lanes) == limit || job.NotBefore.After(now) {
			return lanes, job.NotBefore, nil
		}
		lanes = append(lanes, job.Lane)
	}
	return lanes, time.Time{}, nil
}

func (t tx) Waiting(limit int) ([]outbox.Job, error) { return slices.Clone(t.state.waiting), nil }
func (t tx) Latest(below int64, limit int) (jobs []outbox.Job, _ error) {
	for _, job := range t.state.waiting {
		if below == 0 || job.ID < below {
			jobs = append(jobs, job)
		}
	}
	slices.SortFunc(jobs, func(a, b outbox.Job) int { return cmp.Compare(b.ID, a.ID) })
	return jobs[:min(limit, len(jobs))], nil
}
func (t tx) Buried(limit int) ([]outbox.Job, error) { return slices.Clone(t.state.buried), nil }

// note is a finish that leaves a trace.
func note(text string) func(tx) error {
	return func(t tx) error {
		t.state.notes = append(t.state.notes, text)
		return nil
	}
}

// now copies the state as it is.
func (m *memory) now() state {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.state
	s.waiting, s.buried, s.notes = slices.Clone(s.waiting), slices.Clone(s.buried), slices.Clone(s.notes)
	return s
}

// add enqueues a job for each of the texts, ready at once.
func (m *memory) add(t testing.TB, lane outbox.Lane, kind string, texts ...string) {
	t.Helper()
	err := m.Update(context.Background(), func(tx tx) error {
		for _, text := range texts {
			job, err := outbox.New(lane, kind, text, time.Now())
			if err != nil {
				return err
			}
			if _, err := tx.Enqueue(job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func text(job outbox.Job) (s string) {
	_ = json.Unmarshal(job.Payload, &s)
	return s
}

// runner makes a quiet runner over a memory.
func runner(m *memory, routes map[string]outbox.Route[tx]) *outbox.Runner[tx] {
	return &outbox.Runner[tx]{
		Update: m.Update, View: m.View, Handlers: routes,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// start runs a runner until the test, or the caller, stops it.
func start(t *testing.T, r *outbox.Runner[tx]) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return stop
}

// pass lets the time of a synctest bubble go by.
func pass(d time.Duration) { <-time.After(d) }

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
)

// dial fails as net/http does, with the address in its error.
func dial(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:1/botSECRET/sendMessage", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return response.Body.Close()
}

// Jobs come from many sides while the runner runs; each is done once, in the
// order of its lane, and no wake is lost.
func TestOrderUnderLoad(t *testing.T) {
	t.Parallel()
	const lanes, jobs = 50, 20
	m := &memory{}
	var mu sync.Mutex
	did := map[outbox.Lane][]string{}
	var inside [lanes]atomic.Int32
	all := make(chan struct{})
	var left atomic.Int32
	left.Store(lanes * jobs)
	r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(_ context.Context, job outbox.Job) (func(tx) error, error) {
		var lane int
		_, _ = fmt.Sscanf(string(job.Lane), "chat/tg:%d", &lane)
		if inside[lane].Add(1) != 1 {
			t.Error("two jobs of a lane run at once")
		}
		defer inside[lane].Add(-1)
		mu.Lock()
		defer mu.Unlock()
		did[job.Lane] = append(did[job.Lane], text(job))
		if left.Add(-1) == 0 {
			close(all)
		}
		return nil, nil
	}}})
	r.Workers = 8
	start(t, r)
	var wg sync.WaitGroup
	for lane := range lanes {
		wg.Go(func() {
			for i := range jobs {
				m.add(t, outbox.Lane(fmt.Sprint("chat/tg:", lane)), "say", fmt.Sprint(i))
				r.Wake()
			}
		})
	}
	wg.Wait()
	select {
	case <-all:
	case <-time.After(2 * time.Minute):
		t.Fatalf("%d jobs were not done", left.Load())
	}
	mu.Lock()
	defer mu.Unlock()
	var want []string
	for i := range jobs {
		want = append(want, fmt.Sprint(i))
	}
	for lane, got := range did {
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", lane, got)
		}
	}
}

func TestSickDestinationHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, d := &memory{}, &diary{begun: time.Now()}
		var now, most atomic.Int32
		slow := func(ctx context.Context, _ outbox.Job) (func(tx) error, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			<-ctx.Done() // the CRM does not answer
			return nil, ctx.Err()
		}
		r := runner(m, map[string]outbox.Route[tx]{"note": {Handle: slow, Timeout: 30 * time.Second}, "say": {Handle: d.handle}})
		r.Workers = 4
		stop := start(t, r)
		for i := range 100 {
			m.add(t, outbox.Lane(fmt.Sprint("crm/tg:", i)), "note", "x")
		}
		r.Wake()
		synctest.Wait()
		for i := range 10 {
			m.add(t, outbox.Lane(fmt.Sprint("chat/tg:", i)), "say", "reply")
		}
		r.Wake()
		synctest.Wait()
		if lines := d.read(); len(lines) != 10 || slices.ContainsFunc(lines, func(l string) bool { return l != "reply 0s" }) {
			t.Errorf("replies: %v", lines)
		}
		pass(10 * time.Minute)
		if most.Load() != 4 {
			t.Errorf("%d lanes of the CRM ran at once, want 4", most.Load())
		}
		for _, job := range m.now().waiting {
			if job.Code != outbox.CodeTimeout && job.Attempts > 0 {
				t.Errorf("a job waits with the code %q", job.Code)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestIdleRunnerSleeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, d := &memory{}, &diary{begun: time.Now()}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
		start(t, r)
		err := m.Update(t.Context(), func(tx tx) error {
			for i, wait := range []time.Duration{90 * time.Minute, 25*time.Minute + 17*time.Millisecond} {
				job, _ := outbox.New(outbox.Lane(fmt.Sprint("chat/tg:", i)), "say", fmt.Sprint(i), time.Now())
				job.NotBefore = time.Now().Add(wait)
				if _, err := tx.Enqueue(job); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		r.Wake()
		pass(2 * time.Hour)
		synctest.Wait()
		same(t, "runs", d.read(), []string{"1 25m0.017s", "0 1h30m0s"})
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.looks > 2*60+10 {
			t.Errorf("looked at the queue %d times in two idle hours", m.looks)
		}
	})
}

func TestStopLetsRunningJobsFinish(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		takes   time.Duration
		once    bool
		notes   []string
		waiting int
		code    string
	}{
		{"within grace", 5 * time.Second, false, []string{"a"}, 1, ""},
		{"too long", time.Hour, false, nil, 2, ""},
		{"too long, once", time.Hour, true, nil, 1, outbox.CodeUncertain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				r := runner(m, map[string]outbox.Route[tx]{"say": {Once: test.once, Timeout: 2 * time.Hour, Handle: func(ctx context.Context, job outbox.Job) (func(tx) error, error) {
					select {
					case <-time.After(test.takes):
						return note(text(job)), nil
					case <-ctx.Done():
						return nil, ctx.Err()
					}
				}}})
				stop := start(t, r)
				m.add(t, "chat/tg:1", "say", "a", "b")
				r.Wake()
				synctest.Wait()
				if err := stop(); err != nil {
					t.Error(err)
				}
				end := m.now()
				same(t, "done", end.notes, test.notes)
				if len(end.waiting) != test.waiting || end.waiting[0].Attempts != 0 || end.waiting[0].Began {
					t.Errorf("waiting: %+v", end.waiting)
				}
				if test.code != "" && (len(end.buried) != 1 || end.buried[0].Code != test.code) {
					t.Errorf("buried: %+v", end.buried)
				}
			})
		})
	}
}

func TestStopDoesNotWaitForTheDeaf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, release := &memory{}, make(chan struct{})
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
			<-release
			return nil, nil
		}}})
		ctx, cancel := context.WithCancel(t.Context())
		m.add(t, "chat/tg:1", "say", "a")
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-done; err == nil {
			t.Error("a lane that did not end is not told of")
		}
		close(release)
	})
}

func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, d := &memory{}, &diary{begun: time.Now()}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
		start(t, r)
		m.add(t, "chat/tg:1", "say", "a", "b")
		full := time.Now().Add(5 * time.Minute)
		m.mu.Lock()
		m.refuse = func(write bool) error {
			if write && time.Now().Before(full) {
				return errors.New("disk full")
			}
			return nil
		}
		m.mu.Unlock()
		r.Wake()
		pass(time.Hour)
		if lines := d.read(); len(lines) != 2 || lines[0] != "a 0s" {
			t.Errorf("runs: %v; a job was done again, or never", lines)
		}
		same(t, "done", m.now().notes, []string{"a", "b"})
	})
}

func TestRefusedFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, runs := &memory{}, atomic.Int32{}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(_ context.Context, job outbox.Job) (func(tx) error, error) {
			runs.Add(1)
			return func(tx tx) error {
				if text(job) == "panics" {
					panic("on purpose")
				}
				tx.state.notes = append(tx.state.notes, "half")
				return errors.New("no such payment")
			}, nil
		}}})
		r.OnBuried = func(tx tx, job outbox.Job) error {
			if job.Kind == "say" && text(job) == "panics" {
				return errors.New("no such contact")
			}
			return note("buried " + text(job))(tx)
		}
		start(t, r)
		m.add(t, "chat/tg:1", "say", "fails", "panics")
		r.Wake()
		pass(time.Hour)
		end := m.now()
		same(t, "notes", end.notes, []string{"buried fails"})
		if runs.Load() != 2 || len(end.buried) != 2 || end.buried[0].Code != outbox.CodeUnfinished || len(end.waiting) != 0 {
			t.Errorf("%d runs, buried %+v", runs.Load(), end.buried)
		}
	})
}

// An operator takes a job away while it runs.
func TestRemovedWhileRunning(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("no answer"), &sales.Error{Code: "gone", Action: sales.Bury}} {
		m := &memory{}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: func(_ context.Context, job outbox.Job) (func(tx) error, error) {
			return note("sent"), errors.Join(err, m.Update(context.Background(), func(tx tx) error { return tx.Remove(job) }))
		}}})
		m.add(t, "chat/tg:1", "say", "a")
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		end := m.now()
		if len(end.waiting)+len(end.buried) != 0 {
			t.Errorf("left: %+v", end)
		}
		if (len(end.notes) == 1) != (err == nil) {
			t.Errorf("notes: %v", end.notes)
		}
	}
}

// TestDrainSeesWhatEndsDuringALook: a lane ends, and fills another one, between
// the look at the queue and the question whether anybody still works.
func TestDrainSeesWhatEndsDuringALook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, d := &memory{}, &diary{begun: time.Now()}
		release := make(chan struct{})
		r := runner(m, map[string]outbox.Route[tx]{
			"say": {Handle: d.handle},
			"check": {Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
				<-release
				return func(t tx) error {
					_, err := t.Enqueue(outbox.Job{Lane: "chat/tg:1", Kind: "say", Payload: []byte(`"paid"`)})
					return err
				}, nil
			}},
		})
		looks := 0
		r.View = func(ctx context.Context, fn func(tx) error) error {
			look := false
			err := m.View(ctx, func(t tx) error {
				before := t.looks
				defer func() { look = t.looks != before }()
				return fn(t)
			})
			if look {
				looks++
			}
			switch {
			case look && looks == 1:
				r.Wake()
			case look && looks == 2:
				close(release)
				synctest.Wait()
			}
			return err
		}
		m.add(t, "payment/1", "check", "x")
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := m.now().waiting; len(left) > 0 {
			t.Errorf("left waiting: %+v", left)
		}
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	m, d := &memory{}, &diary{answer: failing("a", 1, &sales.Error{Code: "flood", After: time.Hour})}
	r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
	r.Now = func() time.Time { return clock }
	err := m.Update(t.Context(), func(tx tx) error {
		for _, text := range []string{"a", "b"} {
			job, _ := outbox.New("chat/tg:1", "say", text, clock)
			if _, err := tx.Enqueue(job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 2} {
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(m.now().notes); got != want {
			t.Errorf("%d jobs are done, want %d", got, want)
		}
		clock = clock.Add(time.Hour)
	}
	m.refuse = func(bool) error { return errors.New("disk gone") }
	if err := r.Drain(t.Context()); err == nil {
		t.Error("a store that fails is not told of")
	}
}

// TestRoom proves that jobs that hang take no room from others of their
// destination while there is more of it.
func TestRoom(t *testing.T) {
	t.Parallel()
	m := &memory{}
	held := make(chan struct{})
	said := make(chan struct{})
	r := runner(m, map[string]outbox.Route[tx]{
		"link": {Handle: func(ctx context.Context, _ outbox.Job) (func(tx) error, error) {
			select {
			case <-held:
			case <-ctx.Done():
			}
			return nil, nil
		}},
		"say": {Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
			close(said)
			return nil, nil
		}},
	})
	r.Workers, r.Room = 4, map[string]int{"chat": 100}
	for i := range 20 {
		m.add(t, outbox.Lane(fmt.Sprintf("chat/tg:%d", i)), "link", "link")
	}
	m.add(t, "chat/tg:99", "say", "hello")
	start(t, r)
	<-said
	close(held)
}

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/internal/outbox"
	"voronka/sales"
)

// diary is a handler that remembers which jobs it did, and when.
type diary struct {
	mu    sync.Mutex
	begun time.Time
	lines []string
	// answer is the error of a job's next run; nil does it.
	answer func(job outbox.Job) error
}

func (d *diary) handle(_ context.Context, job outbox.Job) (func(tx) error, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf("%s %v", text(job), time.Since(d.begun)))
	if d.answer != nil {
		if err := d.answer(job); err != nil {
			return nil, err
		}
	}
	return note(text(job)), nil
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// failing fails the named job so often.
func failing(name string, times int, err error) func(outbox.Job) error {
	return func(job outbox.Job) error {
		if text(job) == name && job.Attempts < times {
			return err
		}
		return nil
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	backoff := func(attempt int) time.Duration { return time.Duration(attempt) * time.Minute }
	tests := []struct {
		name  string
		err   error
		times int
		route outbox.Route[tx]
		lines []string
		code  string // of the buried job
	}{
		{"done", nil, 0, outbox.Route[tx]{}, []string{"a 0s", "b 0s"}, ""},
		{"backoff", errors.New("no answer"), 3, outbox.Route[tx]{}, []string{"a 0s", "a 1m0s", "a 3m0s", "a 6m0s", "b 6m0s"}, ""},
		{
			"after exactly", &sales.Error{Code: "telegram_flood", After: 10072 * time.Second}, 1, outbox.Route[tx]{},
			[]string{"a 0s", "a 2h47m52s", "b 2h47m52s"}, "",
		},
		{
			"bury", fmt.Errorf("send: %w", &sales.Error{Code: "telegram_blocked", Action: sales.Bury}), 9, outbox.Route[tx]{},
			[]string{"a 0s", "b 0s"}, "telegram_blocked",
		},
		{
			"stop", &sales.Error{Code: "telegram_token", Action: sales.Stop}, 2, outbox.Route[tx]{MaxAttempts: 1},
			[]string{"a 0s", "a 15m0s", "a 30m0s", "b 30m0s"}, "",
		},
		{
			"max attempts", errors.New("no answer"), 9, outbox.Route[tx]{MaxAttempts: 2},
			[]string{"a 0s", "a 1m0s", "b 1m0s"}, "internal",
		},
		{
			"uncertain is retried", &sales.Error{Code: "crm_timeout", Uncertain: true}, 1, outbox.Route[tx]{},
			[]string{"a 0s", "a 1m0s", "b 1m0s"}, "",
		},
		{
			"once, and nothing was done", &sales.Error{Code: "bank_busy"}, 2, outbox.Route[tx]{Once: true},
			[]string{"a 0s", "a 1m0s", "a 3m0s", "b 3m0s"}, "",
		},
		{
			"once, and who knows", &sales.Error{Code: "bank_timeout", Uncertain: true}, 9, outbox.Route[tx]{Once: true},
			[]string{"a 0s", "b 0s"}, outbox.CodeUncertain,
		},
		{
			"once, and no code", errors.New("connection reset"), 9, outbox.Route[tx]{Once: true},
			[]string{"a 0s", "b 0s"}, outbox.CodeUncertain,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m, d := &memory{}, &diary{begun: time.Now(), answer: failing("a", test.times, test.err)}
				test.route.Handle = d.handle
				r := runner(m, map[string]outbox.Route[tx]{"say": test.route})
				r.Backoff = backoff
				start(t, r)
				m.add(t, "chat/tg:1", "say", "a", "b")
				r.Wake()
				pass(24 * time.Hour)
				same(t, "runs", d.read(), test.lines)
				end := m.now()
				if len(end.waiting) > 0 {
					t.Errorf("jobs are left: %v", end.waiting)
				}
				code := ""
				for _, job := range end.buried {
					code += job.Code
					if job.BuriedAt.IsZero() {
						t.Error("a buried job does not tell since when")
					}
				}
				if code != test.code {
					t.Errorf("buried with %q, want %q", code, test.code)
				}
			})
		})
	}
}

func TestPanicIsRetriedThenBuried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, d := &memory{}, &diary{begun: time.Now()}
		d.answer = func(job outbox.Job) error {
			if text(job) == "a" {
				panic("secret token")
			}
			return nil
		}
		r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}, "pay": {Handle: d.handle, Once: true}})
		start(t, r)
		m.add(t, "chat/tg:1", "say", "a", "b")
		m.add(t, "pay/tg:1", "pay", "a")
		m.add(t, "odd/tg:1", "dance", "c")
		r.Wake()
		pass(time.Hour)
		end := m.now()
		same(t, "done", end.notes, []string{"b"})
		codes := map[string]string{}
		for _, job := range end.buried {
			codes[job.Kind] = fmt.Sprint(job.Code, " ", job.Attempts)
			if strings.Contains(job.Error, "secret") {
				t.Errorf("the value of a panic is stored: %s", job.Error)
			}
		}
		same(t, "buried", codes, map[string]string{"say": "panic 3", "pay": "uncertain 1", "dance": "unknown_kind 0"})
	})
}

func TestOnceIsCommittedBeforeItRuns(t *testing.T) {
	t.Parallel()
	m := &memory{}
	began := false
	r := runner(m, map[string]outbox.Route[tx]{"pay": {Once: true, Handle: func(context.Context, outbox.Job) (func(tx) error, error) {
		began = m.now().waiting[0].Began
		return nil, nil
	}}})
	m.add(t, "pay/tg:1", "pay", "a")
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !began {
		t.Error("a job ran before its beginning was committed")
	}
}

func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, settled := range []bool{false, true} {
		t.Run(fmt.Sprint("settle ", settled), func(t *testing.T) {
			t.Parallel()
			m, d, asked := &memory{}, &diary{}, &diary{}
			route := outbox.Route[tx]{Once: true, Handle: d.handle}
			if settled {
				route.Settle = asked.handle
			}
			r := runner(m, map[string]outbox.Route[tx]{"pay": route})
			m.add(t, "pay/tg:1", "pay", "a", "b")
			m.state.waiting[0].Began = true // the process died here
			if err := r.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			end := m.now()
			if len(d.read()) != 1 || len(end.waiting) != 0 {
				t.Errorf("handled %v, left %v", d.read(), end.waiting)
			}
			if settled {
				same(t, "done", end.notes, []string{"a", "b"})
				return
			}
			same(t, "done", end.notes, []string{"b"})
			if len(end.buried) != 1 || end.buried[0].Code != outbox.CodeUncertain {
				t.Fatalf("buried: %v", end.buried)
			}
			revived := func(tx tx) error { _, err := tx.Revive(end.buried[0].ID, time.Now()); return err }
			if err := m.Update(t.Context(), revived); err != nil {
				t.Fatal(err)
			}
			if err := r.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			same(t, "done after an operator revived it", m.now().notes, []string{"b", "a"})
		})
	}
}

// A charge whose answer was lost is settled by asking, however often that fails.
func TestSettleUntilKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		charge := &diary{answer: func(outbox.Job) error { return &sales.Error{Code: "bank_timeout", Uncertain: true} }}
		ask := &diary{answer: failing("a", 3, &sales.Error{Code: "bank_unavailable"})}
		r := runner(m, map[string]outbox.Route[tx]{"charge": {Once: true, Handle: charge.handle, Settle: ask.handle}})
		start(t, r)
		m.add(t, "pay/tg:1", "charge", "a")
		r.Wake()
		pass(time.Hour)
		if len(charge.read()) != 1 || len(ask.read()) != 3 {
			t.Errorf("charged %d times, asked %d times", len(charge.read()), len(ask.read()))
		}
		same(t, "done", m.now().notes, []string{"a"})
	})
}

func TestReasonHidesAddresses(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := runner(m, map[string]outbox.Route[tx]{"say": {MaxAttempts: 1, Handle: func(ctx context.Context, job outbox.Job) (func(tx) error, error) {
		return nil, dial(ctx)
	}}})
	m.add(t, "chat/tg:1", "say", "a")
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	buried := m.now().buried
	if len(buried) != 1 || buried[0].Error == "" || strings.Contains(buried[0].Error, "SECRET") {
		t.Errorf("buried: %+v", buried)
	}
}

package outbox_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
)

// closes runs jobs of chats and of the CRM, each for a second, and stops while
// the first of them run. It gives what was done, and how long the stop took.
func closes(t *testing.T, m *memory, change func(*outbox.Runner[tx])) (did []string, took time.Duration) {
	t.Helper()
	d := &diary{begun: time.Now()}
	slow := func(ctx context.Context, job outbox.Job) (func(tx) error, error) {
		<-time.After(time.Second)
		return d.handle(ctx, job)
	}
	r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: slow}})
	r.Last = map[string]bool{"chat": true}
	if change != nil {
		change(r)
	}
	stop := start(t, r)
	r.Wake()
	pass(time.Second / 2)
	began := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	did = append(did, m.now().notes...)
	slices.Sort(did)
	return did, time.Since(began)
}

// TestAStopFinishesWhatIsReady: what is ready in the last destinations is done,
// behind a job that runs and in lanes for which there was no room; others wait
// for the next start.
func TestAStopFinishesWhatIsReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.add(t, "chat/tg:1", "say", "a1", "a2")
		m.add(t, "chat/tg:2", "say", "b1")
		m.add(t, "crm/tg:1", "say", "c1", "c2")
		m.add(t, "crm/tg:2", "say", "d1")
		did, took := closes(t, m, func(r *outbox.Runner[tx]) { r.Workers = 1 })
		same(t, "done", did, []string{"a1", "a2", "b1", "c1"})
		if took != 2500*time.Millisecond {
			t.Errorf("the stop took %v", took)
		}
	})
}

// TestAStopDoesNotWaitForWhatIsLater: jobs of the last destinations that are not
// ready yet, and a backlog of others, cost no time.
func TestAStopDoesNotWaitForWhatIsLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.add(t, "chat/tg:1", "say", "a1")
		for range 100 {
			m.add(t, "crm/tg:1", "say", "c1")
		}
		later, err := outbox.New("chat/tg:2", "say", "later", time.Now().Add(2*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Update(t.Context(), func(tx tx) error { _, err := tx.Enqueue(later); return err }); err != nil {
			t.Fatal(err)
		}
		did, took := closes(t, m, nil)
		same(t, "done", did, []string{"a1", "c1"})
		if took != time.Second/2 {
			t.Errorf("the stop took %v", took)
		}
	})
}

// TestAStopEnds: of more than can be done in time, the rest waits for the next
// start, and what has begun is finished.
func TestAStopEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		for range 30 {
			m.add(t, "chat/tg:1", "say", "a")
		}
		did, took := closes(t, m, nil)
		if len(did) != 6 || took != 5500*time.Millisecond {
			t.Errorf("%d were done in %v", len(did), took)
		}
		if left := len(m.now().waiting); left != 24 {
			t.Errorf("%d wait for the next start", left)
		}
	})
}

// TestAStopAnswersWhatCameLast: a job that is committed while the runner stops
// is done as well.
func TestAStopAnswersWhatCameLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.add(t, "chat/tg:1", "say", "a")
		did, _ := closes(t, m, func(r *outbox.Runner[tx]) {
			time.AfterFunc(900*time.Millisecond, func() {
				m.add(t, "chat/tg:2", "say", "b")
				r.Wake()
			})
		})
		same(t, "done", did, []string{"a", "b"})
	})
}

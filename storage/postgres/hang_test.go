package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/postgres"
)

// TestReplicaWhoseNetworkHangs lets the network between a replica and the
// database hang while it lives: neither end hears of it. It gives up the lead and
// its lanes by itself before another one has them, and is back when it is heard.
func TestReplicaWhoseNetworkHangs(t *testing.T) {
	t.Parallel()
	direct := schema(t)
	w, address := wireTo(t, direct)
	a := join(t, address)
	var leading atomic.Int32
	lead := func(ctx context.Context, c *crewman, leads chan<- bool) {
		_ = c.Lead(ctx, func(ctx context.Context) error {
			if n := leading.Add(1); n > 1 {
				t.Errorf("%d lead at once", n)
			}
			leads <- true
			<-ctx.Done()
			leading.Add(-1)
			return nil
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first, second := make(chan bool, 10), make(chan bool, 10)
	go lead(ctx, a, first)
	heard(t, first)
	b := join(t, direct)
	until, resign := context.WithCancel(ctx)
	var led sync.WaitGroup
	led.Go(func() { lead(until, b, second) })
	a.enqueue(t, "chat/tg:1")

	w.hangs.Lock()
	heard(t, second)
	taken(t, "chat/tg:1", b)
	if err := a.View(t.Context(), func(storage.Tx) error { return nil }); err == nil {
		t.Error("one whose lanes are another's looks for jobs")
	}
	w.hangs.Unlock()
	if lanes := a.sees(t); len(lanes) > 0 { // it is heard again
		t.Errorf("it holds %v", lanes)
	}
	resign()
	led.Wait()
	b.leave(t)
	taken(t, "chat/tg:1", a)
}

// heard waits until somebody leads.
func heard(t *testing.T, leads <-chan bool) {
	t.Helper()
	select {
	case <-leads:
	case <-time.After(2 * time.Minute):
		t.Fatal("nobody leads")
	}
}

// TestConnectionsLeadNowhere loses all connections of a replica without a word, as
// a router does that forgets them, while new ones are carried: reading, writing
// and presence go on by new ones, and nobody waits for the system to give up.
func TestConnectionsLeadNowhere(t *testing.T) {
	t.Parallel()
	w, address := wireTo(t, schema(t))
	a := joinWith(t, address, postgres.Options{Patience: time.Minute})
	a.enqueue(t, "chat/tg:1")
	if lanes := a.sees(t); len(lanes) != 1 {
		t.Fatalf("it sees %v", lanes)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	w.lose()
	var both sync.WaitGroup
	both.Go(func() { taken(t, "chat/tg:1", a) })
	both.Go(func() {
		err := a.store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef("a", "b") })
		if err != nil {
			t.Errorf("write: %v", err)
		}
	})
	both.Wait()
	if err := a.store.View(ctx, func(tx storage.Tx) error { _, err := tx.Ref("a"); return err }); err != nil {
		t.Errorf("read: %v", err)
	}
}

// TestLaneThatIsHandedOutAgainIsDoneOnce gives River each lane that nobody holds
// four times, with three replicas at work: whoever was late finds it taken. Its
// jobs are done once, in order, one at a time.
func TestLaneThatIsHandedOutAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	const lanes, each = 40, 3
	address := schema(t)
	done := &doings{want: lanes * each, all: make(chan bool), begin: make(chan bool), lanes: map[outbox.Lane][]string{}, busy: map[outbox.Lane]bool{}}
	for range 3 {
		done.work(t, join(t, address))
	}
	nobody := openWith(t, address, postgres.Options{})
	err := nobody.Update(t.Context(), func(tx storage.Tx) error {
		for i := range lanes * each {
			job, err := outbox.New(outbox.Lane(fmt.Sprint("chat/tg:", i%lanes)), "say", fmt.Sprint(i/lanes), time.Now())
			if err == nil {
				_, err = tx.Enqueue(job)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, address, `insert into river_job (args, kind, queue, max_attempts)
		select jsonb_build_object('lane', lane), 'lane', 'lanes', 1 from lanes, generate_series(1, 3)`)
	// The first jobs are under way when the last River job comes.
	run(t, address, "do $$ begin while exists (select from river_job where state in ('available', 'running')) loop perform pg_sleep(0.05); end loop; end $$")
	close(done.begin)
	select {
	case <-done.all:
	case <-time.After(2 * time.Minute):
		t.Error("not all jobs are done")
	}
	done.mu.Lock()
	defer done.mu.Unlock()
	for lane, said := range done.lanes {
		if got := fmt.Sprint(said); got != "[0 1 2]" {
			t.Errorf("%s: %s", lane, got)
		}
	}
	if len(done.lanes) != lanes {
		t.Errorf("%d lanes of %d", len(done.lanes), lanes)
	}
	run(t, address, "do $$ begin assert not exists (select from river_job where state = 'discarded'); end $$")
}

// doings are what the runners of several replicas did.
type doings struct {
	mu    sync.Mutex
	want  int
	all   chan bool // closed when that many are done
	begin chan bool // closed when they may end
	lanes map[outbox.Lane][]string
	busy  map[outbox.Lane]bool
}

// work lets a replica do jobs until the test ends.
func (d *doings) work(t *testing.T, c *crewman) {
	t.Helper()
	runner := &outbox.Runner[storage.Tx]{
		Update: c.Update, View: c.View, Log: slog.New(slog.DiscardHandler),
		Handlers: map[string]outbox.Route[storage.Tx]{"say": {Handle: func(_ context.Context, job outbox.Job) (func(storage.Tx) error, error) {
			return nil, d.did(t, job)
		}}},
	}
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := runner.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	ended.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-c.woken:
				runner.Wake()
			case <-ctx.Done():
			}
		}
	})
	t.Cleanup(func() { stop(); ended.Wait() })
}

func (d *doings) did(t *testing.T, job outbox.Job) error {
	d.mu.Lock()
	if d.busy[job.Lane] {
		t.Errorf("two of %s at once", job.Lane)
	}
	d.busy[job.Lane] = true
	d.mu.Unlock()
	<-d.begin
	var text string
	err := json.Unmarshal(job.Payload, &text)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lanes[job.Lane] = append(d.lanes[job.Lane], text)
	delete(d.busy, job.Lane)
	if d.want--; d.want == 0 {
		close(d.all)
	}
	return err
}

package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/postgres"
	"voronka/storage/postgrestest"
)

// crewman is a replica in a test, and what wakes it.
type crewman struct {
	*postgres.Replica
	store *postgres.Store
	woken chan struct{}
	left  bool
}

func join(t *testing.T, address string) *crewman {
	t.Helper()
	return joinWith(t, address, postgres.Options{})
}

func joinWith(t *testing.T, address string, options postgres.Options) *crewman {
	t.Helper()
	c := &crewman{store: openWith(t, address, options), woken: make(chan struct{}, 1)}
	c.Replica = c.store.Replica(slog.New(slog.DiscardHandler))
	err := c.Join(t.Context(), func() {
		select {
		case c.woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.leave(t) })
	return c
}

func (c *crewman) leave(t *testing.T) {
	t.Helper()
	if !c.left {
		c.left = true
		if err := c.Leave(); err != nil {
			t.Errorf("leave: %v", err)
		}
	}
}

func (c *crewman) enqueue(t *testing.T, lane outbox.Lane) {
	t.Helper()
	err := c.store.Update(t.Context(), func(tx storage.Tx) error {
		job, err := outbox.New(lane, "say", "Привет", time.Now())
		if err == nil {
			_, err = tx.Enqueue(job)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sees lists the lanes that are the replica's, and whether it may do their jobs.
func (c *crewman) sees(t *testing.T) (lanes []outbox.Lane) {
	t.Helper()
	for i, look := range []func(context.Context, func(storage.Tx) error) error{c.View, c.Update} {
		var seen []outbox.Lane
		err := steadily(t, c, look, func(tx storage.Tx) (err error) {
			seen, _, err = tx.Ready(time.Now().Add(time.Minute), 10, nil)
			if i > 0 || err != nil {
				return err // River may give lanes to it between two questions of an update
			}
			for _, lane := range []outbox.Lane{"chat/tg:1", "chat/tg:2"} {
				if _, found, err := tx.Head(lane); err != nil || found != slices.Contains(seen, lane) {
					t.Errorf("%s: head %v, ready %v, error %v", lane, found, seen, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		lanes = seen
	}
	return lanes
}

// steadily asks until the replica is in its term: on a machine that is busy it
// may be out of it for a moment.
func steadily(t *testing.T, c *crewman, look func(context.Context, func(storage.Tx) error) error, fn func(storage.Tx) error) error {
	t.Helper()
	for deadline := time.After(time.Minute); ; {
		err := look(t.Context(), fn)
		if err == nil {
			return nil
		}
		select {
		case <-c.woken: // each second at least
		case <-deadline:
			return err
		}
	}
}

// taken waits until one of the replicas holds a lane.
func taken(t *testing.T, lane outbox.Lane, by ...*crewman) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		for _, one := range by {
			var seen []outbox.Lane
			err := one.View(t.Context(), func(tx storage.Tx) (err error) {
				seen, _, err = tx.Ready(time.Now().Add(time.Minute), 10, nil)
				return err
			})
			// On a machine that is busy a replica may be out of its term for a moment.
			if err == nil && slices.Contains(seen, lane) {
				return
			}
		}
		select {
		case <-by[0].woken: // each second at least
		case <-deadline:
			t.Fatalf("nobody got %s", lane)
		}
	}
}

// TestLaneIsOneReplicas proves that a lane's jobs are seen by the replica that
// began it, whoever adds to it, and by another one once that has left or died.
func TestLaneIsOneReplicas(t *testing.T) {
	t.Parallel()
	address := schema(t)
	a, b := join(t, address), join(t, address)
	a.enqueue(t, "chat/tg:1")
	b.enqueue(t, "chat/tg:1")
	b.enqueue(t, "chat/tg:2")
	if got := a.sees(t); !slices.Equal(got, []outbox.Lane{"chat/tg:1"}) {
		t.Errorf("the first sees %v", got)
	}
	if got := b.sees(t); !slices.Equal(got, []outbox.Lane{"chat/tg:2"}) {
		t.Errorf("the second sees %v", got)
	}
	a.leave(t)
	taken(t, "chat/tg:1", b)
	c := join(t, address)
	// b dies: nothing is heard of it any more, and what it held is taken over.
	run(t, address, "update replicas set id = 'dead', until = now() - interval '1 minute' where id = (select owner from lanes limit 1)")
	run(t, address, "update lanes set owner = 'dead'")
	taken(t, "chat/tg:1", b, c) // b is back under another name, and may take it as well
}

func run(t *testing.T, address, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err == nil {
		_, err = conn.Exec(t.Context(), sql)
		err = errors.Join(err, conn.Close(t.Context()))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOneLeads proves that one replica leads, that the next one begins when it
// has stopped, and that one whose lease is another's stops by itself.
func TestOneLeads(t *testing.T) {
	t.Parallel()
	address := schema(t)
	a := join(t, address)
	events := make(chan string, 10)
	lead := func(ctx context.Context, name string, c *crewman) {
		go func() {
			_ = c.Lead(ctx, func(ctx context.Context) error {
				events <- name + " leads"
				<-ctx.Done()
				events <- name + " stops"
				return nil
			})
		}()
	}
	want := func(event string) {
		t.Helper()
		select {
		case got := <-events:
			if got != event {
				t.Fatalf("%s, want: %s", got, event)
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("never: %s", event)
		}
	}
	first, stop := context.WithCancel(t.Context())
	lead(first, "a", a)
	want("a leads")
	b := join(t, address)
	second, stopSecond := context.WithCancel(t.Context())
	defer stopSecond()
	lead(second, "b", b)
	stop()
	want("a stops")
	want("b leads")
	run(t, address, "update leases set holder = 'somebody else', until = now() + interval '3 seconds'")
	want("b stops")
	want("b leads") // when the lease of somebody else has run out
	stopSecond()
	want("b stops")
}

// TestConnectionIsCut cuts the writer's connection in the middle of an update,
// which then runs again and is committed once.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	address, err := cluster.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store := open(t, address)
	runs := 0
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		if runs++; runs == 1 {
			run(t, address, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'")
		}
		count, err := tx.Ref("count")
		if err != nil {
			return err
		}
		return tx.PutRef("count", count+"I")
	})
	if err != nil || runs != 2 {
		t.Errorf("ran %d times, error %v", runs, err)
	}
	err = store.View(t.Context(), func(tx storage.Tx) error {
		if count, err := tx.Ref("count"); err != nil || count != "I" {
			t.Errorf("count %q, error %v", count, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestDatabaseIsAway wants an error that says so, in good time, and a store that
// works on when the database is back.
func TestDatabaseIsAway(t *testing.T) {
	t.Parallel()
	own, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	store, err := postgres.Open(t.Context(), own.URL(), postgres.Options{Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	put := func() error {
		return store.Update(t.Context(), func(tx storage.Tx) error { return tx.PutRef("a", "b") })
	}
	look := func() error {
		return store.View(t.Context(), func(tx storage.Tx) error { _, err := tx.Ref("a"); return err })
	}
	for range 2 {
		for _, ask := range []func() error{put, look} {
			answers(t, ask)
		}
		if err := own.Stop(true); err != nil {
			t.Fatal(err)
		}
		for _, ask := range []func() error{put, look} {
			if err := ask(); sales.AsError(err).Code != "database_away" || sales.AsError(err).Action != sales.Retry {
				t.Errorf("without a database: %v", err)
			}
		}
		if err := own.Start(); err != nil {
			t.Fatal(err)
		}
	}
}

// answers asks until the database does, which may be only just back.
func answers(t *testing.T, ask func() error) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		err := ask()
		if err == nil {
			return
		}
		if sales.AsError(err).Code != "database_away" || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// TestOpensWhileTheDatabaseComesBack starts a process while PostgreSQL is
// restarted, as both are when a machine starts.
func TestOpensWhileTheDatabaseComesBack(t *testing.T) {
	t.Parallel()
	own, err := postgrestest.Start(postgrestest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	address, err := own.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Stop(false); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		store, err := postgres.Open(context.WithoutCancel(t.Context()), address, postgres.Options{Patience: time.Minute})
		if err == nil {
			err = store.Close()
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		t.Fatalf("opened what is away: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

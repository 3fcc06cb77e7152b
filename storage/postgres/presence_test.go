package postgres_test

import (
	"bufio"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/postgres"
)

// shipVariable has the test binary be a replica of the database that it names:
// one that can be killed.
const shipVariable = "VORONKA_TEST_SHIP"

// sail is the life of such a replica: it begins a lane and waits for its end.
func sail(address string) error {
	ctx := context.Background()
	store, err := postgres.Open(ctx, address, patientTerm())
	if err != nil {
		return err
	}
	r := store.Replica(slog.New(slog.DiscardHandler))
	if err := r.Join(ctx, func() {}); err != nil {
		return err
	}
	err = store.Update(ctx, func(tx storage.Tx) error {
		job, err := outbox.New("chat/tg:1", "say", "Привет", time.Now())
		if err == nil {
			_, err = tx.Enqueue(job)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.Lead(ctx, func(ctx context.Context) error {
		os.Stdout.WriteString("leads\n")
		select {}
	})
}

// patientTerm lets nobody be taken for dead because it is silent.
func patientTerm() postgres.Options { return postgres.Options{Term: time.Hour} }

// launch starts a replica in a process of its own and waits until it leads.
func launch(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	ship := exec.Command(os.Args[0])
	ship.Env = append(os.Environ(), shipVariable+"="+address)
	ship.Stderr = os.Stderr
	out, err := ship.StdoutPipe()
	if err == nil {
		err = ship.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = ship.Process.Kill()
		_ = ship.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the replica says %q: %v", line, err)
	}
	return ship
}

// TestKilledReplicaIsKnownAtOnce kills the replica that leads (SIGKILL): another
// one leads and takes its lanes because its connection is gone, an hour before
// its word ends. One that is only stopped (SIGSTOP) keeps both.
func TestKilledReplicaIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	address := schema(t)
	ship := launch(t, address)
	other := joinWith(t, address, patientTerm())
	leads := make(chan bool, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_ = other.Lead(ctx, func(ctx context.Context) error {
			leads <- true
			<-ctx.Done()
			return nil
		})
	}()
	if err := ship.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for range 4 { // beats of the other one
		<-other.woken
	}
	if lanes := other.sees(t); len(lanes) > 0 || len(leads) > 0 {
		t.Errorf("of one that stands still %d leads and %v were taken", len(leads), lanes)
	}
	if err := ship.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	taken(t, "chat/tg:1", other)
	select {
	case <-leads:
	case <-time.After(time.Minute):
		t.Error("nobody leads")
	}
}

// TestConnectionOfPresenceIsCut cuts the connection that tells that a replica is
// there, again and again, for longer than a dead one is waited for: it keeps
// what it has, under its name.
func TestConnectionOfPresenceIsCut(t *testing.T) {
	t.Parallel()
	address := schema(t)
	a, b := joinWith(t, address, patientTerm()), joinWith(t, address, patientTerm())
	a.enqueue(t, "chat/tg:1")
	b.enqueue(t, "chat/tg:2")
	run(t, address, "create table cut as select id from replicas")
	for range 5 {
		run(t, address, `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 2 and
			classid = (hashtext('voronka replica')::bigint & 4294967295)::oid and
			objid in (select (hashtext(id)::bigint & 4294967295)::oid from cut)`)
		<-b.woken
	}
	run(t, address, "do $$ begin assert (select count(distinct owner) from lanes join cut on owner = id join replicas using (id)) = 2; end $$")
}

// TestBuriedReplicaHoldsNothing buries a replica that does not know of it yet:
// the lanes that it begins are not its own, and such as are all the same are
// found by whoever leads.
func TestBuriedReplicaHoldsNothing(t *testing.T) {
	t.Parallel()
	address := schema(t)
	a := joinWith(t, address, patientTerm())
	run(t, address, "create table buried_one as select id from replicas; delete from replicas")
	a.enqueue(t, "chat/tg:1")
	run(t, address, "do $$ begin assert not exists (select from lanes join buried_one on owner = id); end $$")
	taken(t, "chat/tg:1", a)
	run(t, address, "update lanes set owner = (select id from buried_one)")
	taken(t, "chat/tg:1", a)
}

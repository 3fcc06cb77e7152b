package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"voronka/internal/outbox"
	"voronka/storage"
)

const (
	// beat is how often a replica says that it is alive.
	beat = time.Second
	// term is how long its word holds by default.
	term = 6 * time.Second
	// margin is how much earlier it believes itself that the term has ended.
	margin = time.Second
	// hearing is how long the database may take to answer a beat.
	hearing = 4500 * time.Millisecond
	// caring is how long a leader looks after the others at a time: less than its
	// word holds, with the next beat.
	caring = 2500 * time.Millisecond
)

// Replica is one of the processes that do the jobs of a database. It sees the
// lanes that it holds and no others; the one that enqueues a lane's first job
// holds it until its last one is done.
type Replica struct {
	store *Store
	log   *slog.Logger
	wake  func()
	river *river.Client[pgx.Tx]
	stop  context.CancelFunc
	// announce is told of jobs that may run at once.
	announce atomic.Pointer[func(outbox.Job)]
	ended    sync.WaitGroup
	// budget is what is shared with the others, nil for nothing.
	budget Budget
	// line is the connection of presence; it belongs to the one who beats.
	line *pgx.Conn
	// now is this machine's clock, nil for the usual one; behind is how much later
	// the database's is.
	now    func() time.Time
	behind atomic.Int64

	// runs counts what runs because this replica leads.
	runs atomic.Int64

	mu sync.Mutex
	id string
	// until is how long its word holds, leads how long it leads.
	until, leads time.Time
	// last is when the beat began that was heard last.
	last time.Time
	// steady is since when each beat was heard, those of others too.
	steady  time.Time
	changed chan struct{} // closed when leads has changed
	// resigned is set when it does not want to lead any more.
	resigned bool
}

// Replica is this process as one of many; it holds and does nothing before it
// joins the others. There is one in a process.
func (s *Store) Replica(log *slog.Logger) *Replica {
	return &Replica{store: s, log: log, changed: make(chan struct{})}
}

// Join makes it one of the replicas. What wake does is to look for jobs: lanes
// may come from others. The caller calls Leave.
func (r *Replica) Join(ctx context.Context, wake func()) error {
	r.wake = wake
	err := r.store.patiently(ctx, func() error { return r.enter(ctx) })
	if err == nil {
		err = r.store.patiently(ctx, func() error { return r.startRiver(ctx) })
	}
	if err != nil {
		return fmt.Errorf("join the replicas: %w", err)
	}
	r.store.replica.Store(r)
	var beating context.Context
	beating, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.ended.Go(func() { r.run(beating) })
	return nil
}

// enter gives the replica a name among the living.
func (r *Replica) enter(ctx context.Context) error {
	host, _ := os.Hostname()
	id, begun := present+rand.Text(), time.Now()
	if r.line != nil {
		_ = r.line.Close(ctx) // it holds the lock of another name
	}
	conn, err := r.connected(ctx, id)
	if err != nil {
		return err
	}
	var well time.Duration // for how long the database has
	var theirs time.Time
	asked := r.read()
	err = conn.QueryRow(ctx, `insert into replicas (id, host, until) values ($1, $2, now() + $3)
		returning now() - pg_postmaster_start_time(), clock_timestamp()`, id, host, r.store.options.Term).Scan(&well, &theirs)
	if err != nil {
		return err
	}
	r.compare(asked, theirs)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.id == "":
		r.steady = begun.Add(-well)
	case r.steady.IsZero():
		r.steady = begun
	}
	r.id, r.last, r.until = id, begun, begun.Add(r.store.options.Term-margin)
	return nil
}

// standing is the replica's id while its word holds, else empty.
func (r *Replica) standing() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().After(r.until) {
		return ""
	}
	return r.id
}

// Term implements what the runner asks for: the replica's name while its word holds.
func (r *Replica) Term() string { return r.standing() }

// errOutOfTerm means that the replica was not heard of for so long that others
// may have taken its lanes.
var errOutOfTerm = errors.New("this replica has not been heard of for too long")

// Update is the store's, for the runner of this replica.
func (r *Replica) Update(ctx context.Context, fn func(storage.Tx) error) error {
	id := r.standing()
	if id == "" {
		id = "nobody" // what was done is written down all the same
	}
	return r.store.update(ctx, &request{fn: fn, replica: id, done: make(chan error, 1)})
}

// View is the store's, for the runner of this replica.
func (r *Replica) View(ctx context.Context, fn func(storage.Tx) error) error {
	id := r.standing()
	if id == "" {
		return errOutOfTerm
	}
	return r.store.look(ctx, id, &view{store: r.store}, fn)
}

// Peek is the store's, for the runner of this replica.
func (r *Replica) Peek(ctx context.Context, fn func(storage.Tx) error) error {
	id := r.standing()
	if id == "" {
		return errOutOfTerm
	}
	return r.store.look(ctx, id, &view{store: r.store, loose: true}, fn)
}

// Announce implements outbox.Announcer, for the jobs of this replica.
func (r *Replica) Announce(fn func(outbox.Job)) { r.announce.Store(&fn) }

// run beats until ctx ends.
func (r *Replica) run(ctx context.Context) {
	next := time.Now()
	for ctx.Err() == nil {
		next = next.Add(beat)
		if err := r.beat(ctx); err != nil && ctx.Err() == nil {
			r.unheard(err)
		}
		if late := time.Until(next); late <= 0 {
			next = time.Now()
		}
		r.rest(ctx, time.Until(next))
		if r.line == nil || r.line.IsClosed() {
			next = time.Now()
		}
		if r.standing() != "" {
			r.wake() // an operator at another replica may have revived a job here
		}
	}
}

// unheard notes that the database did not hear a beat.
func (r *Replica) unheard(err error) {
	r.doubt()
	r.mu.Lock()
	first := !r.steady.IsZero()
	r.steady = time.Time{}
	r.mu.Unlock()
	if first {
		r.log.Warn("the database does not hear this replica", "error", err)
	}
}

// beat says that the replica is alive, asks for the lead, and shares the budget.
func (r *Replica) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hearing)
	defer cancel()
	begun, term := time.Now(), r.store.options.Term
	r.mu.Lock()
	id, resigned, steady := r.id, r.resigned, r.settled()
	r.mu.Unlock()
	conn, err := r.connected(ctx, id)
	if err != nil {
		return err
	}
	known, leads := false, false
	spends, replicas, others := 0.0, 1, 0.0
	if r.budget != nil {
		spends = r.budget.Spent()
	}
	var theirs time.Time
	b := &pgx.Batch{}
	b.Queue("select clock_timestamp()").QueryRow(func(row pgx.Row) error { return row.Scan(&theirs) })
	b.Queue("update replicas set until = now() + $2, spends = $3 where id = $1 returning true", id, term, spends).Query(one(&known))
	b.Queue(`insert into leases (name, holder, until) select 'leader', $1, now() + $2
		where not $3 and exists (select from replicas where id = $1)
		on conflict (name) do update set holder = excluded.holder, until = excluded.until
		where leases.holder = excluded.holder or leases.until < now() or `+gone("leases.holder", "leases.until", 4, 5)+` returning true`,
		id, term, resigned, steady, term-silence).Query(one(&leads))
	b.Queue("select count(*), coalesce(sum(spends) filter (where id <> $1), 0) from replicas where until > now()", id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&replicas, &others) })
	asked := r.read()
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	r.compare(asked, theirs)
	if !known {
		r.log.Warn("others have taken the lanes of this replica; it begins anew")
		return r.enter(ctx)
	}
	r.heard(begun, leads)
	if r.budget != nil {
		r.budget.Share(replicas, others)
	}
	if leads {
		r.care(ctx)
	}
	return nil
}

// care tends the others. It has its own time: whoever holds the writers' lock and
// hangs must not cost the leader its lead.
func (r *Replica) care(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, caring)
	defer cancel()
	if err := r.tend(ctx); err != nil && ctx.Err() == nil {
		r.log.Warn("what others left cannot be looked after", "error", err)
	}
}

// settled tells whether the database has been well for long enough to take
// somebody for dead; r.mu is held.
func (r *Replica) settled() bool { return !r.steady.IsZero() && time.Since(r.steady) >= recovery }

// one takes the answer of a statement that gives a row or none.
func one(found *bool) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		*found = rows.Next()
		rows.Close()
		return rows.Err()
	}
}

// heard notes that the database heard a beat.
func (r *Replica) heard(begun time.Time, leads bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.until = begun, begun.Add(r.store.options.Term-margin)
	if r.steady.IsZero() {
		r.steady = begun
	}
	led := time.Now().Before(r.leads)
	r.leads = time.Time{}
	if leads {
		r.leads = r.until
	}
	switch {
	case leads && !led:
		r.log.Info("this replica leads: it polls and keeps the clock")
	case !leads && led:
		r.log.Warn("this replica does not lead any more")
	}
	r.tell()
}

// Leave ends the replica's work in order: what it holds is free for others at once.
func (r *Replica) Leave() error {
	r.stop()
	r.ended.Wait()
	if r.line != nil {
		defer r.hangUp()
	}
	r.store.replica.Store(nil)
	r.mu.Lock()
	id := r.id
	r.mu.Unlock()
	patience := func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), 10*time.Second)
	}
	burying, cancel := patience()
	defer cancel()
	err := r.store.bury(burying, []string{id}, "", r.store.options.Term)
	stopping, cancel := patience()
	defer cancel()
	// What River may leave behind is offered again.
	if err := r.river.StopAndCancel(stopping); err != nil {
		r.log.Warn("river does not stop in time", "error", err)
	}
	return err
}

// hangUp ends the connection of presence.
func (r *Replica) hangUp() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = r.line.Close(ctx)
}

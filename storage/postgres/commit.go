package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/internal/outbox"
	"voronka/sales"
)

// commit ends the group's transaction. When the answer is lost with the
// connection, the database is asked what became of it.
func (g *group) commit(ctx context.Context) error {
	if len(g.base.rows) == 0 && !g.sent && g.ids.last == g.ids.first {
		g.giveUp()
		return nil
	}
	// The runner is told of its jobs before it can find them by itself.
	g.store.gate.Lock()
	defer g.store.gate.Unlock()
	begun := time.Now()
	if err := g.send(ctx); err != nil {
		return err
	}
	if committed := g.store.options.Committed; committed != nil {
		committed(len(g.members), time.Since(begun))
	}
	g.announce()
	return nil
}

// send sends what is left and the commit.
func (g *group) send(ctx context.Context) error {
	g.store.commits++
	b := &pgx.Batch{}
	g.owner = g.store.owner()
	g.store.sql.write(b, &g.base, g.owner, func(r row) { g.first = append(g.first, r) })
	if g.ids.last != g.ids.first {
		b.Queue("update counters set value = $1 where name = 'jobs'", g.ids.last)
	}
	b.Queue("insert into writers (id, last) values ($1, $2) on conflict (id) do update set last = excluded.last, at = now()",
		g.store.id, g.store.commits)
	b.Queue("commit")
	err := g.conn.SendBatch(ctx, b).Close()
	if err == nil {
		return nil
	}
	if !g.conn.IsClosed() {
		g.giveUp()
		return err
	}
	g.blind = true // which jobs stand first was in the answer
	return g.store.settle(err)
}

// announce tells the runner of the jobs that it may do at once.
func (g *group) announce() {
	r := g.store.replica.Load()
	if r == nil {
		return
	}
	// An answer that came late may find the lanes with another.
	if g.blind || g.owner == "" || r.standing() != g.owner {
		r.wake()
		return
	}
	fn := r.announce.Load()
	for _, one := range g.first {
		var job outbox.Job
		if err := decode(jobs, one.body, &job); err != nil || fn == nil {
			r.wake()
			continue
		}
		(*fn)(job)
	}
}

// errUnknown means that nobody can tell whether a commit happened.
var errUnknown = errors.New("the outcome of the commit is unknown")

// settle finds out whether the last commit happened although the connection
// was lost: nil if it did, errLost if not.
func (s *Store) settle(cause error) error {
	var last int64
	err := s.patiently(context.Background(), func() error {
		ctx, cancel := context.WithTimeout(context.Background(), answerTime)
		defer cancel()
		conn, err := s.connected(ctx)
		if err != nil {
			return err
		}
		// The lock is free when the lost transaction has ended, one way or the other.
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(lockQuery)
		b.Queue("select coalesce(max(last), 0) from writers where id = $1", s.id).QueryRow(func(r pgx.Row) error { return r.Scan(&last) })
		b.Queue("rollback")
		return conn.SendBatch(ctx, b).Close()
	})
	switch {
	case err != nil:
		return &sales.Error{Code: codeAway, Uncertain: true, Message: err.Error(), Err: errUnknown}
	case last < s.commits:
		return fmt.Errorf("%w: %w", errLost, cause)
	}
	return nil
}

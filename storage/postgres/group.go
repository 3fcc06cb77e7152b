package postgres

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// lockQuery makes this process the only one that writes, until the end of the
// transaction. What is read after it is the latest there is.
const lockQuery = "select value from counters where name = 'jobs' for update"

// group is the updates that share one commit. They run side by side on the same
// ground, so that their questions travel together, and are put in order after
// that: one that read what an earlier one has written runs again behind it.
type group struct {
	store   *Store
	members []*request
	full    bool // no others may join

	conn   *pgx.Conn
	known  map[read][]row // what the database told
	base   layer          // what the members so far have written
	blind  bool           // something was written that base does not show
	sent   bool           // something was sent to the database
	failed error          // of the database
	first  []row          // jobs that stand first in lanes of this replica
	owner  string         // its name when they were written
	ids    ids
}

// run takes the group to its commit, from the beginning: it may be called again
// when the database failed.
func (g *group) run() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	*g = group{store: g.store, members: g.members, full: g.full, known: map[read][]row{}}
	if g.conn, err = g.store.connected(ctx); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	b.Queue(lockQuery).QueryRow(func(r pgx.Row) error { return r.Scan(&g.ids.first) })
	if err = g.conn.SendBatch(ctx, b).Close(); err == nil {
		g.gather()
		err = g.work(ctx)
	}
	if err != nil {
		g.giveUp()
		return err
	}
	return g.commit(ctx)
}

// gather takes those in who wait already.
func (g *group) gather() {
	for !g.full && len(g.members) < groupLimit {
		select {
		case next := <-g.store.requests:
			g.members = append(g.members, next)
		default:
			g.full = true
		}
	}
	g.full = true
}

// work runs all members and puts in order what they wrote.
func (g *group) work(ctx context.Context) error {
	g.ids.last, g.ids.top = g.ids.first, g.ids.first+int64(len(g.members))*reserved
	all := make([]*member, len(g.members))
	for i, req := range g.members {
		all[i] = &member{group: g, req: req, ids: g.ids.first + int64(i)*reserved, alone: len(g.members) == 1}
	}
	if len(all) > 1 {
		if err := g.together(ctx, all); err != nil {
			return err
		}
	}
	for _, m := range all {
		if m.alone || g.blind || g.ids.spilled || m.stale() {
			if err := m.again(ctx); err != nil {
				return err
			}
		}
		if m.req.err = m.err; m.err == nil {
			g.base.merge(&m.tx.own)
			g.ids.last = max(g.ids.last, m.lastID)
		}
	}
	return nil
}

// together runs the members side by side.
func (g *group) together(ctx context.Context, all []*member) error {
	l := newLoader(len(all), func(reads []read) (map[read][]row, error) {
		return g.store.sql.fetch(ctx, g.conn, reads)
	})
	var running sync.WaitGroup
	running.Add(len(all))
	for _, m := range all {
		g.store.crew.do(func() {
			defer running.Done()
			defer l.leave()
			m.run(ctx, l)
		})
	}
	err := l.serve()
	running.Wait()
	g.known = l.known
	return err
}

// rows answers a question from the database.
func (g *group) rows(ctx context.Context, r read) ([]row, error) {
	if rows, ok := g.known[r]; ok {
		return rows, nil
	}
	found, err := g.store.sql.fetch(ctx, g.conn, []read{r})
	if err != nil {
		g.failed = err
		return nil, err
	}
	g.known[r] = found[r]
	return found[r], nil
}

// flush sends a layer to the database. What was known of it may be so no more.
func (g *group) flush(ctx context.Context, l *layer) error {
	if len(l.rows) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	g.store.sql.write(b, l, g.store.owner(), func(row) {})
	g.known, g.blind, g.sent = map[read][]row{}, true, true
	if err := g.conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	*l = layer{}
	return nil
}

// giveUp leaves the transaction.
func (g *group) giveUp() {
	if g.conn == nil || g.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	if _, err := g.conn.Exec(ctx, "rollback"); err != nil {
		g.store.hangUp()
	}
}

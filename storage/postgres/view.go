package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// questionTime is how long the database may take to answer what is only read. A
// connection that leads nowhere, as behind a router that forgot it, would else
// hold a process up for a quarter of an hour.
const questionTime = 15 * time.Second

// view is a snapshot. It begins with the first question and is one moment from
// there on.
type view struct {
	store *Store
	loose bool // no snapshot: each question is for itself
	conn  *pgxpool.Conn
	began pgx.Tx
}

func (v *view) rows(t *tx, r read) (rows []row, err error) {
	if v.loose {
		err = v.store.patiently(t.ctx, func() error {
			defer v.enter(t)()
			ctx, cancel := context.WithTimeout(t.ctx, questionTime)
			defer cancel()
			found, err := v.store.sql.fetch(ctx, v.store.pool, []read{r})
			rows = found[r]
			return err
		})
		return rows, err
	}
	if v.began != nil {
		ctx, cancel := context.WithTimeout(t.ctx, questionTime)
		defer cancel()
		found, err := v.store.sql.fetch(ctx, v.conn, []read{r})
		return found[r], err
	}
	found := map[read][]row{}
	err = v.begin(t, func(b *pgx.Batch) { v.store.sql.queue(b, []read{r}, found) })
	return found[r], err
}

// enter waits for a commit of which the runner is about to be told, where the
// runner looks itself: it must not find a job that it is told of later.
func (v *view) enter(t *tx) (leave func()) {
	if t.replica == "" {
		return func() {}
	}
	v.store.gate.RLock()
	return v.store.gate.RUnlock
}

// begin opens the snapshot, with its first question. A connection that broke
// while it lay in the pool is replaced.
func (v *view) begin(t *tx, ask func(*pgx.Batch)) error {
	return v.store.patiently(t.ctx, func() error {
		defer v.enter(t)()
		ctx, cancel := context.WithTimeout(t.ctx, questionTime)
		defer cancel()
		conn, err := v.store.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.BeginTx(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		ask(b)
		results := conn.SendBatch(ctx, b)
		if err := results.Close(); err != nil {
			v.release(conn, results.Tx())
			return err
		}
		v.conn, v.began = conn, results.Tx()
		return nil
	})
}

func (v *view) cover(_ kind, _ string, under []row) []row { return under }
func (v *view) written(ref) (row, bool)                   { return row{}, false }
func (v *view) number(*tx) (int64, error)                 { return 0, errReadOnly }

func (v *view) direct(t *tx) (querier, error) {
	if v.loose {
		return gated{v, t}, nil
	}
	if v.began == nil {
		// The snapshot is taken by a query, not by the beginning.
		if err := v.begin(t, func(b *pgx.Batch) { b.Queue("select 1") }); err != nil {
			return nil, err
		}
	}
	return v.conn, nil
}

// gated asks the database when no commit is under way of which the runner is
// about to be told.
type gated struct {
	view *view
	tx   *tx
}

func (g gated) Query(ctx context.Context, sql string, args ...any) (rows pgx.Rows, err error) {
	err = g.view.store.patiently(ctx, func() error {
		defer g.view.enter(g.tx)()
		rows, err = g.view.store.pool.Query(ctx, sql, args...)
		return err
	})
	return rows, err
}

// end lets go of the snapshot.
func (v *view) end() {
	if v.began != nil {
		v.release(v.conn, v.began)
	}
}

// release gives a connection back; one that does not answer is closed.
func (v *view) release(conn *pgxpool.Conn, began pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := began.Rollback(ctx); err != nil && conn.Conn().PgConn().TxStatus() != 'I' {
		_ = conn.Conn().Close(ctx)
	}
	conn.Release()
}

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// view is a snapshot. It begins with the first question and is one moment from
// there on.
type view struct {
	store *Store
	conn  *pgxpool.Conn
	began pgx.Tx
}

func (v *view) rows(t *tx, r read) ([]row, error) {
	if v.began != nil {
		found, err := v.store.sql.fetch(t.ctx, v.conn, []read{r})
		return found[r], err
	}
	found := map[read][]row{}
	err := v.begin(t.ctx, func(b *pgx.Batch) { v.store.sql.queue(b, []read{r}, found) })
	return found[r], err
}

// begin opens the snapshot, with its first question. A connection that broke
// while it lay in the pool is replaced.
func (v *view) begin(ctx context.Context, ask func(*pgx.Batch)) error {
	return v.store.patiently(ctx, func() error {
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
	if v.began == nil {
		// The snapshot is taken by a query, not by the beginning.
		if err := v.begin(t.ctx, func(b *pgx.Batch) { b.Queue("select 1") }); err != nil {
			return nil, err
		}
	}
	return v.conn, nil
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

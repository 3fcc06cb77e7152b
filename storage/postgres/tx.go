package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/storage"
)

var (
	errEnded    = errors.New("use of a transaction after its end")
	errReadOnly = errors.New("write in a view")
	// errAlone is what a verb answers that cannot run beside other
	// transactions; the transaction runs again by itself.
	errAlone = errors.New("the transaction has to run alone")
)

// ground is what a transaction stands on: a snapshot, or the commit that it
// shares with others.
type ground interface {
	// rows answers a question, without what this transaction wrote.
	rows(*tx, read) ([]row, error)
	// cover puts what others of the same commit wrote over rows.
	cover(k kind, owner string, under []row) []row
	// written is the record as others of the same commit wrote it.
	written(ref) (row, bool)
	// direct is the database with all that was written so far, for statements
	// of the transaction's own.
	direct(*tx) (querier, error)
	// number gives the next job's id.
	number(*tx) (int64, error)
}

// querier runs statements.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// tx is one transaction. What it writes stays in own until it has ended well.
type tx struct {
	ctx context.Context
	on  ground
	own layer
	// replica is set where only the lanes that it holds are to be seen.
	replica  string
	readOnly bool
	ended    bool
	// seen is the contact that was read or written last.
	seen reach
}

var _ storage.Tx = (*tx)(nil)

// get finds a record by its key.
func (t *tx) get(k kind, key string) (row, bool, error) {
	if t.ended {
		return row{}, false, errEnded
	}
	key = name(key)
	r, written := t.own.rows[ref{k, key}]
	if !written {
		r, written = t.on.written(ref{k, key})
	}
	if written {
		return r, !r.gone, nil
	}
	rows, err := t.on.rows(t, read{k, byKey, key})
	if err != nil || len(rows) == 0 {
		return row{}, false, err
	}
	return rows[0], true, nil
}

// of finds all records of an owner, in no order.
func (t *tx) of(k kind, owner string) ([]row, error) { return t.owned(read{k, byOwner, name(owner)}) }

func (t *tx) owned(r read) ([]row, error) {
	if t.ended {
		return nil, errEnded
	}
	rows, err := t.on.rows(t, r)
	if err != nil {
		return nil, err
	}
	return t.own.cover(r.kind, r.key, t.on.cover(r.kind, r.key, rows)), nil
}

// put writes a record; its names are as PostgreSQL takes them.
func (t *tx) put(k kind, r row) error {
	switch {
	case t.readOnly:
		return errReadOnly
	case t.ended:
		return errEnded
	case r.key == "":
		return fmt.Errorf("write %s: empty key", k)
	}
	t.own.put(k, r)
	return nil
}

// save writes a value as a record's body.
func (t *tx) save(k kind, r row, value any) error {
	body, err := storage.Encode(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", k, err)
	}
	r.body = strings.ToValidUTF8(string(body), "\ufffd") // what was raw before may be anything
	return t.put(k, r)
}

// drop deletes a record.
func (t *tx) drop(k kind, r row) error {
	r.gone = true
	return t.put(k, r)
}

// record decodes a record that has to be there.
func (t *tx) record(k kind, key string, into any) error {
	r, found, err := t.get(k, key)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("read %s: %w", k, storage.ErrNotFound)
	}
	return decode(k, r.body, into)
}

func decode(k kind, body string, into any) error {
	if err := storage.Decode([]byte(body), into); err != nil {
		return fmt.Errorf("read %s: %w", k, err)
	}
	return nil
}

// query runs a statement of the transaction's own and takes each of its rows.
func (t *tx) query(take func(pgx.Rows) error, sql string, args ...any) error {
	if t.ended {
		return errEnded
	}
	db, err := t.on.direct(t)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.ctx, answerTime)
	defer cancel()
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return fmt.Errorf("read rows: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// bodies decodes the first column of each row that a statement gives.
func bodies[T any](t *tx, k kind, sql string, args ...any) ([]T, error) {
	var all []T
	err := t.query(func(rows pgx.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var one T
		if err := decode(k, body, &one); err != nil {
			return err
		}
		all = append(all, one)
		return nil
	}, sql, args...)
	return all, err
}

// newest lists up to limit records of a kind, the newest first, beginning after
// the one of a moment with an id; without an id from the start.
func newest[T any](t *tx, k kind, at time.Time, id string, limit int) ([]T, error) {
	table := tables()[k]
	if id == "" {
		return bodies[T](t, k, fmt.Sprintf("select body::text from %[1]s order by %[2]s desc, %[3]s desc limit $1",
			table.name, table.at, table.key), limit)
	}
	return bodies[T](t, k, fmt.Sprintf("select body::text from %[1]s where (%[2]s, %[3]s) < ($1, $2) order by %[2]s desc, %[3]s desc limit $3",
		table.name, table.at, table.key), moment(at), name(id), limit)
}

// upcoming lists up to limit names whose moment has come, and the moment of the
// next one after them. The statement gives limit+1 names and moments in order.
func (t *tx) upcoming(now time.Time, limit int, sql string, args ...any) (names []string, next time.Time, err error) {
	err = t.query(func(rows pgx.Rows) error {
		var one string
		var at time.Time
		if err := rows.Scan(&one, &at); err != nil {
			return err
		}
		switch {
		case !next.IsZero():
		case len(names) >= limit || at.After(now):
			next = at.UTC()
		default:
			names = append(names, unname(one))
		}
		return nil
	}, sql, args...)
	return names, next, err
}

// guard runs fn and turns its panic into an error.
func guard(t *tx, fn func(storage.Tx) error) (err error) {
	defer func() {
		t.ended = true
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in transaction: %v\n%s", r, debug.Stack())
		}
	}()
	return fn(t)
}

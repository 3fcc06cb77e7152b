package postgres

import (
	"context"
	"errors"
	"slices"
)

// reserved is how many job ids an update has for itself.
const reserved = 16

// ids are the numbers of the jobs that a group enqueues. Those of a later
// member are greater.
type ids struct {
	first, last int64 // given before the group, and by now
	top         int64 // the last one that anybody may have
	spilled     bool  // somebody needed more than its own
}

var errGone = errors.New("the transaction's function did not return")

// member is one update of a group, and the ground its transaction stands on.
type member struct {
	group *group
	req   *request
	tx    *tx
	err   error

	loader *loader // set while it runs beside others
	reads  []read
	ids    int64 // its own begin behind this one
	lastID int64
	alone  bool // it has to run by itself
	opened bool // it has written to the database itself
}

// run lets the transaction run; its panic is an error.
func (m *member) run(ctx context.Context, l *loader) {
	m.loader, m.reads, m.lastID, m.opened, m.err = l, m.reads[:0], m.ids, false, errGone
	m.tx = &tx{ctx: ctx, on: m, replica: m.req.replica}
	m.err = guard(m.tx, m.req.fn)
}

// again runs the transaction by itself, behind all that were before it. The
// error is the database's.
func (m *member) again(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.run(ctx, nil)
	}()
	<-ended
	g := m.group
	switch {
	case g.failed != nil:
		return g.failed
	case g.conn.IsClosed():
		return errors.Join(errLost, m.err)
	case !m.opened:
		return nil
	}
	g.known = nil
	end := "release savepoint member"
	if m.err != nil {
		end = "rollback to savepoint member"
	}
	_, err := g.conn.Exec(ctx, end)
	g.known = map[read][]row{}
	return err
}

// stale tells whether an earlier member of the group has changed what this one saw.
func (m *member) stale() bool {
	return slices.ContainsFunc(m.reads, func(r read) bool { return m.group.base.changes(r, m.group.known[r]) })
}

func (m *member) rows(t *tx, r read) ([]row, error) {
	if m.loader == nil {
		return m.group.rows(t.ctx, r)
	}
	m.reads = append(m.reads, r)
	return m.loader.get(r)
}

func (m *member) cover(k kind, owner string, under []row) []row {
	if m.loader != nil {
		return under
	}
	return m.group.base.cover(k, owner, under)
}

func (m *member) written(r ref) (row, bool) {
	if m.loader != nil {
		return row{}, false
	}
	found, ok := m.group.base.rows[r]
	return found, ok
}

// direct sends all that was written so far to the database. A transaction that
// fails after that goes back to a savepoint.
func (m *member) direct(t *tx) (querier, error) {
	if m.loader != nil {
		m.alone = true
		return nil, errAlone
	}
	g := m.group
	if !m.opened {
		if err := g.flush(t.ctx, &g.base); err != nil {
			g.failed = err
			return nil, err
		}
		if _, err := g.conn.Exec(t.ctx, "savepoint member"); err != nil {
			g.failed = err
			return nil, err
		}
		m.opened = true
	}
	// Statements of its own may write, too.
	g.blind, g.sent, g.known = true, true, map[read][]row{}
	if err := g.flush(t.ctx, &t.own); err != nil {
		return nil, err
	}
	return g.conn, nil
}

func (m *member) number(*tx) (int64, error) {
	g := m.group
	switch {
	case m.lastID-m.ids < reserved && !g.ids.spilled:
		m.lastID++
	case m.loader != nil:
		m.alone = true
		return 0, errAlone
	default:
		g.ids.spilled = true
		g.ids.top++
		m.lastID = g.ids.top
	}
	return m.lastID, nil
}

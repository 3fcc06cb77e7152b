package bolt

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"voronka/storage"
)

// groupLimit is how many updates share a commit at most: it bounds what the
// first of them waits for.
const groupLimit = 256

// errAborted answers updates whose shared commit was given up through no fault
// of their own.
var errAborted = errors.New("transaction aborted")

// request is one update. It is handed to the writer without a buffer between:
// while it waits its caller may still give up, once taken it is answered.
type request struct {
	fn   func(storage.Tx) error
	err  error
	done chan error
}

// write takes requests until the store closes.
func (s *Store) write() {
	debug.SetPanicOnFault(true)
	closing := false
	defer func() {
		if closing {
			close(s.stopped)
			return
		}
		go s.write() // a transaction's function called runtime.Goexit
	}()
	for {
		select {
		case req := <-s.requests:
			s.commit(req)
		case <-s.quit:
			closing = true
			return
		}
	}
}

// group is the updates that share one commit.
type group struct {
	bolt    *bbolt.Tx
	members []*request
	written bool
}

// commit runs the request and all that are waiting behind it in one
// transaction, and answers each of them.
func (s *Store) commit(first *request) {
	g := &group{members: []*request{first}}
	answered := false
	defer func() {
		if !answered {
			g.answer(g.abort(recover()))
		}
	}()
	var err error
	if g.bolt, err = s.db.Begin(true); err == nil {
		err = s.gather(g)
	}
	answered = true
	g.answer(err)
}

// gather runs requests as long as there are any and commits those that did well.
func (s *Store) gather(g *group) error {
	for i := 0; i < len(g.members); i++ {
		if err := g.run(g.members[i]); err != nil {
			return g.abort(err)
		}
		if len(g.members) == groupLimit {
			continue
		}
		select {
		case next := <-s.requests:
			g.members = append(g.members, next)
		default:
		}
	}
	if !g.written {
		return g.bolt.Rollback()
	}
	began := time.Now()
	if err := g.bolt.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if s.committed != nil {
		s.committed(len(g.members), time.Since(began))
	}
	return nil
}

// run lets one member write. Its own error stays its own: what it wrote is
// taken back.
func (g *group) run(req *request) error {
	t := &tx{bolt: g.bolt}
	if req.err = guard(t, req.fn); req.err != nil {
		return t.rollback()
	}
	g.written = g.written || len(t.undo) > 0
	return nil
}

// answer tells each update how it ended: by its own error, else by the group's.
func (g *group) answer(err error) {
	for _, req := range g.members {
		if req.err == nil {
			req.err = err
		}
		req.done <- req.err
	}
}

// abort gives the whole transaction up. It must not panic: the writer lives on.
func (g *group) abort(cause any) (err error) {
	err = errAborted
	if cause != nil {
		err = fmt.Errorf("%w: %v", errAborted, cause)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w; rolling back: %v", err, r)
		}
	}()
	if g.bolt != nil {
		_ = g.bolt.Rollback() // an error means that it has ended already
	}
	return err
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

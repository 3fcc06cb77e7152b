package bolt

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	bolterrors "go.etcd.io/bbolt/errors"

	"voronka/internal/outbox"
	"voronka/storage"
)

// groupLimit is how many updates share a commit at most: it bounds what the
// first of them waits for.
const groupLimit = 256

// errAborted answers updates whose shared commit was given up through no fault
// of their own.
var errAborted = errors.New("transaction aborted")

// request is one transaction. It is handed to the writer without a buffer
// between: while it waits its caller may still give up, once taken it is answered.
type request struct {
	// fn is nil where the database is only to be brought up to date.
	fn    func(storage.Tx) error
	reads bool
	err   error
	// announced are the jobs to tell of once it is committed.
	announced []outbox.Job
	// rest are the updates that were asked for together with this one. They run
	// behind it and are answered with it; taken is set when they are.
	rest  []request
	taken bool
	done  chan error // nil in the rest
}

// write takes requests until the store closes.
func (s *Store) write() {
	debug.SetPanicOnFault(true)
	closing := false
	defer func() {
		if closing {
			_ = s.settle() // what it could not write stays in the log, and is not lost
			s.closeErr = s.forget()
			close(s.stopped)
			return
		}
		go s.write() // a transaction's function called runtime.Goexit
	}()
	due, set := time.NewTimer(settleAfter), true
	defer due.Stop()
	for {
		if !set && s.unsettled.Load() {
			due.Reset(settleAfter)
			set = true
		}
		select {
		case req := <-s.requests:
			s.commit(req)
		case <-due.C:
			set = false
			_ = s.settle() // what is wrong is told to the next update
		case <-s.quit:
			closing = true
			return
		}
	}
}

// group is the updates that share one commit.
type group struct {
	members []*request
	// log is the entry in the making; its changes begin behind the header.
	log []byte
	// undo is the room of each member in its turn.
	undo []change
	// settles is set when a member wants the database up to date.
	settles bool
}

// commit runs the request and all that are waiting behind it in one
// transaction, and answers each of them.
func (s *Store) commit(first *request) {
	g := &group{log: s.log.head(s.buffer)}
	g.join(first)
	answered := false
	defer func() {
		if !answered {
			s.answer(g, s.abort(recover()))
		}
	}()
	err := s.begin()
	if err != nil {
		err = fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
	} else {
		err = s.gather(g)
	}
	answered = true
	s.answer(g, err)
	s.buffer = g.log
	s.ease()
}

// gather runs requests as long as there are any and commits those that did well.
func (s *Store) gather(g *group) error {
	for ran, lingered := 0, 0; ; {
		for ; ran < len(g.members); ran++ {
			if err := g.run(s.tx, g.members[ran]); err != nil {
				return s.abort(err)
			}
			if len(g.members) >= groupLimit {
				continue
			}
			select {
			case next := <-s.requests:
				g.join(next)
			default:
			}
		}
		next := s.linger(g, &lingered)
		if next == nil {
			return s.keep(g)
		}
		g.join(next)
	}
}

// join adds a request to the group, with those that came with it.
func (g *group) join(req *request) {
	req.taken = true
	g.members = append(g.members, req)
	for i := range req.rest {
		g.members = append(g.members, &req.rest[i])
	}
}

// linger lets those who are about to come join the group. The goroutines that
// are ready get the processor once; where much is going on the network is
// waited for, too. A flush that few share costs more than it saves: without the
// pause a webhook's updates, which come one by one, are flushed nearly one by one.
func (s *Store) linger(g *group, lingered *int) *request {
	for len(g.members) < groupLimit {
		*lingered++
		switch {
		case *lingered == 1:
			runtime.Gosched()
		case *lingered == 2 && s.crowd >= lingerCrowd:
			time.Sleep(lingerPause)
		default:
			return nil
		}
		select {
		case next := <-s.requests:
			return next
		default:
		}
	}
	return nil
}

const (
	// lingerCrowd is how many updates the last groups held, on the average,
	// where it pays to wait for more.
	lingerCrowd = 4
	lingerPause = 50 * time.Microsecond
)

// keep makes a group durable, in the log or, where that cannot be, at once in
// the database.
func (s *Store) keep(g *group) error {
	s.crowd = (3*s.crowd + len(g.members)) / 4
	if len(g.log) > logHeader {
		if err := s.append(g); err != nil {
			return s.abort(err)
		}
	}
	if g.settles {
		if err := s.settle(); err != nil {
			g.refuse(err)
		}
	}
	return nil
}

func (s *Store) append(g *group) error {
	began := time.Now()
	if s.failing == nil {
		s.failing = s.log.append(g.log)
		s.unsettled.Store(s.unsettled.Load() || s.failing == nil)
	}
	if cause := s.failing; cause != nil {
		if err := s.settle(); err != nil {
			s.failing = cause // bbolt drops the system's error where its file cannot grow
			return fmt.Errorf("commit: %w: %w", storage.ErrUnavailable, errors.Join(err, cause))
		}
	}
	if s.committed != nil {
		s.committed(len(g.members), time.Since(began))
	}
	return nil
}

// run lets one member write. Its own error stays its own: what it wrote is
// taken back.
func (g *group) run(b *pages, req *request) error {
	if req.fn == nil {
		g.settles = true
		return nil
	}
	t := &tx{bolt: b, log: &g.log, undo: g.undo[:0]}
	if req.reads {
		t.log = nil
	}
	start := len(g.log)
	if req.err = guard(t, req.fn); req.err != nil {
		g.log = g.log[:start]
		return t.rollback()
	}
	req.announced, g.undo = t.heads(), t.undo
	return nil
}

// refuse tells those who wanted the database up to date that it is not.
func (g *group) refuse(err error) {
	for _, req := range g.members {
		if req.fn == nil {
			req.err = err
		}
	}
}

// answer tells each update how it ended: by its own error, else by the group's.
// Jobs are announced first, before anybody can find them in the store.
func (s *Store) answer(g *group, err error) {
	announce := s.announce.Load()
	for _, req := range g.members {
		for _, job := range req.announced {
			if err == nil && announce != nil {
				(*announce)(job)
			}
		}
	}
	for _, req := range g.members {
		if req.err == nil {
			req.err = err
		}
	}
	for _, req := range g.members {
		if req.done != nil {
			req.done <- req.err
		}
	}
}

// ease settles a log that has grown large, else hands bbolt some of what is
// held back: those who were answered need not wait for it, and their replies
// leave while the disk is busy.
func (s *Store) ease() {
	defer func() {
		if recover() != nil {
			s.drop() // the log has it
		}
	}()
	switch {
	case s.log.end >= s.logLimit:
		_ = s.settle() // what is wrong is told to the next update
	case s.tx != nil:
		s.tx.ease()
	}
}

// abort gives a group up: the transaction is begun anew with what the log
// holds. It must not panic: the writer lives on.
func (s *Store) abort(cause any) (err error) {
	err = errAborted
	if told, is := cause.(error); is {
		err = fmt.Errorf("%w: %w", errAborted, told)
	} else if cause != nil {
		err = fmt.Errorf("%w: %v", errAborted, cause)
	}
	s.drop()
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

// isClosed tells whether bbolt's file is closed.
func isClosed(err error) bool { return errors.Is(err, bolterrors.ErrDatabaseNotOpen) }

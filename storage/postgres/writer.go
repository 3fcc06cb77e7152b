package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/storage"
)

const (
	// groupLimit is how many updates share a commit at most: it bounds what the
	// first of them waits for.
	groupLimit = 256
	// answerTime is how long one answer of the database may take.
	answerTime = 30 * time.Second
)

// errLost means that the connection broke while a commit was under way, which
// did not happen.
var errLost = errors.New("the connection was lost before the commit")

// request is one update. It is handed to the writer without a buffer between:
// while it waits its caller may still give up, once taken it is answered.
type request struct {
	fn      func(storage.Tx) error
	replica string // whose lanes it sees, empty: all
	err     error
	done    chan error
}

// write takes requests until the store closes.
func (s *Store) write() {
	defer close(s.stopped)
	defer s.hangUp()
	for {
		select {
		case first := <-s.requests:
			s.commit(&group{store: s, members: []*request{first}})
		case <-s.quit:
			return
		}
	}
}

// commit runs a group and answers each of its members. Where the database
// refuses what one of them wrote, each has a commit of its own.
func (s *Store) commit(g *group) {
	err := s.patiently(context.Background(), g.run)
	if err != nil && len(g.members) > 1 && !away(err) && !errors.Is(err, errUnknown) {
		for _, one := range g.members {
			s.commit(&group{store: s, members: []*request{one}, full: true})
		}
		return
	}
	if err != nil {
		err = fmt.Errorf("commit: %w", unavailable(err, away(err) || errors.Is(err, errUnknown)))
	}
	for _, one := range g.members {
		if one.err == nil {
			one.err = err
		} else {
			one.err = unavailable(one.err, false)
		}
		one.done <- one.err
	}
}

// connected gives the writer's connection.
func (s *Store) connected(ctx context.Context) (*pgx.Conn, error) {
	if s.conn != nil && !s.conn.IsClosed() {
		return s.conn, nil
	}
	config := s.config.ConnConfig.Copy()
	// A process that stops in the middle, or whose network is gone, must not hold
	// the others up.
	config.AfterConnect = with("set enable_seqscan = off; set idle_in_transaction_session_timeout = '5s'; " +
		"set lock_timeout = '20s'; set statement_timeout = '25s'; " +
		"set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3")
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s.conn = conn
	return conn, nil
}

// hangUp ends the writer's connection.
func (s *Store) hangUp() {
	if s.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx)
	s.conn = nil
}

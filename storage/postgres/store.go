// Package postgres keeps everything in a PostgreSQL database that any number of
// processes share. Their transactions run one after another: whoever commits
// holds one lock, for as long as a group of updates needs to be written.
package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"voronka/storage"
)

// ErrClosed is returned by a store that is closed, or closing.
var ErrClosed = fmt.Errorf("%w: database is closed", storage.ErrUnavailable)

// Options are settings that suit everybody as they are.
type Options struct {
	// Patience is how long a transaction waits for a database that is away
	// before it fails (10 seconds).
	Patience time.Duration
	// Term is for how long nobody else takes what a silent replica has whose
	// connection stands (6 seconds).
	Term time.Duration
	// Committed is told of each shared commit, how many updates it held and how
	// long it took. It may be nil, and must not block.
	Committed func(updates int, took time.Duration)
}

// Store is a storage.Store in a PostgreSQL database. A transaction must not be
// opened inside an update.
type Store struct {
	options  Options
	config   *pgxpool.Config
	pool     *pgxpool.Pool
	sql      *statements
	id       string // of this process among the writers
	requests chan *request
	quit     chan struct{}
	stopped  chan struct{}
	close    sync.Once
	replica  atomic.Pointer[Replica]
	// gate is closed while a commit is under way of which the runner is told.
	gate sync.RWMutex

	// What follows belongs to the writer.
	crew    *crew
	conn    *pgx.Conn
	commits int64
}

var (
	_ storage.Store  = (*Store)(nil)
	_ storage.Peeker = (*Store)(nil)
)

// Open connects to a database and brings its tables up to date; one that is away
// just now, as at the start of a machine, is waited for, and one that says that it
// starts for as long as that takes. The errors to be
// told apart are ErrNewer and ErrEncoding.
func Open(ctx context.Context, address string, options Options) (*Store, error) {
	if options.Patience == 0 {
		options.Patience = 10 * time.Second
	}
	options.Term = cmp.Or(options.Term, term)
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = 16
	}
	// A connection whose other end has gone without a word is found out within
	// seconds: by the system where it waits, by the pool before it is used.
	config.PingTimeout = 2 * time.Second
	dialer := &net.Dialer{
		Timeout:         config.ConnConfig.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
	}
	config.ConnConfig.DialFunc = dialer.DialContext
	config.ConnConfig.RuntimeParams["application_name"] = "voronka"
	// All that is asked is asked by an index. A plan made while a table was
	// empty would read it from end to end, and is kept when it has grown.
	config.ConnConfig.AfterConnect = with("set enable_seqscan = off")
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Store{
		options: options, config: config, pool: pool, sql: newStatements(), id: rand.Text(),
		requests: make(chan *request), quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	s.crew = newCrew(s.quit)
	for again := true; again; again = starting(err) && ctx.Err() == nil {
		err = s.patiently(ctx, func() error {
			if err := migrate(ctx, pool, s.indexReach); err != nil {
				return err
			}
			return s.introduce(ctx)
		})
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	go s.write()
	return s, nil
}

// introduce names this process among the writers, and forgets those who have
// been silent for so long that they wait for no answer any more.
func (s *Store) introduce(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, "delete from writers where at < now() - interval '1 day'")
	if err == nil {
		_, err = s.pool.Exec(ctx, "insert into writers (id, last) values ($1, 0) on conflict do nothing", s.id)
	}
	return err
}

// Update implements storage.Store. A context that ends while the update waits
// for its turn gives it up; one that has begun is finished. A panic in fn is
// returned as an error.
func (s *Store) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return s.update(ctx, &request{fn: fn, done: make(chan error, 1)})
}

func (s *Store) update(ctx context.Context, req *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.requests <- req:
		return <-req.done
	case <-ctx.Done():
		return ctx.Err()
	case <-s.quit:
		return ErrClosed
	}
}

// View implements storage.Store. A panic in fn is returned as an error.
func (s *Store) View(ctx context.Context, fn func(storage.Tx) error) error {
	return s.look(ctx, "", &view{store: s}, fn)
}

// Peek implements storage.Peeker: each question is answered by what is
// committed at its moment.
func (s *Store) Peek(ctx context.Context, fn func(storage.Tx) error) error {
	return s.look(ctx, "", &view{store: s, loose: true}, fn)
}

func (s *Store) look(ctx context.Context, replica string, v *view, fn func(storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.quit:
		return ErrClosed
	default:
	}
	defer v.end()
	return guard(&tx{ctx: ctx, on: v, replica: replica, readOnly: true}, fn)
}

// owner is who holds the lanes that begin here, empty where this process does no jobs.
func (s *Store) owner() string {
	if r := s.replica.Load(); r != nil {
		return r.standing()
	}
	return ""
}

// Close waits for the transactions that have begun.
func (s *Store) Close() error {
	s.close.Do(func() {
		close(s.quit)
		<-s.stopped
		s.pool.Close()
	})
	return nil
}

// with is what a connection begins with: what stands in its first message, poolers
// may refuse.
func with(settings string) pgconn.AfterConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error { return conn.Exec(ctx, settings).Close() }
}

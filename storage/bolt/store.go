// Package bolt keeps everything in one bbolt file: the default store, which
// needs no server. One writer goroutine gathers concurrent updates into shared
// commits, so that many small transactions cost one flush to disk.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"voronka/internal/outbox"
	"voronka/storage"
)

// What can be wrong with a database file, for errors.Is.
var (
	ErrLocked  = errors.New("the database is used by another process")
	ErrDamaged = errors.New("the file is damaged or is not a Voronka database")
	ErrNewer   = errors.New("the database was written by a newer Voronka")
	ErrClosed  = fmt.Errorf("%w: the database is closed", storage.ErrUnavailable)
)

// Options tune a store; the zero value suits a laptop and a server alike.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file (1 s).
	Timeout time.Duration
	// MaxSize is how large the file may grow, in bytes; beyond it updates fail.
	// Zero sets no limit.
	MaxSize int
	// Committed is told of each shared commit, how many updates it held and how
	// long it took to reach the disk. It may be nil, and must not block.
	Committed func(updates int, took time.Duration)
	// NoSync leaves commits in the system's cache: for tests that do not care
	// about a power cut, never for customers.
	NoSync bool
}

// Store is a storage.Store in one file. A transaction must not be opened inside
// another one.
type Store struct {
	db       *bbolt.DB
	requests chan *request
	quit     chan struct{}
	stopped  chan struct{}
	close    sync.Once
	closeErr error
	// unsettled is set while the log holds what the database does not.
	unsettled atomic.Bool
	aside     string
	announce  atomic.Pointer[func(outbox.Job)]

	// What follows belongs to the writer.
	log      *journal
	logLimit int64
	buffer   []byte
	tx       *pages
	failing  error // why the log, or else the database, cannot be written; nil as long as they can
	crowd    int   // how many updates shared the last commits

	// committed is Options.Committed.
	committed func(updates int, took time.Duration)
}

var (
	_ storage.Store    = (*Store)(nil)
	_ storage.Peeker   = (*Store)(nil)
	_ storage.Batcher  = (*Store)(nil)
	_ outbox.Announcer = (*Store)(nil)
)

// Open opens the file, or makes it, with rights for its owner alone. The errors
// to be told apart are ErrLocked, ErrDamaged and ErrNewer.
func Open(path string, options Options) (*Store, error) {
	db, err := openFile(path, options)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	s := &Store{
		db:       db,
		requests: make(chan *request),
		quit:     make(chan struct{}),
		stopped:  make(chan struct{}),
		logLimit: settleLimit,

		committed: options.Committed,
	}
	if options.MaxSize > 0 {
		s.logLimit = min(s.logLimit, int64(options.MaxSize)/4)
	}
	if s.aside, err = s.resume(path, options); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, errors.Join(err, db.Close()))
	}
	if err := s.indexReach(reachStep); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, errors.Join(err, db.Close()))
	}
	go s.write()
	return s, nil
}

// Announce implements outbox.Announcer.
func (s *Store) Announce(fn func(outbox.Job)) { s.announce.Store(&fn) }

// Aside is where Open put a log that it found beside the database but that
// belongs to another one; empty where there was none.
func (s *Store) Aside() string { return s.aside }

// Update implements storage.Store. A context that ends while the update waits
// for its turn gives it up; one that has begun is finished. A panic in fn is
// returned as an error.
func (s *Store) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return s.ask(ctx, &request{fn: fn})
}

// Updates implements storage.Batcher. The updates share a commit.
func (s *Store) Updates(ctx context.Context, fns []func(storage.Tx) error) []error {
	if len(fns) == 0 {
		return nil
	}
	all := make([]request, len(fns))
	for i, fn := range fns {
		all[i].fn = fn
	}
	first := &all[0]
	first.rest = all[1:]
	err := s.ask(ctx, first)
	errs := make([]error, len(fns))
	errs[0] = err
	for i := range first.rest {
		if errs[i+1] = first.rest[i].err; !first.taken {
			errs[i+1] = err
		}
	}
	return errs
}

// Peek is a View for a few records: it runs among the updates, which wait for
// it, and needs no database that is up to date.
func (s *Store) Peek(ctx context.Context, fn func(storage.Tx) error) error {
	return s.ask(ctx, &request{fn: fn, reads: true})
}

// ask hands a request to the writer and waits for the answer.
func (s *Store) ask(ctx context.Context, req *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	req.done = make(chan error, 1)
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
	if err := s.upToDate(ctx); err != nil {
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return err
		}
		return s.Peek(ctx, fn) // the database cannot be written, yet it can be read
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err := s.db.View(func(b *bbolt.Tx) error { return guard(&tx{bolt: newPages(b)}, fn) })
	if isClosed(err) {
		return ErrClosed
	}
	return err
}

// upToDate brings into the database whatever was committed before the call.
func (s *Store) upToDate(ctx context.Context) error {
	if !s.unsettled.Load() {
		return ctx.Err()
	}
	return s.ask(ctx, &request{})
}

// WriteTo writes a consistent copy of the database, which is a database file
// of its own. Updates go on meanwhile, but the file grows until it has ended.
func (s *Store) WriteTo(w io.Writer) (n int64, err error) {
	err = s.upToDate(context.Background())
	if err == nil {
		err = s.db.View(func(b *bbolt.Tx) error {
			n, err = b.WriteTo(w)
			return err
		})
	}
	if err != nil {
		return n, fmt.Errorf("copy database: %w", err)
	}
	return n, nil
}

// Close waits for the transactions that have begun and lets go of the file.
func (s *Store) Close() error {
	s.close.Do(func() {
		close(s.quit)
		<-s.stopped
		s.closeErr = errors.Join(s.closeErr, s.db.Close())
	})
	return s.closeErr
}

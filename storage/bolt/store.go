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
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"voronka/storage"
)

// What can be wrong with a database file, for errors.Is.
var (
	ErrLocked  = errors.New("the database is used by another process")
	ErrDamaged = errors.New("the file is damaged or is not a Voronka database")
	ErrNewer   = errors.New("the database was written by a newer Voronka")
	ErrClosed  = errors.New("the database is closed")
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
	// committed is Options.Committed.
	committed func(updates int, took time.Duration)
}

var _ storage.Store = (*Store)(nil)

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

		committed: options.Committed,
	}
	go s.write()
	return s, nil
}

// Update implements storage.Store. A context that ends while the update waits
// for its turn gives it up; one that has begun is finished. A panic in fn is
// returned as an error.
func (s *Store) Update(ctx context.Context, fn func(storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	req := &request{fn: fn, done: make(chan error, 1)}
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
	if err := ctx.Err(); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err := s.db.View(func(b *bbolt.Tx) error { return guard(&tx{bolt: b}, fn) })
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// WriteTo writes a consistent copy of the database, which is a database file
// of its own. Updates go on meanwhile, but the file grows until it has ended.
func (s *Store) WriteTo(w io.Writer) (n int64, err error) {
	err = s.db.View(func(b *bbolt.Tx) error {
		n, err = b.WriteTo(w)
		return err
	})
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
		s.closeErr = s.db.Close()
	})
	return s.closeErr
}

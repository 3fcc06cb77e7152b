package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// settleAfter is how long changes may stand in the log alone. The longer,
	// the more of them meet in the same pages of the database: with a commit of
	// bbolt's for each group, pages and their flushes took more than half of
	// the processor. And whoever comes during a settlement waits: twice a second
	// it was one of a hundred who did.
	settleAfter = 2 * time.Second
	// settleLimit is how large the log may grow meanwhile. The larger, the less
	// often a page is written that many customers share; at 4 MB whoever came
	// during a settlement waited for a third longer. And bbolt splits its pages
	// only when it commits: one that takes too many records before is slow to
	// insert into.
	settleLimit = 2 << 20
)

// begin opens bbolt's transaction, which stays open from one settlement to the
// next: all groups between write into it, and only the writer sees it.
func (s *Store) begin() (err error) {
	if s.tx != nil {
		return nil
	}
	b, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	s.tx = newPages(b)
	if !s.unsettled.Load() {
		return nil
	}
	err = s.log.recall(s.log.end, func(changes []byte) error { return replay(s.tx.Tx, changes) })
	if err != nil {
		s.drop()
		return fmt.Errorf("read the log: %w", err)
	}
	return nil
}

// drop gives bbolt's transaction up; the next one begins with what the log holds.
func (s *Store) drop() {
	defer func() { _ = recover() }() // bbolt may not like what became of it
	if s.tx != nil {
		tx := s.tx
		s.tx = nil
		_ = tx.Rollback() // an error means that it has ended already
	}
}

// settle brings the database up to date with the log, which then begins anew.
// As long as it fails every group is committed in the database itself.
func (s *Store) settle() error {
	if s.tx == nil && !s.unsettled.Load() {
		return nil
	}
	err := s.begin()
	if err == nil {
		err = s.commitTx()
	}
	s.failing = err
	if err != nil {
		s.drop()
		return err
	}
	s.log.restart()
	s.unsettled.Store(false)
	return nil
}

// commitTx ends bbolt's transaction. That the log's run is contained in the
// database is written with it: after a crash in between nothing is done twice.
func (s *Store) commitTx() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v\n%s", r, debug.Stack())
		}
	}()
	s.tx.releaseAll()
	meta := s.tx.Bucket([]byte("meta"))
	if err := meta.Put([]byte("log"), strconv.AppendUint(nil, s.log.run, 10)); err != nil {
		return err
	}
	if err := s.tx.Commit(); err != nil {
		return err
	}
	s.tx = nil
	return nil
}

// resume opens the log and brings what a crash left in it into the database.
// aside is where a log was put that cannot belong to it.
func (s *Store) resume(path string, options Options) (aside string, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			s.drop()
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	if s.log, err = openJournal(path, options.NoSync); err != nil {
		return "", err
	}
	err = s.db.View(func(b *bbolt.Tx) error {
		meta := b.Bucket([]byte("meta"))
		s.log.id = binary.BigEndian.Uint64(meta.Get([]byte("id")))
		settled, err := strconv.ParseUint(string(meta.Get([]byte("log"))), 10, 64)
		s.log.run = settled + 1
		return err
	})
	if err != nil {
		return "", fmt.Errorf("%w: what it says of its log", ErrDamaged)
	}
	s.unsettled.Store(true)
	s.log.end = unknown
	err = s.begin()
	if errors.Is(err, errForeign) {
		if aside, err = s.log.putAside(path); err == nil {
			err = s.begin()
		}
	}
	if err == nil && s.log.end > 0 {
		err = s.settle()
		return aside, nil //nolint:nilerr // it can be read all the same; updates hear what is wrong
	}
	s.drop()
	s.unsettled.Store(false)
	return aside, err
}

// putAside keeps a log that is not ours under another name.
func (j *journal) putAside(path string) (aside string, err error) {
	aside = fmt.Sprintf("%s%s.%d", path, logSuffix, time.Now().UnixNano())
	if err := os.Rename(path+logSuffix, aside); err != nil {
		return "", fmt.Errorf("put the log of another database aside: %w", err)
	}
	fresh, err := openJournal(path, j.noSync)
	if err != nil {
		return "", err
	}
	_ = j.file.Close() // it is only read
	j.file, j.end = fresh.file, 0
	return aside, nil
}

// forget closes the log, and removes it where the database holds everything:
// a database that nobody uses is one file.
func (s *Store) forget() error {
	s.drop()
	name := s.log.file.Name()
	err := s.log.file.Close()
	if s.unsettled.Load() {
		return err
	}
	return errors.Join(err, os.Remove(name))
}

// Settle brings what a crash left in the log beside a database into it, so that
// its file can be copied. A database without a log is not touched.
func Settle(path string) error {
	if _, err := os.Stat(path + logSuffix); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	store, err := Open(path, Options{})
	if err != nil {
		return err
	}
	return store.Close()
}

// Log is the file in which the last changes of a database may stand.
func Log(path string) string { return path + logSuffix }

package bolt

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// layout is the version of the buckets and keys below. A change that an older
// Voronka would misread raises it. Since 2 a log stands beside the database,
// which an older one would overlook after a crash; since 3 contacts are found by
// phone and e-mail, which an older one would not keep. All else is as in 1.
const layout = 3

// mapped is how much address space the file is given at once: a file that grows
// beyond it has to wait for its readers before it can be mapped anew.
const mapped = 1 << 28

// openFile turns every way in which a file can be unusable into a clear error.
func openFile(path string, options Options) (*bbolt.DB, error) {
	if !opensFast(path) {
		if err := walk(context.Background(), path, options); err != nil {
			return nil, err
		}
	}
	db, err := openBolt(path, options, false)
	if err != nil {
		return nil, err
	}
	if err := db.Update(prepare); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// openBolt opens the file itself. bbolt panics on some damage, and a file cut
// short faults when it is read.
func openBolt(path string, options Options, readOnly bool) (db *bbolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if file != nil {
				_ = file.Close() // lets go of the lock
			}
			db, err = nil, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		ReadOnly:        readOnly,
		Timeout:         cmp.Or(options.Timeout, time.Second),
		MaxSize:         options.MaxSize,
		InitialMmapSize: initialMap(options.MaxSize),
		FreelistType:    bbolt.FreelistMapType,
		NoSync:          options.NoSync,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, explain(err)
	}
	if replaced(file, path) {
		if err := db.Close(); err != nil {
			return nil, err
		}
		return openBolt(path, options, readOnly)
	}
	return db, nil
}

// replaced tells whether a file lost its name to another one, which was put in its
// place while its lock was waited for: what would be written to it nobody would
// find.
func replaced(file *os.File, path string) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && !os.SameFile(opened, named) || errors.Is(err, fs.ErrNotExist)
}

// Hold runs fn, which may give another file the database's name, while nobody can
// open it. One that is used already is ErrLocked; one that is not there, or so
// damaged that nobody can open it, is not held.
func Hold(path string, fn func() error) error {
	if _, err := os.Stat(path); err != nil {
		return fn()
	}
	db, err := openBolt(path, Options{}, false)
	if errors.Is(err, ErrLocked) {
		return fmt.Errorf("hold database %s: %w", path, err)
	}
	if err != nil {
		return fn()
	}
	return errors.Join(fn(), db.Close())
}

// walkLimit is how large a file may be to be read as a whole before it is
// opened. A larger one, of a million customers, is to be ready in a second.
const walkLimit = 256 << 20

// opensFast tells whether a file is too large to be walked, and need not be:
// it has a stored freelist. A meta page holds it, and the number of its
// transaction, 48 and 64 bytes from its start (bbolt v1.5.0, common.Meta).
func opensFast(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() < walkLimit {
		return false
	}
	var last, freelist uint64
	for _, at := range []int64{0, int64(os.Getpagesize())} {
		meta := make([]byte, 72)
		if _, err := file.ReadAt(meta, at); err != nil {
			return false
		}
		if txid := binary.NativeEndian.Uint64(meta[64:]); txid >= last {
			last, freelist = txid, binary.NativeEndian.Uint64(meta[48:])
		}
	}
	return freelist != noFreelist
}

// noFreelist stands in a meta page of a file without one (bbolt v1.5.0, PgidNoFreelist).
const noFreelist = 1<<64 - 1

// walk visits every page of a file that exists. Without a stored freelist bbolt
// does so when it opens a file for writing, but in a goroutine of its own
// (v1.5.0, DB.freepages), where a broken page would end the process.
func walk(ctx context.Context, path string, options Options) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	db, err := openBolt(path, options, true)
	if err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = db.View(func(b *bbolt.Tx) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%w: %v", ErrDamaged, r)
			}
		}()
		return b.ForEach(func(name []byte, bucket *bbolt.Bucket) error { return inOrder(ctx, bucket) })
	})
	return errors.Join(err, db.Close())
}

// inOrder reads every key of a bucket, until ctx ends.
func inOrder(ctx context.Context, bucket *bbolt.Bucket) error {
	var last []byte
	cursor := bucket.Cursor()
	for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if bytes.Compare(last, key) >= 0 {
			return fmt.Errorf("%w: keys out of order", ErrDamaged)
		}
		last = key
	}
	return nil
}

func initialMap(limit int) int {
	if runtime.GOOS == "windows" {
		return 0 // there the file itself would be made as large
	}
	if limit > 0 && limit < mapped {
		return limit
	}
	return mapped
}

func explain(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// prepare checks the layout's version and makes the buckets that are not there yet.
func prepare(b *bbolt.Tx) error {
	meta, err := b.CreateBucketIfNotExists([]byte("meta"))
	if err != nil {
		return err
	}
	written := meta.Get([]byte("layout"))
	if written != nil {
		version, err := strconv.Atoi(string(written))
		if err != nil {
			return fmt.Errorf("%w: layout version %q", ErrDamaged, written)
		}
		if version > layout {
			return fmt.Errorf("%w: its layout is %d, this one reads up to %d", ErrNewer, version, layout)
		}
	}
	for _, name := range buckets() {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	if written == nil { // a new file: nobody is in it yet
		if err := meta.Put([]byte(reachMark), []byte(reachAll)); err != nil {
			return err
		}
	}
	if meta.Get([]byte("id")) == nil {
		if err := identify(meta); err != nil {
			return err
		}
	}
	return meta.Put([]byte("layout"), []byte(strconv.Itoa(layout)))
}

// identify lets the database and its log know each other.
func identify(meta *bbolt.Bucket) error {
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	if err := meta.Put([]byte("id"), id); err != nil {
		return err
	}
	return meta.Put([]byte("log"), []byte("0"))
}

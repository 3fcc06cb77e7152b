package bolt

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// layout is the version of the buckets and keys below. A change that an older
// Voronka would misread raises it.
const layout = 1

// mapped is how much address space the file is given at once: a file that grows
// beyond it has to wait for its readers before it can be mapped anew.
const mapped = 1 << 28

// openFile turns every way in which a file can be unusable into a clear error.
// bbolt panics on some damage, and a truncated file faults when it is read.
func openFile(path string, options Options) (db *bbolt.DB, err error) {
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
		Timeout:         cmp.Or(options.Timeout, time.Second),
		MaxSize:         options.MaxSize,
		InitialMmapSize: initialMap(options.MaxSize),
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true,
		NoSync:          options.NoSync,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, explain(err)
	}
	if err := db.Update(prepare); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func initialMap(limit int) int {
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
	if written := meta.Get([]byte("layout")); written != nil {
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
	return meta.Put([]byte("layout"), []byte(strconv.Itoa(layout)))
}

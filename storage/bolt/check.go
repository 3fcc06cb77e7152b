package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"go.etcd.io/bbolt"
)

// Info is what Check found in a file.
type Info struct {
	// Layout is the version of its buckets and keys.
	Layout int
	// Size is the file's, in bytes.
	Size int64
	// Contacts is how many customers it knows.
	Contacts int
}

// Check reads a whole database file and changes nothing in it. The errors to be
// told apart are ErrLocked (a running bot has it), ErrDamaged, ErrNewer, and
// fs.ErrNotExist.
func Check(path string) (Info, error) { return CheckContext(context.Background(), path) }

// CheckContext is Check until ctx ends, which takes seconds where there are gigabytes.
func CheckContext(ctx context.Context, path string) (Info, error) {
	info, err := check(ctx, path)
	if err != nil {
		return info, fmt.Errorf("check database %s: %w", path, err)
	}
	return info, nil
}

func check(ctx context.Context, path string) (Info, error) {
	file, err := os.Stat(path)
	if err != nil {
		return Info{}, err
	}
	info := Info{Size: file.Size()}
	if !file.Mode().IsRegular() || info.Size == 0 {
		return info, fmt.Errorf("%w: it is empty or no file", ErrDamaged)
	}
	if err := walk(ctx, path, Options{}); err != nil {
		return info, err
	}
	db, err := openBolt(path, Options{}, true)
	if err != nil {
		return info, err
	}
	err = db.View(func(b *bbolt.Tx) (err error) {
		if b.Size() > info.Size {
			return fmt.Errorf("%w: it is cut short", ErrDamaged)
		}
		info.Layout, err = written(b)
		if contacts := b.Bucket([]byte(bucketContacts)); contacts != nil {
			info.Contacts = contacts.Stats().KeyN
		}
		return err
	})
	return info, errors.Join(err, db.Close())
}

// written is the layout that a file says it has.
func written(b *bbolt.Tx) (int, error) {
	meta := b.Bucket([]byte("meta"))
	if meta == nil {
		return 0, fmt.Errorf("%w: it does not say its layout", ErrDamaged)
	}
	version, err := strconv.Atoi(string(meta.Get([]byte("layout"))))
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: layout version %q", ErrDamaged, meta.Get([]byte("layout")))
	case version > layout:
		return version, fmt.Errorf("%w: its layout is %d, this one reads up to %d", ErrNewer, version, layout)
	}
	return version, nil
}

package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// compactStep is how many bytes go into one transaction of the new file.
const compactStep = 16 << 20

// Compact writes what a database holds into a new file at to, without the
// space that deleted records left. While keep runs, which may give the new file
// the old one's name, nobody else can open the old one. The errors to be told
// apart are those of Check; on any, the new file is left for the caller to remove.
func Compact(path, to string, keep func() error) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("compact database: %w", err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("compact database into %s: %w", to, fs.ErrExist)
	}
	if err := Settle(path); err != nil {
		return fmt.Errorf("compact database: %w", err)
	}
	from, err := openFile(path, Options{})
	if err != nil {
		return fmt.Errorf("compact database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	into, err := openBolt(to, Options{}, false)
	if err != nil {
		return fmt.Errorf("compact database into %s: %w", to, err)
	}
	err = errors.Join(bbolt.Compact(into, from, compactStep), into.Sync(), into.Close())
	if err != nil {
		return fmt.Errorf("compact database into %s: %w", to, err)
	}
	return keep()
}

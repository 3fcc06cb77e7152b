package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"voronka/storage"
	"voronka/storage/bolt"
)

// writeDatabase writes the open database as it is at this moment, as a database
// file whatever the database is.
func (s *service) writeDatabase(ctx context.Context, w io.Writer) error {
	return writeStore(ctx, s.store, s.scratch(), w)
}

// scratch is where a copy may grow that is carried: where copies lie, for the
// system's folder of temporary files may be in memory.
func (s *service) scratch() string {
	if s.Backups == "" || os.MkdirAll(s.Backups, 0o700) != nil {
		return os.TempDir()
	}
	return s.Backups
}

// writeStore writes a database as a file; what it needs room for meanwhile is in
// scratch.
func writeStore(ctx context.Context, store storage.Store, scratch string, w io.Writer) error {
	switch store := store.(type) {
	case *bolt.Store:
		_, err := store.WriteTo(w)
		return err
	case storage.Carrier:
		_, err := writeCarried(ctx, store, scratch, w)
		return err
	}
	return fmt.Errorf("copy the database: %T gives no records", store)
}

// writeCarried carries a database's records into a file of its own first.
func writeCarried(ctx context.Context, from storage.Carrier, scratch string, w io.Writer) (tally *storage.Tally, err error) {
	dir, err := os.MkdirTemp(scratch, partial)
	if err != nil {
		return nil, fmt.Errorf("begin a copy: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	to, err := bolt.Open(filepath.Join(dir, "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	tally, err = storage.Carry(ctx, from, to)
	if err == nil {
		_, err = to.WriteTo(w)
	}
	return tally, errors.Join(err, to.Close())
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/storage/postgres"
)

// migrateCommand is `voronka migrate`.
type migrateCommand struct {
	From string `arg:"" help:"Откуда: файл или postgres:// · from a file or postgres://"`
	To   string `arg:"" help:"Куда: новый файл или пустая база · to a new file or an empty database"`
	JSON bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// Run carries everything from one database into another one, of the same kind
// or another, while no bot uses either. Nothing is there before it is all there,
// and has been read back with the same counts and checksums.
func (c migrateCommand) Run(a *app) error {
	from, err := c.source(a.ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	var tally *storage.Tally
	if shared(c.To) {
		tally, err = fillShared(a.ctx, from, c.To)
	} else {
		tally, err = c.fillFile(a.ctx, from)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(a.out).Encode(map[string]any{"from": place(c.From), "to": place(c.To), "kinds": tally.Sums()})
	}
	for _, sum := range tally.Sums() {
		fmt.Fprintf(a.out, "%-14s %8d  %016x\n", sum.Kind, sum.Count, sum.Check[0])
	}
	a.say("migrate.done", map[string]any{"From": place(c.From), "To": place(c.To)})
	return nil
}

// source opens what is carried, which nobody may use meanwhile.
func (c migrateCommand) source(ctx context.Context) (storage.Carrier, error) {
	if shared(c.From) {
		return unused(ctx, c.From)
	}
	if _, err := os.Stat(c.From); err != nil {
		return nil, &spoken{"plan.no_database", map[string]any{"Path": c.From}, err}
	}
	store, err := bolt.Open(c.From, bolt.Options{})
	if errors.Is(err, bolt.ErrLocked) {
		return nil, &spoken{"restore.in_use", map[string]any{"Path": c.From}, err}
	}
	if err != nil {
		return nil, unusable(c.From, err)
	}
	return store, nil
}

// fillFile writes into a file that is not there yet.
func (c migrateCommand) fillFile(ctx context.Context, from storage.Carrier) (tally *storage.Tally, err error) {
	if _, err := os.Lstat(c.To); err == nil {
		return nil, &spoken{"backup.exists", map[string]any{"File": c.To}, fs.ErrExist}
	}
	_, err = writeCopy(ctx, c.To, func(ctx context.Context, w io.Writer) (err error) {
		tally, err = writeCarried(ctx, from, filepath.Dir(c.To), w)
		return err
	})
	return tally, err
}

// fillShared writes into a PostgreSQL database that holds nothing.
func fillShared(ctx context.Context, from storage.Carrier, address string) (*storage.Tally, error) {
	to, err := unused(ctx, address)
	if err != nil {
		return nil, err
	}
	defer to.Close()
	tally, err := storage.Carry(ctx, from, to)
	if errors.Is(err, storage.ErrNotEmpty) {
		return nil, &spoken{"migrate.not_empty", map[string]any{"Path": place(address)}, err}
	}
	return tally, err
}

// unused opens a PostgreSQL database that no bot works with.
func unused(ctx context.Context, address string) (storage.Carrier, error) {
	info, err := postgres.Check(ctx, address)
	if err != nil {
		return nil, unusable(address, err)
	}
	if info.Replicas > 0 {
		return nil, &spoken{"restore.in_use", map[string]any{"Path": place(address)}, bolt.ErrLocked}
	}
	store, err := postgres.Open(ctx, address, postgres.Options{})
	if err != nil {
		return nil, unusable(address, err)
	}
	return store, nil
}

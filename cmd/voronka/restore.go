package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"voronka/storage/bolt"
	"voronka/storage/postgres"
)

// restoreCommand is `voronka restore`.
type restoreCommand struct {
	File string `arg:"" help:"Какую копию вернуть · the copy to bring back"`
}

// Run puts a copy in the database's place. The copy is checked before and
// after; the database that it replaces stays beside it, whatever its state.
func (c restoreCommand) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	if err := c.checkCopy(settings.Database); err != nil {
		return err
	}
	if shared(settings.Database) {
		return c.fillShared(a, settings.Database)
	}
	if _, err := bolt.Check(settings.Database); errors.Is(err, bolt.ErrLocked) {
		return &spoken{"restore.in_use", map[string]any{"Path": settings.Database}, err}
	}
	part, _, err := writePart(a.ctx, filepath.Dir(settings.Database), copyOf(c.File))
	if err != nil {
		return full(settings.Database, err)
	}
	var kept string
	err = bolt.Hold(settings.Database, func() (err error) {
		kept, err = replace(settings.Database, part, a.now())
		return err
	})
	switch {
	case errors.Is(err, bolt.ErrLocked): // it was started meanwhile
		return errors.Join(&spoken{"restore.in_use", map[string]any{"Path": settings.Database}, err}, os.Remove(part))
	case err != nil:
		return errors.Join(err, os.Remove(part))
	}
	info, err := bolt.Check(settings.Database)
	if err != nil {
		return unusable(settings.Database, err)
	}
	if kept != "" {
		a.say("restore.kept", map[string]any{"Kept": kept})
	}
	a.say("restore.done", map[string]any{"Path": settings.Database, "Size": megabytes(info.Size), "Contacts": info.Contacts})
	return nil
}

// fillShared takes the copy into a PostgreSQL database that holds nothing.
func (c restoreCommand) fillShared(a *app, database string) error {
	from, err := bolt.Open(c.File, bolt.Options{})
	if err != nil {
		return unusable(c.File, err)
	}
	defer from.Close()
	if _, err := fillShared(a.ctx, from, database); err != nil {
		return err
	}
	info, err := postgres.Check(a.ctx, database)
	if err != nil {
		return unusable(database, err)
	}
	a.say("restore.done", map[string]any{"Path": place(database), "Size": megabytes(info.Size), "Contacts": info.Contacts})
	return nil
}

func (c restoreCommand) checkCopy(database string) error {
	_, err := bolt.Check(c.File)
	args := map[string]any{"File": c.File}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &spoken{"restore.no_copy", args, err}
	case errors.Is(err, bolt.ErrDamaged):
		return &spoken{"restore.damaged", args, err}
	case err != nil:
		return unusable(c.File, err)
	}
	if copied, err := os.Stat(c.File); err == nil {
		if current, err := os.Stat(database); err == nil && os.SameFile(copied, current) {
			return &spoken{"restore.same", args, fs.ErrExist}
		}
	}
	return nil
}

// replace gives a file the database's name in one step, and the database that
// had it another one, which it returns; empty where there was none.
func replace(database, with string, now time.Time) (kept string, err error) {
	before := database + ".before-" + now.UTC().Format(stampLayout)
	if _, err := os.Lstat(database); err == nil {
		kept = before
		// A second name for the old file leaves no moment without a database in
		// which a bot could start with an empty one. Not every disk can do that.
		if err := os.Link(database, kept); err != nil {
			if err := copyFile(database, kept); err != nil {
				return "", fmt.Errorf("keep the old database: %w", full(database, err))
			}
		}
	}
	// What a crash left of the old one is no part of the copy.
	if err := os.Rename(bolt.Log(database), bolt.Log(before)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return kept, fmt.Errorf("keep the log of the old database: %w", err)
	}
	if err := os.Rename(with, database); err != nil {
		return kept, fmt.Errorf("put the copy in place: %w", err)
	}
	return kept, syncFolder(filepath.Dir(database))
}

// copyFile copies bytes as they are, sound or not, into a new file.
func copyFile(from, to string) error {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = copyOf(from)(context.Background(), file)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

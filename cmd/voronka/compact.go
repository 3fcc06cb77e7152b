package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"voronka/storage/bolt"
)

// compactCommand is `voronka compact`.
type compactCommand struct{}

// Run rewrites the database without its gaps while the bot stands. The new file
// is checked before it takes the place of the old one, which stays beside it.
func (compactCommand) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	path := settings.Database
	if shared(path) {
		return &spoken{"compact.postgres", nil, errFault}
	}
	before, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &spoken{"compact.no_database", map[string]any{"Path": path}, err}
	}
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	var after bolt.Info
	var kept string
	part := filepath.Join(filepath.Dir(path), ".voronka-"+a.now().UTC().Format(stampLayout)+"-compact.part")
	err = bolt.Compact(path, part, func() (err error) {
		if after, err = bolt.Check(part); err != nil {
			return err
		}
		kept, err = replace(path, part, a.now())
		return err
	})
	switch {
	case errors.Is(err, bolt.ErrLocked):
		return &spoken{"restore.in_use", map[string]any{"Path": path}, err}
	case err != nil:
		return errors.Join(full(path, unusable(path, err)), ignoreAbsent(os.Remove(part)))
	}
	a.say("compact.done", map[string]any{"Path": path, "Before": megabytes(before.Size()), "After": megabytes(after.Size), "Kept": kept})
	return nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/storage"
)

// versionsCommand shows what was live, and brings it back.
type versionsCommand struct {
	List    versionsList    `cmd:"" default:"withargs" help:"Что и когда работало · what was live, and when"`
	Restore versionsRestore `cmd:"" help:"Вернуть файлы версии в папку · bring a version's files back into the folder"`
}

// mostVersions is how many are listed.
const mostVersions = 100

// versionsList lists publications, the newest first.
type versionsList struct {
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
}

// Run prints a line for each publication; what its flow runs now is marked.
func (c *versionsList) Run(a *app) error {
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return err
	}
	defer store.Close()
	var list []storage.Version
	err = store.View(a.ctx, func(tx storage.Tx) (err error) {
		list, err = tx.Published(mostVersions)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("list versions: %w", err)
	case c.JSON:
		return json.NewEncoder(a.out).Encode(append([]storage.Version{}, list...))
	}
	seen := map[string]bool{}
	for _, one := range list {
		mark := " "
		if !seen[one.Flow] {
			mark = "●"
		}
		seen[one.Flow] = true
		fmt.Fprintf(a.out, "%s %s  %s  %s\n", mark, one.At.In(a.zone()).Format("02.01.2006 15:04"), one.Digest, one.Flow)
	}
	a.say("versions.listed", nil)
	return nil
}

// versionsRestore writes an old version into the folder.
type versionsRestore struct {
	Digest   string `arg:"" help:"Номер версии или его начало · the version's number or its beginning"`
	Dir      string `default:"./flows" help:"Папка проекта · project folder"`
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
}

// Run brings the version back; a running bot takes it up as any edit.
func (c *versionsRestore) Run(a *app) error {
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return err
	}
	defer store.Close()
	version, err := findVersion(a.ctx, store, c.Digest)
	if errors.Is(err, storage.ErrNotFound) {
		return &spoken{"versions.unknown", map[string]any{"Digest": c.Digest}, err}
	}
	if err != nil {
		return err
	}
	kept, found, err := putBack(c.Dir, version)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		a.printDiagnostics(found)
		a.say("versions.refused", nil)
		return exit(exitFault)
	}
	a.say("versions.restored", map[string]any{
		"Flow": version.Flow, "Digest": version.Digest, "Files": strings.Join(slices.Sorted(maps.Keys(version.Sources)), ", "),
		"Kept": strings.Join(kept, ", "),
	})
	return nil
}

// findVersion finds a version by its digest, or by a beginning that no other has.
func findVersion(ctx context.Context, store storage.Store, digest string) (version storage.Version, err error) {
	err = store.View(ctx, func(tx storage.Tx) error {
		list, err := tx.Published(1 << 20)
		if err != nil {
			return err
		}
		whole := map[string]bool{}
		for _, one := range list {
			if strings.HasPrefix(one.Digest, digest) {
				whole[one.Digest] = true
			}
		}
		if len(whole) != 1 || digest == "" {
			return storage.ErrNotFound
		}
		for known := range whole {
			version, err = tx.Version(known)
		}
		return err
	})
	if err != nil {
		return version, fmt.Errorf("find the version: %w", err)
	}
	return version, nil
}

// putBack puts a version's files in the place of those that its flow has now.
// What was there is kept beside, named .bak. Where the folder would not load
// with them, or something fails, all is as it was before.
func putBack(dir string, version storage.Version) (kept []string, found []flows.Diagnostic, err error) {
	stale, err := staleFiles(dir, version)
	if err != nil {
		return nil, nil, err
	}
	undo := func() {
		for name := range version.Sources {
			_ = os.Remove(filepath.Join(dir, name)) // what was there comes back next
		}
		for _, name := range kept {
			_ = os.Rename(filepath.Join(dir, name), filepath.Join(dir, strings.TrimSuffix(name, ".bak")))
		}
	}
	for _, name := range stale {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, name+".bak")); err != nil {
			undo()
			return nil, nil, fmt.Errorf("keep the file of now: %w", err)
		}
		kept = append(kept, name+".bak")
	}
	for name, text := range version.Sources {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			undo()
			return nil, nil, fmt.Errorf("write the version: %w", err)
		}
	}
	project, found, err := loader().Load(dir)
	if err != nil || project == nil {
		undo()
		return nil, found, err
	}
	return kept, nil, nil
}

// staleFiles are those that the version takes the place of: files of the same
// names, and the flow itself under another.
func staleFiles(dir string, version storage.Version) ([]string, error) {
	names := map[string]bool{}
	for name := range version.Sources {
		if filepath.Base(name) != name || !strings.HasSuffix(name, ".yaml") {
			return nil, fmt.Errorf("the version holds a strange file: %q", name)
		}
		names[name] = true
		// A translation that the old version did not have speaks of another flow.
		others, err := filepath.Glob(filepath.Join(dir, strings.TrimSuffix(name, ".yaml")+".*.yaml"))
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			names[filepath.Base(other)] = true
		}
	}
	if project, _, err := loader().Load(dir); err == nil && project != nil {
		if now := project.Flow(version.Flow); now != nil {
			for name := range now.Written {
				names[name] = true
			}
		}
	}
	var there []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch _, err := os.Lstat(filepath.Join(dir, name)); {
		case err == nil:
			there = append(there, name)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("look at the folder: %w", err)
		}
	}
	return there, nil
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"voronka/flows/catalog"
)

// initCommand is `voronka init DIR`.
type initCommand struct {
	Dir  string `arg:"" help:"Новая папка · a new folder"`
	Flow string `default:"course" enum:"course,club" help:"Какая воронка: course — курсы, club — клуб по подписке · which funnel: courses, or a club by subscription"`
}

// Run lays out the catalog's funnel, its files and a README in a folder that
// is new or empty.
func (c initCommand) Run(a *app) error {
	entries, err := os.ReadDir(c.Dir)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist), len(entries) > 0:
		return &spoken{"cli.init_taken", map[string]any{"Dir": c.Dir}, fmt.Errorf("init %s: not an empty folder", c.Dir)}
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	files, err := c.files()
	if err != nil {
		return fmt.Errorf("open the funnel: %w", err)
	}
	if err := os.CopyFS(c.Dir, files); err != nil {
		return fmt.Errorf("lay out the funnel: %w", err)
	}
	readme := a.words.Text(a.language, "cli.init_readme", nil) + "\n"
	if err := os.WriteFile(filepath.Join(c.Dir, "README.md"), []byte(readme), 0o644); err != nil {
		return fmt.Errorf("write the README: %w", err)
	}
	if err := c.wire(a); err != nil {
		return err
	}
	a.say("cli.init_done", map[string]any{"Dir": c.Dir, "Flow": filepath.Join(c.Dir, c.Flow+".yaml")})
	return nil
}

func (c initCommand) files() (fs.FS, error) {
	if c.Flow == "club" {
		return catalog.Club()
	}
	return catalog.FS, nil
}

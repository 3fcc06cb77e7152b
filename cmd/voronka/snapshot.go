package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"voronka/internal/ticks"
)

const (
	// stampLayout is a moment in a file's name, UTC; such names sort by time.
	stampLayout   = "20060102-150405"
	snapshotEvery = time.Hour
	// snapshotRetry is the pause after one that failed.
	snapshotRetry = 10 * time.Minute
)

// snapshots copies the database into a folder every hour while the bot runs.
// When the next one is due is read from the folder, so that a restart neither
// loses nor doubles one.
type snapshots struct {
	dir   string
	keep  int
	write func(context.Context, io.Writer) error
	now   func() time.Time
	log   *slog.Logger
	// failed is when the last attempt did.
	failed time.Time
}

func (s *service) snapshots() *snapshots {
	return &snapshots{dir: s.Backups, keep: s.backupsKeep(), write: s.writeDatabase, now: s.now, log: s.log}
}

// run takes snapshots until ctx ends; one that is being made ends with it, and
// leaves nothing. The next process makes it.
func (s *snapshots) run(ctx context.Context) error {
	tick := ticks.Tick{Name: "backup", Spec: "@every 1m", Do: func() { s.tick(ctx) }}
	ticks.Survive(s.log, tick.Name, tick.Do)
	stop, err := ticks.Start(s.log, tick)
	if err != nil {
		return err
	}
	<-ctx.Done()
	stop()
	return nil
}

// tick takes a snapshot when one is due. A failure is logged: the bot works on
// without it.
func (s *snapshots) tick(ctx context.Context) {
	now := s.now()
	if waited := now.Sub(s.failed); waited >= 0 && waited < snapshotRetry {
		return
	}
	s.failed = time.Time{}
	if err := s.takeIfDue(ctx, now); err != nil && ctx.Err() == nil {
		s.failed = now
		s.log.Error("no backup was made, the next attempt is in ten minutes", "folder", s.dir, "error", err)
	}
}

func (s *snapshots) takeIfDue(ctx context.Context, now time.Time) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of backups: %w", err)
	}
	taken, err := listSnapshots(s.dir)
	if err != nil {
		return err
	}
	// A snapshot from the future, which a wrong clock made, is no reason to wait for it.
	past := slices.DeleteFunc(slices.Clone(taken), func(one snapshot) bool { return one.at.After(now) })
	if len(past) > 0 && now.Sub(past[len(past)-1].at) < snapshotEvery {
		return nil
	}
	path := filepath.Join(s.dir, "voronka-"+now.UTC().Format(stampLayout)+".db")
	if err := clearParts(s.dir, now); err != nil {
		return err
	}
	if _, err := writeCopy(ctx, path, s.write); err != nil {
		return err
	}
	s.log.Info("backup made", "file", path)
	return s.remove(append(taken, snapshot{path, now}))
}

// remove drops the oldest ones beyond those to keep, but never the one just made.
func (s *snapshots) remove(all []snapshot) error {
	made := all[len(all)-1]
	slices.SortFunc(all, func(a, b snapshot) int { return a.at.Compare(b.at) })
	var failures []error
	for _, old := range all[:max(0, len(all)-s.keep)] {
		if old != made {
			failures = append(failures, os.Remove(old.path))
		}
	}
	return errors.Join(failures...)
}

// snapshot is one copy in the folder.
type snapshot struct {
	path string
	at   time.Time
}

// listSnapshots lists the snapshots of a folder, oldest first. Other files are
// nobody's business.
func listSnapshots(dir string) ([]snapshot, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var found []snapshot
	for _, entry := range entries {
		stamp, ours := strings.CutPrefix(strings.TrimSuffix(entry.Name(), ".db"), "voronka-")
		at, err := time.Parse(stampLayout, stamp)
		if ours && err == nil && entry.Type().IsRegular() && strings.HasSuffix(entry.Name(), ".db") {
			found = append(found, snapshot{filepath.Join(dir, entry.Name()), at})
		}
	}
	slices.SortFunc(found, func(a, b snapshot) int { return a.at.Compare(b.at) })
	return found, nil
}

package main

import (
	"cmp"
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
// When the first one is due is read from the folder, so that a restart neither
// loses nor doubles one. After that it goes by what it made itself: names tell
// what some clock said, and others may lay files beside.
type snapshots struct {
	dir   string
	keep  int
	write func(context.Context, io.Writer) error
	now   func() time.Time
	log   *slog.Logger
	// failed is when the last attempt did.
	failed time.Time
	// last is the one from which the next hour counts; nil before the folder was
	// looked at. Its path is empty where there was none.
	last *snapshot
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
	if !s.due(taken, now) {
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
	s.last = &snapshot{path, now}
	return s.remove(taken, *s.last)
}

// due tells whether an hour has gone, by the clock or without it where the clock
// was set back, or the last one is not there any more.
func (s *snapshots) due(taken []snapshot, now time.Time) bool {
	if s.last == nil {
		known, _ := newest(taken, now)
		s.last = &known
	}
	waited, byClock := now.Sub(s.last.at), now.Round(0).Sub(s.last.at.Round(0))
	there := slices.ContainsFunc(taken, func(one snapshot) bool { return one.path == s.last.path })
	return !there || waited < 0 || waited >= snapshotEvery || byClock >= snapshotEvery
}

// newest is the last one that is not from the future: a clock that was ahead made
// those, and the database has gone on since.
func newest(taken []snapshot, now time.Time) (snapshot, bool) {
	for _, one := range slices.Backward(taken) {
		if !one.at.After(now) {
			return one, true
		}
	}
	return snapshot{}, false
}

// remove drops the oldest ones beyond those to keep, but never the one just made.
// Those from the future are the oldest: a clock that was ahead made them earlier.
func (s *snapshots) remove(taken []snapshot, made snapshot) error {
	taken = slices.DeleteFunc(taken, func(one snapshot) bool { return one.path == made.path })
	ahead := func(one snapshot) int {
		if one.at.After(made.at) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(taken, func(a, b snapshot) int { return cmp.Compare(ahead(a), ahead(b)) })
	var failures []error
	for _, old := range taken[:min(len(taken), max(0, len(taken)+1-s.keep))] {
		failures = append(failures, os.Remove(old.path))
	}
	return errors.Join(failures...)
}

// snapshot is one copy in the folder.
type snapshot struct {
	path string
	at   time.Time
}

// listSnapshots lists the snapshots of a folder, oldest first. Other files are
// nobody's business, nor is an empty one: each snapshot was checked before it
// had a name.
func listSnapshots(dir string) ([]snapshot, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var found []snapshot
	for _, entry := range entries {
		stamp, ours := strings.CutPrefix(strings.TrimSuffix(entry.Name(), ".db"), "voronka-")
		at, err := time.Parse(stampLayout, stamp)
		if !ours || err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(entry.Name(), ".db") {
			continue
		}
		if about, err := entry.Info(); err == nil && about.Size() > 0 {
			found = append(found, snapshot{filepath.Join(dir, entry.Name()), at})
		}
	}
	slices.SortFunc(found, func(a, b snapshot) int { return a.at.Compare(b.at) })
	return found, nil
}

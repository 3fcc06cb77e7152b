package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/storage/bolt"
)

// hourly is a set of snapshots with a clock of its own.
func hourly(t *testing.T, log io.Writer) *snapshots {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	running := &service{store: store, log: slog.New(slog.NewTextHandler(log, nil)), now: time.Now}
	running.Backups, running.BackupsKeep = filepath.Join(t.TempDir(), "backups"), "3"
	return running.snapshots()
}

func (s *snapshots) at(t *testing.T, clock string) []string {
	t.Helper()
	now, err := time.Parse(time.DateTime, "2026-03-01 "+clock)
	if err != nil {
		t.Fatal(err)
	}
	s.now = func() time.Time { return now }
	s.tick(t.Context())
	return names(t, s.dir)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func TestSnapshotsAreTakenHourlyAndTheOldestGo(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := hourly(t, &log)
	s.at(t, "10:00:00")
	os.WriteFile(filepath.Join(s.dir, "заметки.txt"), []byte("не моё"), 0o600)
	os.WriteFile(filepath.Join(s.dir, "voronka-before-sale.db"), nil, 0o600)
	for _, step := range []struct {
		clock string
		want  []string
	}{
		{"10:59:00", []string{"voronka-20260301-100000.db"}},
		{"11:00:00", []string{"voronka-20260301-100000.db", "voronka-20260301-110000.db"}},
		// The bot was down for five hours: one copy at once, not five.
		{"16:30:00", []string{"voronka-20260301-100000.db", "voronka-20260301-110000.db", "voronka-20260301-163000.db"}},
		{"17:29:59", []string{"voronka-20260301-100000.db", "voronka-20260301-110000.db", "voronka-20260301-163000.db"}},
		{"17:30:00", []string{"voronka-20260301-110000.db", "voronka-20260301-163000.db", "voronka-20260301-173000.db"}},
		// The clock was wrong and is set back: copies go on, the newest made stays,
		// and one from the future makes room.
		{"15:00:00", []string{"voronka-20260301-110000.db", "voronka-20260301-150000.db", "voronka-20260301-173000.db"}},
	} {
		want := append(step.want, "voronka-before-sale.db", "заметки.txt")
		if diff := cmp.Diff(want, s.at(t, step.clock)); diff != "" {
			t.Errorf("at %s (-want +got):\n%s\n%s", step.clock, diff, log.String())
		}
	}
	if _, err := bolt.Check(filepath.Join(s.dir, "voronka-20260301-173000.db")); err != nil {
		t.Error(err)
	}
}

func TestFailedSnapshotLeavesNothingAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(context.Context, io.Writer) error{
		"disk full": func(_ context.Context, w io.Writer) error {
			io.WriteString(w, "half")
			return &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
		},
		"damaged copy": func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "not a database")
			return err
		},
	} {
		var log strings.Builder
		s := hourly(t, &log)
		good := s.write
		s.at(t, "10:00:00")
		s.write = fail
		for _, clock := range []string{"11:00:00", "11:01:00", "11:09:00"} {
			if diff := cmp.Diff([]string{"voronka-20260301-100000.db"}, s.at(t, clock)); diff != "" {
				t.Errorf("%s at %s: %s", name, clock, diff)
			}
		}
		if n := strings.Count(log.String(), "no backup was made"); n != 1 {
			t.Errorf("%s: %d complaints in ten minutes:\n%s", name, n, log.String())
		}
		s.write = good
		if got := s.at(t, "11:10:00"); len(got) != 2 {
			t.Errorf("%s: not tried again: %v", name, got)
		}
	}
}

// TestSnapshotEndsWithTheProcess: a stop does not wait for a copy of gigabytes,
// and finds neither half a copy nor a complaint behind it.
func TestSnapshotEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := hourly(t, &log)
	ctx, stop := context.WithCancel(t.Context())
	s.write = func(_ context.Context, w io.Writer) error {
		for { // a database without an end
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return err
			}
			stop()
		}
	}
	if err := s.run(ctx); err != nil || log.Len() > 0 {
		t.Errorf("%v, it said %s", err, log.String())
	}
	if left := names(t, s.dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestCheckOfACopyEndsWithTheProcess: what is whole on the disk, and only not
// checked any more, gets no name, either.
func TestCheckOfACopyEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	ctx, stop := context.WithCancel(t.Context())
	whole := s.write
	s.write = func(ctx context.Context, w io.Writer) error {
		defer stop()
		return whole(ctx, w)
	}
	s.tick(ctx)
	if left := names(t, s.dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestPartsOfAKilledProcessAreCleared(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	s.now = time.Now
	s.tick(t.Context())
	old, fresh := filepath.Join(s.dir, ".voronka-1.part"), filepath.Join(s.dir, ".voronka-2.part")
	for _, path := range []string{old, fresh} {
		os.WriteFile(path, []byte("half"), 0o600)
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if err := clearParts(s.dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	_, errOld := os.Stat(old)
	_, errFresh := os.Stat(fresh)
	if !errors.Is(errOld, os.ErrNotExist) || errFresh != nil {
		t.Errorf("old: %v, fresh: %v", errOld, errFresh)
	}
}

// TestFoldersOfCopiesAreClearedADayLater: a copy of a large PostgreSQL is made in
// one, and that may take hours.
func TestFoldersOfCopiesAreClearedADayLater(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	s.now = time.Now
	s.tick(t.Context())
	long := time.Now().Add(-2 * time.Hour)
	folder := filepath.Join(s.dir, ".voronka-3.part")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(folder, "voronka.db"), []byte("half"), 0o600), os.Chtimes(folder, long, long)); err != nil {
		t.Fatal(err)
	}
	if err := clearParts(s.dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Errorf("a copy that may still be made: %v", err)
	}
	if err := clearParts(s.dir, time.Now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder of yesterday: %v", err)
	}
}

// TestAPanicCostsOneAttempt has the first one, at the start, panic.
func TestAPanicCostsOneAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := hourly(t, &log)
		write, tries := s.write, 0
		s.write = func(ctx context.Context, w io.Writer) error {
			if tries++; tries == 1 {
				panic("on purpose")
			}
			return write(ctx, w)
		}
		ctx, stop := context.WithTimeout(t.Context(), 90*time.Second)
		defer stop()
		if err := s.run(ctx); err != nil {
			t.Fatal(err)
		}
		if made, err := listSnapshots(s.dir); err != nil || len(made) != 1 {
			t.Errorf("%v, %v", made, err)
		}
		if !strings.Contains(log.String(), "the clock panicked") || !strings.Contains(log.String(), "snapshot_test.go") {
			t.Errorf("logged: %s", log.String())
		}
	})
}

// TestClockThatWasAhead has a machine run for days by a clock that is a year
// ahead, and be set right: copies go on at once, hourly, and it is those of the
// wrong clock that make room for them.
func TestClockThatWasAhead(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	ahead := time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)
	for hour := range 5 {
		s.now = func() time.Time { return ahead.Add(time.Duration(hour) * time.Hour) }
		s.tick(t.Context())
	}
	for _, step := range []struct{ clock, oldest, newest string }{
		{"10:00:00", "20260301-100000", "20270301-140000"},
		{"10:30:00", "20260301-100000", "20270301-140000"},
		{"11:00:00", "20260301-100000", "20270301-140000"},
		{"12:00:00", "20260301-100000", "20260301-120000"},
		{"13:00:00", "20260301-110000", "20260301-130000"},
	} {
		got := s.at(t, step.clock)
		if len(got) != 3 || got[0] != "voronka-"+step.oldest+".db" || got[2] != "voronka-"+step.newest+".db" {
			t.Errorf("at %s: %q", step.clock, got)
		}
	}
}

// TestClockOfTheEpoch: a machine without a battery begins in 1970. What it copies
// then costs one old copy at most, as each does.
func TestClockOfTheEpoch(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	for _, clock := range []string{"10:00:00", "11:00:00", "12:00:00"} {
		s.at(t, clock)
	}
	s.last = nil // the next process
	s.now = func() time.Time { return time.Unix(0, 0) }
	s.tick(t.Context())
	if diff := cmp.Diff([]string{"voronka-19700101-000000.db", "voronka-20260301-110000.db", "voronka-20260301-120000.db"}, names(t, s.dir)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"voronka-20260301-110000.db", "voronka-20260301-120000.db", "voronka-20260301-123000.db"}, s.at(t, "12:30:00")); diff != "" {
		t.Error(diff)
	}
}

// TestFilesOfOthersHoldNoCopyUp: another bot that copies into the same folder
// each half hour, an empty file, a folder and a link that have names as ours.
func TestFilesOfOthersHoldNoCopyUp(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	s.keep = 100
	lay := func(clock, content string) {
		if err := os.WriteFile(filepath.Join(s.dir, "voronka-20260301-"+clock+".db"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "voronka-20260301-095930.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/null", filepath.Join(s.dir, "voronka-20260301-095931.db")); err != nil {
		t.Fatal(err)
	}
	lay("095959", "")
	if got := s.at(t, "10:00:00"); len(got) != 4 {
		t.Errorf("at first: %q", got)
	}
	lay("102900", "another bot's")
	lay("105900", "another bot's")
	if got := s.at(t, "11:00:00"); len(got) != 7 || got[6] != "voronka-20260301-110000.db" {
		t.Errorf("beside another bot's: %q", got)
	}
	// A new process takes their word once, not for ever.
	s.last = nil
	lay("112900", "another bot's")
	s.at(t, "12:00:00")
	lay("115900", "another bot's")
	lay("122800", "another bot's")
	if got := s.at(t, "12:29:00"); got[len(got)-1] != "voronka-20260301-122900.db" {
		t.Errorf("the next process: %q", got)
	}
}

// TestACopyThatIsGoneIsMadeAgain: whoever moves the folder away waits for no hour.
func TestACopyThatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := hourly(t, io.Discard)
	s.at(t, "10:00:00")
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"voronka-20260301-100100.db"}, s.at(t, "10:01:00")); diff != "" {
		t.Error(diff)
	}
}

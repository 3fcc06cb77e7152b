package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"voronka/flows"
	"voronka/storage"
)

// stage is a watched folder with the project that is live.
type stage struct {
	*watch
	t    *testing.T
	live atomic.Pointer[flows.Project]
}

func newStage(t *testing.T, source string) *stage {
	t.Helper()
	a, _ := testApp(t, "ru")
	s := &stage{t: t}
	dir := t.TempDir()
	s.watch = &watch{
		dir: dir, load: loader().Load, live: s.live.Load, words: speech(a.words, "ru"), log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		publish: func(_ context.Context, project *flows.Project) error {
			s.live.Store(project)
			return nil
		},
	}
	s.write("course.yaml", source)
	project, found, err := loader().Load(dir)
	if err != nil || project == nil {
		t.Fatal(found, err)
	}
	s.live.Store(project)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// write replaces a file as an editor does: beside it, then in its place.
func (s *stage) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file+"~", []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(file+"~", file); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	defer cancel()
	for !holds() {
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			s.t.Fatalf("%s: never", what)
		}
	}
}

func flowSaying(text string) string {
	return "start: a\nstates:\n  a: {end: true, do: [{say: " + text + "}]}\n"
}

func TestEditGoesLive(t *testing.T) {
	t.Parallel()
	s := newStage(t, flowSaying("Привет"))
	first := s.live.Load()
	s.write("course.yaml", flowSaying("Здравствуйте"))
	s.until("the edit is live", func() bool { return s.live.Load() != first })
	second := s.live.Load()
	s.write("course.yaml", "start: nowhere\nstates:\n  a: {end: true}\n")
	s.until("the fault is named", func() bool { return len(s.Faults()) > 0 })
	if fault := s.Faults()[0]; !strings.HasPrefix(fault, filepath.Join(s.dir, "course.yaml")+":1:8: ") {
		t.Errorf("fault %q", fault)
	}
	if s.live.Load() != second {
		t.Error("a wrong edit went live")
	}
	s.write("course.yaml", flowSaying("Здравствуйте"))
	s.until("the fault is mended", func() bool { return len(s.Faults()) == 0 })
	if s.live.Load() != second {
		t.Error("a version that runs already was published again")
	}
}

// TestFolderIsLoadedWhole adds a second flow that is wrong: the good edit beside
// it waits.
func TestFolderIsLoadedWhole(t *testing.T) {
	t.Parallel()
	s := newStage(t, flowSaying("Привет"))
	first := s.live.Load()
	s.write("other.yaml", "start: nowhere\nstates:\n  a: {end: true}\n")
	s.write("course.yaml", flowSaying("Здравствуйте"))
	s.until("the fault is named", func() bool { return len(s.Faults()) > 0 })
	if s.live.Load() != first {
		t.Error("half of a folder went live")
	}
	if err := os.Remove(filepath.Join(s.dir, "other.yaml")); err != nil {
		t.Fatal(err)
	}
	s.until("the rest is live", func() bool { return s.live.Load() != first })
}

// TestFilesBesideFlowsAreWatched lets a file appear in a new folder, without
// which an edit was wrong.
func TestFilesBesideFlowsAreWatched(t *testing.T) {
	t.Parallel()
	s := newStage(t, flowSaying("Привет"))
	first := s.live.Load()
	s.write("course.yaml", "start: a\nstates:\n  a: {end: true, do: [{say: Файл, document: files/a.pdf}]}\n")
	s.until("the missing file is named", func() bool { return len(s.Faults()) > 0 })
	if err := os.Mkdir(filepath.Join(s.dir, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("files/a.pdf", "%PDF-")
	s.until("the edit is live", func() bool { return s.live.Load() != first && len(s.Faults()) == 0 })
}

// TestRunTakesEdits edits the flow of a process that sells.
func TestRunTakesEdits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	w := newOutside(t, "polling")
	w.start()
	defer w.kill()
	anna := w.customer(7001)
	anna.Start("")
	if _, err := anna.WaitForText(ctx, "Здравствуйте"); err != nil {
		t.Fatal(err, w.logs())
	}
	file := filepath.Join(w.dir, "flows", "course.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), "Не уверен, что понял.", "Переведите с марсианского.", 1)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(edited)
	until(ctx, t, w, "a new version of the flows is live")
	anna.Send("абырвалг")
	if _, err := anna.WaitForText(ctx, "Переведите с марсианского."); err != nil {
		t.Fatal(err, w.logs())
	}
	write(strings.Replace(edited, "start: welcome", "start: welcme", 1))
	until(ctx, t, w, "course.yaml:9:8")
	anna.Send("главрыба")
	if err := w.idle(ctx); err != nil {
		t.Fatal(err)
	}
	w.stop()
	w.read(func(tx storage.Tx) error {
		published, err := tx.Published(10)
		if err != nil || len(published) != 2 {
			t.Errorf("published %+v, %v", published, err)
			return err
		}
		old, err := tx.Version(published[1].Digest)
		if err == nil && old.Sources["course.yaml"] != string(text) {
			t.Error("the version before is not kept as it was written")
		}
		return err
	})
}

// until waits for a word in the log of the process.
func until(ctx context.Context, t *testing.T, w *outside, word string) {
	t.Helper()
	for !strings.Contains(w.logs(), word) {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			t.Fatalf("the log never says %q:\n%s", word, w.logs())
		}
	}
}

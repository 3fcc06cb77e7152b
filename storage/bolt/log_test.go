package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/internal/outbox"
	"voronka/storage"
)

func crashed(t *testing.T, path string, keys ...string) {
	t.Helper()
	store, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		keep(t, store, key)
	}
	// What a killed process leaves: the database as it was settled last, and the log.
	var whole bytes.Buffer
	if err := store.db.View(func(b *bbolt.Tx) error { _, err := b.WriteTo(&whole); return err }); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + logSuffix)
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, whole.Bytes(), 0o600), os.WriteFile(path+logSuffix, log, 0o600)); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, store *Store, key string) {
	t.Helper()
	err := store.Update(context.Background(), func(tx storage.Tx) error {
		if err := tx.PutRef(key, "kept"); err != nil {
			return err
		}
		_, err := tx.Enqueue(outbox.Job{Lane: "chat/tg:1", Kind: "say", EnqueuedAt: time.Unix(1, 0), NotBefore: time.Unix(1, 0)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// holds lists which of the keys a database has.
func holds(t *testing.T, path string, keys ...string) string {
	t.Helper()
	store, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var found []string
	err = store.View(t.Context(), func(tx storage.Tx) error {
		for _, key := range keys {
			if value, err := tx.Ref(key); err == nil && value == "kept" {
				found = append(found, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(found, " ")
}

func TestLogOutlivesACrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	crashed(t, path, "a", "b", "c")
	if got := holds(t, path, "a", "b", "c"); got != "a b c" {
		t.Errorf("after a crash there is %q", got)
	}
	if _, err := os.Stat(path + logSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database that nobody uses is more than one file: %v", err)
	}
}

// A commit that never ended is cut off; those before it stay.
func TestLogIsTorn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "voronka.db")
	crashed(t, path, "a", "b", "c")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + logSuffix)
	if err != nil {
		t.Fatal(err)
	}
	had := map[string]bool{}
	for cut := 0; cut <= len(log); cut += 7 {
		torn := filepath.Join(dir, fmt.Sprint("torn", cut))
		if err := errors.Join(os.WriteFile(torn, whole, 0o600), os.WriteFile(torn+logSuffix, log[:cut], 0o600)); err != nil {
			t.Fatal(err)
		}
		had[holds(t, torn, "a", "b", "c")] = true
	}
	for _, want := range []string{"", "a", "a b"} {
		if !had[want] {
			t.Errorf("no cut left %q", want)
		}
		delete(had, want)
	}
	delete(had, "a b c")
	if len(had) > 0 {
		t.Errorf("something else was left: %v", had)
	}
}

// A log that is no continuation of the database is put aside, not made part of it.
func TestLogOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.db"), filepath.Join(dir, "theirs.db")
	crashed(t, ours, "a")
	crashed(t, theirs, "b")
	if err := os.Rename(ours+logSuffix, theirs+logSuffix); err != nil {
		t.Fatal(err)
	}
	store, err := Open(theirs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(store.Aside()); store.Aside() == "" || err != nil {
		t.Errorf("the log was put to %q: %v", store.Aside(), err)
	}
	keep(t, store, "c")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, theirs, "a", "b", "c"); got != "c" {
		t.Errorf("there is %q", got)
	}
}

// What is settled is not made again by the log that a crash left behind it.
func TestLogOfASettledRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	crashed(t, path, "a")
	old, err := os.ReadFile(path + logSuffix)
	if err != nil {
		t.Fatal(err)
	}
	store, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), func(tx storage.Tx) error { return tx.PutRef("a", "changed") })
	if err := errors.Join(err, store.Close(), os.WriteFile(path+logSuffix, old, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, path, "a"); got != "" {
		t.Errorf("an old commit was made again: %q", got)
	}
}

// A transaction that is given up leaves what was committed before it, although
// all share bbolt's.
func TestAbortKeepsTheLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	store, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, store, "a")
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		_ = tx.PutRef("b", "kept")
		store.drop() // as after a page that could not be read
		panic("broken")
	})
	if err == nil {
		t.Error("a broken transaction was committed")
	}
	keep(t, store, "c")
	var jobs int
	err = store.View(t.Context(), func(tx storage.Tx) error {
		waiting, err := tx.Waiting(10)
		jobs = len(waiting)
		return err
	})
	if err := errors.Join(err, store.Close()); err != nil || jobs != 2 {
		t.Errorf("%d jobs, %v", jobs, err)
	}
	if got := holds(t, path, "a", "b", "c"); got != "a c" {
		t.Errorf("there is %q", got)
	}
}

func TestPeekReadsAndCannotWrite(t *testing.T) {
	t.Parallel()
	store, err := Open(filepath.Join(t.TempDir(), "voronka.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	keep(t, store, "a")
	err = store.Peek(t.Context(), func(tx storage.Tx) error {
		if value, err := tx.Ref("a"); value != "kept" {
			t.Errorf("read %q, %v", value, err)
		}
		if _, err := tx.Enqueue(outbox.Job{Lane: "chat/tg:1", Kind: "say"}); err == nil {
			t.Error("a job was enqueued")
		}
		return tx.PutRef("b", "kept")
	})
	if err == nil {
		t.Error("it can write")
	}
}

func TestAnnounceFirstOfALane(t *testing.T) {
	t.Parallel()
	store, err := Open(filepath.Join(t.TempDir(), "voronka.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var told []int64
	store.Announce(func(job outbox.Job) { told = append(told, job.ID) })
	keep(t, store, "a")
	keep(t, store, "b") // behind the first one
	_ = store.Update(t.Context(), func(tx storage.Tx) error {
		_, _ = tx.Enqueue(outbox.Job{Lane: "chat/tg:2", Kind: "say"})
		return errors.New("no")
	})
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		return errors.Join(tx.Remove(outbox.Job{ID: 1}), tx.Remove(outbox.Job{ID: 2}))
	})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, store, "c")
	keep(t, store, "d")
	if err := store.Update(t.Context(), func(tx storage.Tx) error { return tx.Remove(outbox.Job{ID: 4}) }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(told) != "[1 4 5]" {
		t.Errorf("told of %v", told)
	}
}

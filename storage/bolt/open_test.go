package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/storage"
	"voronka/storage/bolt"
)

func put(t testing.TB, store *bolt.Store, key, value string) {
	t.Helper()
	if err := store.Update(context.Background(), func(tx storage.Tx) error { return tx.PutRef(key, value) }); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, store *bolt.Store, key string) (value string) {
	t.Helper()
	err := store.View(context.Background(), func(tx storage.Tx) (err error) {
		value, err = tx.Ref(key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// opens tells how a file cannot be opened.
func opens(t *testing.T, path string) error {
	t.Helper()
	store, err := bolt.Open(path, bolt.Options{Timeout: 20 * time.Millisecond})
	if err == nil {
		t.Cleanup(func() { _ = store.Close() })
	}
	return err
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	path := temp(t)
	store := open(t, path, bolt.Options{})
	err := opens(t, path)
	if !errors.Is(err, bolt.ErrLocked) || !strings.Contains(err.Error(), "used by another process") {
		t.Errorf("got error %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := opens(t, path); err != nil {
		t.Errorf("after the other has closed it: %v", err)
	}
}

func TestOpenRights(t *testing.T) {
	t.Parallel()
	path := temp(t)
	open(t, path, bolt.Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the customers' data: %v", info.Mode())
	}
	err = opens(t, filepath.Join(t.TempDir(), "no", "such", "folder.db"))
	if !errors.Is(err, os.ErrNotExist) || errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("got error %v", err)
	}
}

func TestOpenNewer(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]error{"4": bolt.ErrNewer, "3": nil, "2": nil, "1": nil, "x": bolt.ErrDamaged} {
		path := temp(t)
		if err := open(t, path, bolt.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(b *bbolt.Tx) error { return b.Bucket([]byte("meta")).Put([]byte("layout"), []byte(value)) })
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if err := opens(t, path); !errors.Is(err, want) {
			t.Errorf("layout %s: got error %v, want %v", value, err, want)
		}
	}
}

// A file may be anything: somebody's text, cut short, or with broken pages. It
// is refused, or opened; it never takes the process down, and never stays locked.
func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	path := temp(t)
	store := open(t, path, bolt.Options{})
	for i := range 500 {
		put(t, store, fmt.Sprint("key", i), strings.Repeat("я", 100))
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole = bytes.TrimRight(whole, "\x00")
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 64<<10)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	cases := map[string][]byte{
		"a text":       []byte(strings.Repeat("Это не база данных.\n", 1000)),
		"a short text": []byte("flow: course\n"),
		"noise":        noise,
		"one page":     whole[:4096],
		"both metas":   whole[:8192],
		"half":         whole[:len(whole)/2],
	}
	for i := range 40 {
		broken := bytes.Clone(whole)
		page := 2 + random.IntN(len(broken)/4096-2)
		copy(broken[page*4096:], noise[:32+random.IntN(4000)])
		cases[fmt.Sprint("noise in a page, ", i)] = broken
	}
	for name, content := range cases {
		path := temp(t)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			err := opens(t, path)
			if err != nil && !errors.Is(err, bolt.ErrDamaged) {
				t.Errorf("%s: got error %v", name, err)
			}
			if err == nil {
				if !strings.HasPrefix(name, "noise in") {
					t.Errorf("%s: opened", name)
				}
				break
			}
		}
	}
}

func TestMaxSize(t *testing.T) {
	t.Parallel()
	path := temp(t)
	store := open(t, path, bolt.Options{MaxSize: 1 << 20, NoSync: true})
	put(t, store, "first", "kept")
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = store.Update(t.Context(), func(tx storage.Tx) error {
			return tx.PutRef(fmt.Sprint("key", i), strings.Repeat("x", 4096))
		})
	}
	if err == nil || !strings.Contains(err.Error(), "maximum size") || !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("got error %v", err)
	}
	if got := get(t, store, "first"); got != "kept" {
		t.Errorf("read %q from a full database", got)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, open(t, path, bolt.Options{}), "first"); got != "kept" {
		t.Errorf("read %q after opening it with more room", got)
	}
}

func TestCopyIsADatabase(t *testing.T) {
	t.Parallel()
	store := open(t, temp(t), bolt.Options{NoSync: true})
	put(t, store, "deal:tg:1", "777")
	path := temp(t)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := store.WriteTo(file)
	if err := errors.Join(err, file.Close()); err != nil || n == 0 {
		t.Fatalf("copied %d bytes: %v", n, err)
	}
	if got := get(t, open(t, path, bolt.Options{}), "deal:tg:1"); got != "777" {
		t.Errorf("the copy holds %q", got)
	}
}

// TestFileThatIsReplacedMeanwhile has a bot wait for the lock of a database that
// is restored: it gets the one that was put in its place, not the one put aside.
func TestFileThatIsReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	path, copied := temp(t), temp(t)
	fresh, err := bolt.Open(copied, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	put(t, fresh, "which", "the copy")
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	old := open(t, path, bolt.Options{NoSync: true})
	put(t, old, "which", "the old one")
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	type opened struct {
		store *bolt.Store
		err   error
	}
	waits := make(chan opened, 1)
	err = bolt.Hold(path, func() error {
		if err := bolt.Hold(path, func() error { return nil }); !errors.Is(err, bolt.ErrLocked) {
			t.Errorf("held twice: %v", err)
		}
		go func() {
			store, err := bolt.Open(path, bolt.Options{NoSync: true, Timeout: time.Minute})
			waits <- opened{store, err}
		}()
		for holders(path) == 1 { // until it has the file open, and waits
			runtime.Gosched()
		}
		return os.Rename(copied, path)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := <-waits
	if got.err != nil {
		t.Fatal(got.err)
	}
	defer got.store.Close()
	if which := get(t, got.store, "which"); which != "the copy" {
		t.Errorf("it opened %s", which)
	}
}

// holders is how often this process has a file open, 0 where the system does not tell.
func holders(path string) (n int) {
	names, _ := filepath.Glob("/proc/self/fd/*")
	for _, name := range names {
		if to, err := os.Readlink(name); err == nil && to == path {
			n++
		}
	}
	return n
}

func TestHoldOfWhatIsNotThereOrDamaged(t *testing.T) {
	t.Parallel()
	damaged := temp(t)
	if err := os.WriteFile(damaged, []byte("damaged by a disk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{temp(t), damaged} {
		ran := false
		if err := bolt.Hold(path, func() error { ran = true; return nil }); err != nil || !ran {
			t.Errorf("%v, ran %t", err, ran)
		}
	}
}

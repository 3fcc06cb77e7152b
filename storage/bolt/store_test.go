package bolt_test

import (
	"path/filepath"
	"testing"

	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/storage/storagetest"
)

func open(t testing.TB, path string, options bolt.Options) *bolt.Store {
	t.Helper()
	store, err := bolt.Open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "voronka.db") }

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, temp(t), bolt.Options{}) })
}

func TestReopen(t *testing.T) {
	t.Parallel()
	path := temp(t)
	storagetest.RunReopen(t, func(t *testing.T) storage.Store { return open(t, path, bolt.Options{}) })
}

func TestCarry(t *testing.T) {
	t.Parallel()
	empty := func(t *testing.T) storage.Carrier { return open(t, temp(t), bolt.Options{}) }
	storagetest.RunCarry(t, empty, empty)
}

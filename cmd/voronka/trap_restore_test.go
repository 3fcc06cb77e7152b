package main

import (
	"os"
	"path/filepath"
	"testing"

	"voronka/storage"
	"voronka/storage/bolt"
)

// TestTrapRestoreDeletesTheScheme: at salebot a restored copy wipes the current
// scheme. Here flows are files that no copy touches, the database that is
// replaced stays beside the new one, and a new folder is never laid over an old one.
func TestTrapRestoreDeletesTheScheme(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.put("tg:1")
	file, flows := filepath.Join(w.dir, "copy.db"), filepath.Join(w.dir, "mine")
	w.does(exitOK, nil, "init", flows)
	scheme := filepath.Join(flows, "course.yaml")
	if err := os.WriteFile(scheme, []byte("start: a\nstates: {a: {do: [{say: Моё}], end: true}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(scheme)
	if err != nil {
		t.Fatal(err)
	}
	w.does(exitOK, nil, "backup", file)
	w.put("tg:2")
	w.does(exitOK, []string{"VORONKA_FLOWS=" + flows}, "restore", file)
	w.does(exitFault, nil, "init", flows)
	if after, err := os.ReadFile(scheme); err != nil || string(after) != string(written) {
		t.Errorf("the scheme is now %q, %v", after, err)
	}
	kept, err := filepath.Glob(w.database() + ".before-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	if info, err := bolt.Check(kept[0]); err != nil || info.Contacts != 2 {
		t.Errorf("the kept database: %+v, %v", info, err)
	}
	w.read(func(tx storage.Tx) error {
		_, err := tx.Contact("tg:1")
		return err
	})
}

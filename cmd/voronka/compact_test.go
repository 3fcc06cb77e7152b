package main

import (
	"os"
	"path/filepath"
	"testing"

	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

func TestCompactPutsTheNewFileInPlace(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.expect(w.does(exitFault, nil, "compact"), "базы ещё нет")
	store, err := bolt.Open(w.database(), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Update(t.Context(), func(tx storage.Tx) error { return tx.PutContact(sales.Contact{ID: "tg:1"}) }); err != nil {
		t.Fatal(err)
	}
	w.expect(w.does(exitFault, nil, "compact"), "занята работающим ботом")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	w.expect(w.does(exitOK, nil, "compact"), "База переписана без пустот и проверена", ".before-")
	w.read(func(tx storage.Tx) error {
		_, err := tx.Contact("tg:1")
		return err
	})
	if left, _ := filepath.Glob(filepath.Join(w.dir, ".voronka-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := os.WriteFile(w.database(), []byte("испорчено"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.expect(w.does(exitFault, nil, "compact"), w.database())
}

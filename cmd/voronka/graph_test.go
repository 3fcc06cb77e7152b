package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/storage"
	"voronka/storage/bolt"
)

// TestGraphCounts: customers are counted where they stand, and once in each
// state that their journals name, however often they came.
func TestGraphCounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "course.yaml")
	if err := os.WriteFile(file, []byte(planned), 0o600); err != nil {
		t.Fatal(err)
	}
	flow, found, err := loader().LoadFile(file)
	if err != nil || flow == nil {
		t.Fatal(err, found)
	}
	database := fill(t, dir, flow, flows.Session{State: "b"}, flows.Session{State: "b"}, flows.Session{State: "a"})
	store, err := bolt.Open(database, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for range 600 { // more than one page of a journal
			if err := tx.Append("tg:1", flows.Line{At: at, State: "a"}, flows.Line{At: at, State: "b"}); err != nil {
				return err
			}
		}
		return tx.Append("tg:3", flows.Line{At: at, State: "c"}, flows.Line{At: at, State: "a"})
	})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	for _, svg := range []bool{false, true} {
		a, out := testApp(t, "ru")
		err := (&graphCommand{Flow: file, Counts: database, SVG: svg}).Run(a)
		for _, want := range []string{"1 здесь · 2 прошли", "2 здесь · 2 прошли", "0 здесь · 1 прошли"} {
			if err != nil || !strings.Contains(out.String(), want) {
				t.Errorf("svg %v: %v, no %q in\n%s", svg, err, want, out)
			}
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// recordDialog has a customer play a script and keeps what a bot would have
// kept of it: record FLOW DATABASE CONTACT SCRIPT.
func recordDialog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: record flow database contact script")
	}
	flow, found, err := loader().LoadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if flow == nil {
		ts.Fatalf("%+v", found)
	}
	stage := flows.NewRehearsal(flows.Engine{}, flow, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	stage.Contact.ID = args[2]
	var journal []flows.Line
	stage.Watch = func(_ flows.Session, _ flows.Input, turn flows.Turn) { journal = append(journal, turn.Journal...) }
	for line := range strings.Lines(ts.ReadFile(args[3])) {
		_, err := stage.Do(strings.TrimSpace(line))
		ts.Check(err)
	}
	ts.Check(keepDialog(ts.MkAbs(args[1]), stage.Contact, stage.Session, journal))
}

func keepDialog(database string, contact sales.Contact, session flows.Session, journal []flows.Line) error {
	store, err := bolt.Open(database, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	err = store.Update(context.Background(), func(tx storage.Tx) error {
		return errors.Join(tx.PutContact(contact), tx.PutSession(session), tx.Append(contact.ID, journal...))
	})
	return errors.Join(err, store.Close())
}

// TestReplayOfARealDialog lets the real bot sell a course, then replays what it
// kept: the same funnels say the very same, an edited one does not.
func TestReplayOfARealDialog(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.start()
	if err := errors.Join(w.customer(501).buy(t.Context()), w.idle(t.Context())); err != nil {
		t.Fatal(err)
	}
	w.stop()
	replayed := func(dir string) (report replayReport) {
		a, out := testApp(t, "ru")
		err := (&replayCommand{Dir: dir, Database: w.database(), JSON: true}).Run(a)
		if err := json.Unmarshal(out.Bytes(), &report); err != nil {
			t.Fatal(err, out)
		}
		if (err != nil) != (report.Differ > 0) {
			t.Errorf("ended with %v: %s", err, out)
		}
		return report
	}
	dir := filepath.Join(w.dir, "flows")
	same := replayed(dir)
	if same.Dialogs != 1 || same.Differ+same.Stopped > 0 || len(same.List) != 1 || same.List[0].Inputs < 7 {
		t.Fatalf("the same funnels: %+v", same)
	}
	file := filepath.Join(dir, "course.yaml")
	course, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(course), "Напишите вашу почту", "Какая у вас почта")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	other := replayed(dir)
	if other.Differ != 1 {
		t.Fatalf("another text: %+v", other)
	}
	asks := func(said flows.Said) bool { return strings.Contains(said.Text, "Какая у вас почта") }
	if first := other.List[0].First; slices.ContainsFunc(first.Was, asks) || !slices.ContainsFunc(first.Becomes, asks) {
		t.Errorf("another text: %+v", first)
	}
}

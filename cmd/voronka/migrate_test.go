package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/storage"
)

// TestMigrateThereAndBack carries a real history from a file into PostgreSQL,
// lets several processes go on with it, and carries it back into a file that
// one process goes on with: each time the dialogs go on where they stood.
func TestMigrateThereAndBack(t *testing.T) {
	t.Parallel()
	f, ctx := newFleet(t, "webhook", 2)
	first := f.database()
	f.env, f.shared = append(f.env, "VORONKA_DATABASE="+first), ""
	address, err := f.cluster.Database(ctx)
	if err != nil {
		t.Fatal(err)
	}

	one := f.ships[0]
	one.start()
	one.ready(ctx)
	early, late, later := f.customer(1), f.customer(2), f.customer(3)
	for _, step := range []error{early.buy(ctx), late.askForLink(ctx), later.askForLink(ctx)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	f.calm(ctx)
	f.expect(f.does(exitFault, nil, "migrate", first, address), "занята работающим ботом")
	one.stop()

	there := f.carry(first, address)
	f.expect(f.does(exitFault, nil, "migrate", first, address), "не пуста")
	f.shared, f.env = address, append(f.env, "VORONKA_DATABASE="+address)
	f.sail(ctx)
	f.expect(f.does(exitFault, nil, "migrate", address, filepath.Join(f.dir, "none.db")), "занята работающим ботом")
	f.expect(f.does(exitOK, nil, "doctor"), "работающих процессов 2")
	copied := filepath.Join(f.dir, "hot.db")
	f.expect(f.does(exitOK, nil, "backup", copied), "Копия готова и проверена")
	if err := late.finish(ctx); err != nil {
		t.Fatal(err)
	}
	f.moor(ctx)

	last := filepath.Join(f.dir, "last.db")
	f.expect(f.does(exitFault, nil, "migrate", address, copied), "уже есть")
	back := f.carry(address, last)
	if len(back) != len(there) {
		t.Errorf("kinds there %v, back %v", there, back)
	}
	f.shared, f.env = last, append(f.env, "VORONKA_DATABASE="+last)
	one.start()
	one.ready(ctx)
	if err := later.finish(ctx); err != nil {
		t.Fatal(err)
	}
	f.calm(ctx)
	one.stop()
	f.judgeMoney([]*customer{early, late, later})
	f.judgeMirror([]*customer{early, late, later})
	for _, customer := range []*customer{early, late, later} {
		f.onceEach(customer)
	}

	// The copy that was made on the go comes back into an empty database.
	if address, err = f.cluster.Database(ctx); err != nil {
		t.Fatal(err)
	}
	f.expect(f.does(exitOK, []string{"VORONKA_DATABASE=" + address}, "restore", copied), "База возвращена и проверена")
	f.expect(f.does(exitFault, []string{"VORONKA_DATABASE=" + address}, "restore", copied), "не пуста")
	f.shared = address
	f.read(func(tx storage.Tx) error {
		_, err := tx.Contact("tg:1")
		return err
	})
}

// carry migrates, and again into another place, with the same sums.
func (f *fleet) carry(from, to string) []storage.Sum {
	f.t.Helper()
	var answers [2]struct{ Kinds []storage.Sum }
	for i, to := range []string{to, filepath.Join(f.dir, time.Now().Format("150405.000000")+".db")} {
		printed := f.does(exitOK, nil, "migrate", "--json", from, to)
		if err := json.NewDecoder(bytes.NewBufferString(printed)).Decode(&answers[i]); err != nil {
			f.t.Fatalf("%v: %s", err, printed)
		}
	}
	if diff := cmp.Diff(answers[0].Kinds, answers[1].Kinds); diff != "" {
		f.t.Errorf("carried twice (-first +second):\n%s", diff)
	}
	return answers[0].Kinds
}

package bot_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"voronka/flows"
	"voronka/storage"
)

// TestProjectCounter: forty customers come at once and each takes a number; no
// two have the same, and a restart forgets none.
func TestProjectCounter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `start: a
vars: {taken: {type: number, default: 0, scope: project}}
states: {a: {do: [{calc: project.taken = taken + 1}, {say: "№ #{taken}"}], end: true}}
`)
	const customers = 40
	come := func(i int) {
		contact := fmt.Sprint("tg:", i)
		in := flows.Input{ID: fmt.Sprint("tg:u", i), Kind: flows.Command, Text: "start", Contact: contact, At: w.clock.Now(), Profile: flows.Profile{ChatID: int64(i)}}
		if err := w.Handle(t.Context(), in); err != nil {
			t.Error(err)
		}
	}
	var group sync.WaitGroup
	for i := range customers - 1 {
		group.Go(func() { come(100 + i) })
	}
	group.Wait()
	w.restart()
	come(100 + customers)
	var said []string
	err := w.store.View(t.Context(), func(tx storage.Tx) error {
		for i := range customers + 1 {
			lines, err := tx.Journal(fmt.Sprint("tg:", 100+i), 0, 10)
			if err != nil {
				return err
			}
			for _, line := range lines {
				if line.Who == flows.Bot {
					said = append(said, line.Text)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(said)
	if len(slices.Compact(said)) != customers || !slices.Contains(said, "№ 40") {
		t.Errorf("said %q", said)
	}
}

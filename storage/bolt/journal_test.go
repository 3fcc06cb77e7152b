package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/storage"
)

// TestLinesAreNumbered appends lines of a few customers at random, with
// transactions that fail, with and without lines of their own, lines that are
// taken as they came, crashes, looks and erasures in between, and compares the
// journals with plain lists.
func TestLinesAreNumbered(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &holdings{t: t, random: rand.New(rand.NewPCG(seed, 11)), path: filepath.Join(t.TempDir(), "voronka.db")}
			w.open()
			said := map[string][]string{}
			for range 500 {
				said = w.say(said)
				switch w.random.IntN(60) {
				case 0:
					w.crash()
				case 1:
					w.compareJournals(said)
				}
			}
			w.compareJournals(said)
			if err := w.store.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// say is one transaction of a few lines; it gives what then is in the journals.
func (w *holdings) say(before map[string][]string) map[string][]string {
	w.t.Helper()
	said, fails := map[string][]string{}, w.random.IntN(5) == 0
	for contact, lines := range before {
		said[contact] = slices.Clone(lines)
	}
	err := w.store.Update(context.Background(), func(t storage.Tx) error {
		for range w.random.IntN(5) {
			contact := fmt.Sprintf("tg:%d", w.random.IntN(12))
			var err error
			switch text := fmt.Sprint(w.random.IntN(1000)); w.random.IntN(12) {
			case 0:
				for i := range said[contact] {
					said[contact][i] = ""
				}
				err = t.Erase(contact)
			case 1:
				said[contact] = append(said[contact], text)
				err = t.(*tx).take(storage.Record{Kind: storage.RecordLine, Key: contact, Number: int64(len(said[contact])), Body: []byte(`{"text":"` + text + `"}`)})
			default:
				said[contact] = append(said[contact], text, text)
				err = t.Append(contact, flows.Line{Text: text}, flows.Line{Text: text})
			}
			if err != nil {
				return err
			}
		}
		if fails {
			return errGivenUp
		}
		return nil
	})
	if fails != errors.Is(err, errGivenUp) || !fails && err != nil {
		w.t.Fatal(err)
	}
	if fails {
		return before
	}
	return said
}

func (w *holdings) compareJournals(want map[string][]string) {
	w.t.Helper()
	look := w.store.View
	if w.random.IntN(2) == 0 {
		look = w.store.Peek
	}
	got := map[string][]string{}
	err := look(context.Background(), func(t storage.Tx) error {
		for contact := range want {
			lines, err := t.Journal(contact, 0, 10_000)
			if err != nil {
				return err
			}
			for _, line := range lines {
				got[contact] = append(got[contact], line.Text)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Fatal(diff)
	}
}

package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"voronka/storage"
)

// TestHeldBackIsSeen writes, removes and reads at random in a bucket that holds
// writes back, with transactions that fail, crashes in between and looks from
// outside, and compares each look with a plain map.
func TestHeldBackIsSeen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &holdings{t: t, random: rand.New(rand.NewPCG(seed, 7)), path: filepath.Join(t.TempDir(), "voronka.db"), have: map[string]string{}}
			w.open()
			for range 400 {
				w.turn()
				switch w.random.IntN(60) {
				case 0:
					w.crash()
				case 1:
					w.look()
				}
			}
			w.look()
			if err := w.store.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

type holdings struct {
	t      *testing.T
	random *rand.Rand
	path   string
	store  *Store
	have   map[string]string
}

func (w *holdings) open() {
	w.t.Helper()
	var err error
	if w.store, err = Open(w.path, Options{NoSync: true}); err != nil {
		w.t.Fatal(err)
	}
}

var errGivenUp = errors.New("given up")

// turn is one transaction of a few writes, every fifth of which fails.
func (w *holdings) turn() {
	w.t.Helper()
	want, fails := maps.Clone(w.have), w.random.IntN(5) == 0
	err := w.store.Update(context.Background(), func(t storage.Tx) error {
		for range w.random.IntN(60) {
			if err := w.write(t.(*tx), want); err != nil {
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
	if !fails {
		w.have = want
	}
}

func (w *holdings) write(t *tx, want map[string]string) error {
	key := fmt.Sprint(w.random.IntN([]int{30, 2500}[w.random.IntN(2)])) // some are written again and again
	switch w.random.IntN(8) {
	case 0, 1:
		delete(want, key)
		return t.delete(bucketJobs, []byte(key))
	case 2:
		if got := t.get(bucketJobs, []byte(key)); string(got) != want[key] || (got == nil) != (want[key] == "") {
			return fmt.Errorf("%q stands under %s, want %q", got, key, want[key])
		}
		return nil
	case 3:
		if w.random.IntN(40) == 0 {
			return same(t, want)
		}
		return nil
	}
	want[key] = fmt.Sprint("value ", w.random.Int())
	return t.put(bucketJobs, []byte(key), []byte(want[key]))
}

func same(t *tx, want map[string]string) error {
	got, last := map[string]string{}, []byte(nil)
	for key, value := range t.scan(bucketJobs, nil) {
		if bytes.Compare(key, last) <= 0 {
			return fmt.Errorf("%s comes behind %s", key, last)
		}
		last = bytes.Clone(key)
		got[string(key)] = string(value)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("the bucket (-want +got):\n%s", diff)
	}
	return nil
}

func (w *holdings) look() {
	w.t.Helper()
	err := w.store.View(context.Background(), func(t storage.Tx) error { return same(t.(*tx), w.have) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// crash leaves the database as it was settled last, and the log.
func (w *holdings) crash() {
	w.t.Helper()
	var settled bytes.Buffer
	err := w.store.db.View(func(b *bbolt.Tx) error { _, err := b.WriteTo(&settled); return err })
	log, unread := os.ReadFile(w.path + logSuffix)
	if err := errors.Join(err, unread, w.store.Close()); err != nil {
		w.t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(w.path, settled.Bytes(), 0o600), os.WriteFile(w.path+logSuffix, log, 0o600)); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

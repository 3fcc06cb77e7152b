package bolt

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/storage"
)

// TestPagesOfWhatComesInOrderAreFull settles many times, as a busy bot does.
func TestPagesOfWhatComesInOrderAreFull(t *testing.T) {
	t.Parallel()
	store, err := Open(filepath.Join(t.TempDir(), "voronka.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for range 20 {
		err := store.Update(t.Context(), func(tx storage.Tx) error {
			for range 500 {
				at = at.Add(time.Second)
				if _, err := tx.See(fmt.Sprint("tg:", at.Unix()), at); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = store.View(t.Context(), func(storage.Tx) error { return nil })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = store.db.View(func(b *bbolt.Tx) error {
		for _, name := range []bucket{bucketInputs, bucketInputsAt} {
			if s := b.Bucket([]byte(name)).Stats(); s.KeyN != 10_000 || s.LeafInuse*10 < s.LeafAlloc*8 {
				t.Errorf("%s: %d of %d bytes are used by %d keys", name, s.LeafInuse, s.LeafAlloc, s.KeyN)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

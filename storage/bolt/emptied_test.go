package bolt_test

import (
	"path/filepath"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/bolt"
)

// TestLatestOfAnEmptiedQueueEnds: within the transaction that emptied many
// pages bbolt's own way to the last entry goes round for ever.
func TestLatestOfAnEmptiedQueueEnds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	var jobs []outbox.Job
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for range 500 {
			job, err := outbox.New("lane", "say", "some words to fill a page with", time.Unix(1_800_000_000, 0))
			if err != nil {
				return err
			}
			if job, err = tx.Enqueue(job); err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil { // the pages are written
		t.Fatal(err)
	}
	if store, err = bolt.Open(path, bolt.Options{NoSync: true}); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for _, job := range jobs {
			if err := tx.Remove(job); err != nil {
				return err
			}
		}
		left, err := tx.Latest(0, 10)
		if len(left) > 0 {
			t.Errorf("left %v", left)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

package bolt

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// TestEmptiedPagesAreSteppedOver looks back over neighbours that are gone since
// bbolt last wrote its pages: it leaves them empty until it writes again.
func TestEmptiedPagesAreSteppedOver(t *testing.T) {
	t.Parallel()
	const count = 2000
	store, err := Open(filepath.Join(t.TempDir(), "voronka.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	noon := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	person := func(i int, at time.Time) sales.Contact {
		return sales.Contact{ID: fmt.Sprint("tg:", i), ActiveAt: at.Add(time.Duration(i) * time.Second)}
	}
	change := func(fn func(tx storage.Tx) error) {
		t.Helper()
		if err := store.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	var jobs []outbox.Job
	change(func(tx storage.Tx) error {
		for i := range count {
			job, err := outbox.New(outbox.Lane(fmt.Sprint("crm/tg:", i)), "mirror", "x", noon)
			if err == nil {
				job, err = tx.Enqueue(job)
			}
			if err == nil {
				err = tx.PutContact(person(i, noon))
			}
			if err != nil {
				return err
			}
			jobs = append(jobs, job)
		}
		return nil
	})
	if err := store.View(t.Context(), func(storage.Tx) error { return nil }); err != nil { // bbolt writes
		t.Fatal(err)
	}
	change(func(tx storage.Tx) error {
		for i := 10; i < count-10; i++ {
			if err := tx.Remove(jobs[i]); err != nil {
				return err
			}
			if err := tx.PutContact(person(i, noon.Add(time.Hour))); err != nil {
				return err
			}
		}
		return nil
	})
	change(func(tx storage.Tx) error {
		for below, want := range map[int64]int{0: 20, jobs[count-10].ID: 10, jobs[5].ID: 5, jobs[0].ID: 0} {
			if latest, err := tx.Latest(below, count); err != nil || len(latest) != want {
				t.Errorf("%d of %d jobs stand before %d, %v", len(latest), want, below, err)
			}
		}
		if everybody, err := tx.Contacts(sales.Contact{}, count); err != nil || len(everybody) != count {
			t.Errorf("%d of %d contacts are listed, %v", len(everybody), count, err)
		}
		return nil
	})
}

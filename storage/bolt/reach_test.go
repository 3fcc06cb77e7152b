package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/sales"
	"voronka/storage"
)

// older makes a file as a Voronka without the index left it when it was killed:
// half of the contacts are in the log alone.
func older(t testing.TB, contacts int) (path string) {
	t.Helper()
	dir := t.TempDir()
	store, err := Open(filepath.Join(dir, "older.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	write := func(from, until int) {
		err := store.Update(context.Background(), func(update storage.Tx) error {
			for i := from; i < until; i++ {
				c := sales.Contact{ID: fmt.Sprint("tg:", i), Phone: fmt.Sprintf("+79%09d", i), Email: fmt.Sprintf("Anna%d@mail.ru", i)}
				if err := update.(*tx).save(bucketContacts, []byte(c.ID), c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write(0, contacts/2)
	path = filepath.Join(dir, "voronka.db")
	file, err := os.Create(path)
	if err == nil {
		_, err = store.WriteTo(file)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	write(contacts/2, contacts)
	log, err := os.ReadFile(filepath.Join(dir, "older.db"+logSuffix))
	if err = errors.Join(err, store.Close(), os.WriteFile(path+logSuffix, log, 0o600)); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(b *bbolt.Tx) error {
		meta := b.Bucket([]byte("meta"))
		return errors.Join(
			b.DeleteBucket([]byte(bucketPhones)), b.DeleteBucket([]byte(bucketEmails)),
			meta.Delete([]byte(reachMark)), meta.Put([]byte("layout"), []byte("2")),
		)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// known wants everybody of older to be found.
func known(t *testing.T, store *Store, contacts int) {
	t.Helper()
	err := store.View(t.Context(), func(view storage.Tx) error {
		for i := range contacts {
			id := fmt.Sprint("tg:", i)
			byPhone, err := view.ByPhone(fmt.Sprintf("+79%09d", i), 9)
			byEmail, err2 := view.ByEmail(fmt.Sprintf("anna%d@mail.ru", i), 9)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			if len(byPhone) != 1 || byPhone[0].ID != id || len(byEmail) != 1 || byEmail[0].ID != id {
				return fmt.Errorf("%s: %d by phone, %d by e-mail", id, len(byPhone), len(byEmail))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOlderFileIsIndexed(t *testing.T) {
	t.Parallel()
	path := older(t, 500)
	for range 2 {
		store, err := Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		known(t, store, 500)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := Check(path); err != nil || info.Layout != layout {
		t.Errorf("layout %d, %v", info.Layout, err)
	}
}

// TestIndexingGoesOn kills the process behind each of its steps.
func TestIndexingGoesOn(t *testing.T) {
	t.Parallel()
	for steps := range 5 {
		path := older(t, 40)
		if err := Settle(path); err != nil { // which also opens it
			t.Fatal(err)
		}
		db, err := openFile(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(b *bbolt.Tx) error {
			return errors.Join(
				b.DeleteBucket([]byte(bucketPhones)), b.DeleteBucket([]byte(bucketEmails)),
				b.Bucket([]byte("meta")).Delete([]byte(reachMark)), prepare(b),
			)
		})
		for range steps {
			err = errors.Join(err, db.Update(func(b *bbolt.Tx) error { return indexSome(b, 13) }))
		}
		var mark []byte
		err = errors.Join(err, db.View(func(b *bbolt.Tx) error { mark = []byte(reached(b)); return nil }), db.Close())
		if err != nil {
			t.Fatal(err)
		}
		if done := bytes.Equal(mark, []byte(reachAll)); done != (steps == 4) {
			t.Errorf("after %d steps the mark is %q", steps, mark)
		}
		store, err := Open(path, Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		known(t, store, 40)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBrokenRecordStopsNoIndexing proves that one record that cannot be read
// keeps nobody else from being found.
func TestBrokenRecordStopsNoIndexing(t *testing.T) {
	t.Parallel()
	path := older(t, 10)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(b *bbolt.Tx) error {
		return b.Bucket([]byte(bucketContacts)).Put([]byte("tg:!"), []byte(`{"ID":`))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	store, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	known(t, store, 10)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkIndexing opens a file of an older Voronka, once, beside what it takes
// to read the same contacts.
func BenchmarkIndexing(b *testing.B) {
	const contacts = 100_000
	for b.Loop() {
		b.StopTimer()
		path := older(b, contacts)
		if err := Settle(path); err != nil {
			b.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			b.Fatal(err)
		}
		err = db.Update(func(b *bbolt.Tx) error {
			return errors.Join(b.DeleteBucket([]byte(bucketPhones)), b.DeleteBucket([]byte(bucketEmails)), b.Bucket([]byte("meta")).Delete([]byte(reachMark)))
		})
		if err := errors.Join(err, db.Close()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		begun := time.Now()
		store, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		opened := time.Since(begun)
		b.StopTimer()
		begun = time.Now()
		err = store.View(context.Background(), func(view storage.Tx) error { _, err := view.Everyone("", contacts); return err })
		b.ReportMetric(float64(opened)/float64(time.Since(begun)), "readings")
		if err := errors.Join(err, store.Close()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkByPhone finds one of many by phone. The metric is how many times
// longer it takes to go through them until the one in the middle is met.
func BenchmarkByPhone(b *testing.B) {
	const contacts = 100_000
	store, err := Open(older(b, contacts), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	look := func(find func(storage.Tx) (int, error)) time.Duration {
		begun := time.Now()
		err := store.View(context.Background(), func(view storage.Tx) error {
			found, err := find(view)
			if err == nil && found == 0 {
				err = errors.New("nobody was found")
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		return time.Since(begun)
	}
	walked := look(func(view storage.Tx) (int, error) {
		all, err := view.Everyone("", contacts/2)
		return len(all), err
	})
	var looked time.Duration
	for b.Loop() {
		looked += look(func(view storage.Tx) (int, error) {
			found, err := view.ByPhone(fmt.Sprintf("+79%09d", contacts/2), 1)
			return len(found), err
		})
	}
	b.ReportMetric(float64(walked)*float64(b.N)/float64(looked), "times")
}

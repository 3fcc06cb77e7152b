package bolt_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// grown is a database in which much was written and removed again.
func grown(t *testing.T) string {
	t.Helper()
	path := temp(t)
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		for i := range 5000 {
			// bbolt grows a file by 16 MB: less than that would show nothing.
			if _, err := tx.See(fmt.Sprintf("tg:%08d%s", i, strings.Repeat("x", 5000)), at); err != nil {
				return err
			}
		}
		job, err := outbox.New("chat/tg:1", "say", "привет", at)
		if err != nil {
			return err
		}
		_, err = tx.Enqueue(job)
		return errors.Join(err, tx.PutContact(sales.Contact{ID: "tg:1", Name: "Анна", ActiveAt: at}))
	})
	if err == nil {
		err = store.Update(t.Context(), func(tx storage.Tx) error {
			_, err := tx.Forget(at.Add(time.Hour), 4990)
			return err
		})
	}
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompactKeepsEverythingAndOrder(t *testing.T) {
	t.Parallel()
	path := grown(t)
	small := filepath.Join(t.TempDir(), "small.db")
	err := bolt.Compact(path, small, func() error {
		if _, err := bolt.Open(path, bolt.Options{Timeout: time.Millisecond}); !errors.Is(err, bolt.ErrLocked) {
			t.Errorf("the old file can be opened meanwhile: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	before, err := bolt.Check(path)
	if err != nil {
		t.Fatal(err)
	}
	after, err := bolt.Check(small)
	if err != nil || after.Contacts != 1 || after.Layout != before.Layout || after.Size >= before.Size {
		t.Errorf("got %+v, %v; before %+v", after, err, before)
	}
	store := open(t, small, bolt.Options{})
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		seen, err := tx.See("tg:00004999"+strings.Repeat("x", 5000), time.Now())
		if err != nil || !seen {
			t.Errorf("a mark is lost: %v, %v", seen, err)
		}
		head, _, err := tx.Head("chat/tg:1")
		if err != nil {
			return err
		}
		next, err := tx.Enqueue(head)
		if next.ID <= head.ID {
			t.Errorf("job %d comes after job %d", next.ID, head.ID)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCompactRefuses(t *testing.T) {
	t.Parallel()
	never := func() error { t.Error("the new file was put in place"); return nil }
	there := filepath.Join(t.TempDir(), "there.db")
	if err := os.WriteFile(there, []byte("кто-то занял имя"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := bolt.Compact(grown(t), there, never); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another file: %v", err)
	}
	if err := bolt.Compact(there, there+".new", never); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("no database: %v", err)
	}
	if err := bolt.Compact(temp(t), there+".new", never); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := temp(t)
	open(t, path, bolt.Options{})
	if err := bolt.Compact(path, there+".new", never); !errors.Is(err, bolt.ErrLocked) {
		t.Errorf("used by a bot: %v", err)
	}
}

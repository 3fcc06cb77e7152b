package bolt

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"voronka/sales"
	"voronka/storage"
)

func TestCheckReadsACopy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	store, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(context.Background(), func(tx storage.Tx) error {
		return tx.PutContact(sales.Contact{ID: "tg:1", Name: "Анна"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Check(path); !errors.Is(err, ErrLocked) {
		t.Errorf("of a database in use: %v", err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	file, err := os.Create(copied)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	file.Close()
	if info, err := Check(copied); err != nil || info.Layout != layout || info.Contacts != 1 || info.Size == 0 {
		t.Errorf("of a copy: %+v, %v", info, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(path); err != nil {
		t.Errorf("after the bot stopped: %v", err)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	store, err := Open(good, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	if _, err := store.WriteTo(&copied); err != nil {
		t.Fatal(err)
	}
	store.Close()
	whole := copied.Bytes()
	newer := filepath.Join(dir, "newer.db")
	os.WriteFile(newer, whole, 0o600)
	db, err := bbolt.Open(newer, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(b *bbolt.Tx) error { return b.Bucket([]byte("meta")).Put([]byte("layout"), []byte("99")) })
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	for name, test := range map[string]struct {
		content []byte
		want    error
	}{
		"cut short": {whole[:len(whole)-4096], ErrDamaged},
		"empty":     {nil, ErrDamaged},
		"a page":    {[]byte("<html>502 Bad Gateway</html>"), ErrDamaged},
	} {
		path := filepath.Join(dir, name)
		os.WriteFile(path, test.content, 0o600)
		if _, err := Check(path); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(test.content) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Check(newer); !errors.Is(err, ErrNewer) {
		t.Errorf("newer: %v", err)
	}
	if _, err := Check(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

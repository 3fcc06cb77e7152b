package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"voronka/sales"
	"voronka/storage"
)

// people writes so many contacts, more than are indexed at once.
func people(t *testing.T, store storage.Store, from, until int) {
	t.Helper()
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		for i := from; i < until; i++ {
			c := sales.Contact{
				ID: fmt.Sprintf("tg:\x00%d\\", i), Name: "\x00", ActiveAt: time.Now().Add(-time.Duration(i) * time.Minute),
				Phone: fmt.Sprintf("8 9%09d", i), Email: fmt.Sprintf("Анна%d@Почта.РФ", i),
			}
			if err := tx.PutContact(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// known wants them to be found.
func known(t *testing.T, store storage.Store, from, until int) {
	t.Helper()
	err := store.View(t.Context(), func(tx storage.Tx) error {
		for i := from; i < until; i++ {
			byPhone, err := tx.ByPhone(fmt.Sprintf("+79%09d", i), 9)
			if err != nil {
				return err
			}
			byEmail, err := tx.ByEmail(fmt.Sprintf("анна%d@почта.рф", i), 9)
			if err != nil {
				return err
			}
			if id := fmt.Sprintf("tg:\x00%d\\", i); len(byPhone) != 1 || byPhone[0].ID != id || len(byEmail) != 1 || byEmail[0].ID != id {
				return fmt.Errorf("%q: %d by phone, %d by e-mail", id, len(byPhone), len(byEmail))
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestOlderTablesAreIndexed takes a database back to before the index, and half
// of the way to it.
func TestOlderTablesAreIndexed(t *testing.T) {
	t.Parallel()
	address := schema(t)
	store := open(t, address)
	people(t, store, 0, 2500)
	run(t, address, `drop table phones, emails; delete from counters where name = 'reach'; delete from voronka_versions where version_id = 3`)
	again := open(t, address)
	known(t, again, 0, 2500)
	run(t, address, `delete from phones where contact > 'tg:\\005'; delete from emails; delete from counters where name = 'reach'`)
	known(t, open(t, address), 0, 2500)
}

// TestOlderProcessesGoOn lets one without the index write after the first one
// with it has started: the next one to start sees to it.
func TestOlderProcessesGoOn(t *testing.T) {
	t.Parallel()
	address := schema(t)
	store := open(t, address)
	people(t, store, 0, 5)
	run(t, address, `drop table phones, emails; delete from counters where name = 'reach'; delete from voronka_versions where version_id = 3`)
	known(t, open(t, address), 0, 5)
	people(t, store, 5, 10)
	run(t, address, `update phones set phone = '+79999999999' where contact = 'tg:\003\5c'; delete from phones where contact = 'tg:\007\5c'; delete from emails where contact = 'tg:\007\5c'`)
	known(t, open(t, address), 0, 10)

	run(t, address, `update counters set value = value - 86400000000 where name = 'reach'; delete from phones; delete from emails`)
	last := open(t, address) // a day later there is nothing to see to
	var found []sales.Contact
	err := last.View(t.Context(), func(tx storage.Tx) (err error) { found, err = tx.ByPhone("+79000000003", 9); return err })
	if err != nil || len(found) != 0 {
		t.Errorf("found %d, %v", len(found), err)
	}
}

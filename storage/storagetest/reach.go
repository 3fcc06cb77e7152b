package storagetest

import (
	"fmt"
	"strings"
	"testing"

	"voronka/sales"
	"voronka/storage"
)

func reached() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"a contact is found by its phone and e-mail":    foundByBoth,
		"a contact is found as people write":            foundAsWritten,
		"who changed their phone is found by the new":   foundByTheNew,
		"who was forgotten is not found":                foundNoMore,
		"of several with one phone the last active one": foundLast,
		"what was taken back is not found":              foundNotTakenBack,
		"a transaction finds what it wrote":             foundWithin,
		"what is no phone and no e-mail finds nobody":   foundNever,
		"contacts written at once are all found":        foundAtOnce,
	}
}

func putReach(t *testing.T, store storage.Store, id, phone, email string, minute int) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		c := contact(id, day(10, minute))
		c.Phone, c.Email = phone, email
		return tx.PutContact(c)
	})
}

// finds wants contacts in their order.
func finds(t *testing.T, store storage.Store, phone, email string, want ...string) {
	t.Helper()
	for key, find := range map[string]func(storage.Tx, string, int) ([]sales.Contact, error){phone: storage.Tx.ByPhone, email: storage.Tx.ByEmail} {
		if key == "" {
			continue
		}
		var ids []string
		for _, c := range read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return find(tx, key, 10) }) {
			ids = append(ids, c.ID)
		}
		same(t, fmt.Sprintf("found by %.60q", key), ids, want)
	}
}

func foundByBoth(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 0)
	putReach(t, store, "tg:\x00odd\\", "+375291234567", `"a\b"@mail.ru`, 0)
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:1")
	finds(t, store, "+375291234567", `"a\b"@mail.ru`, "tg:\x00odd\\")
	finds(t, store, "+7916123456", "nna@mail.ru")
	finds(t, store, "+791612345678", "anna@mail.r")
	got := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.ByPhone("+79161234567", 1) })
	same(t, "what is found", got, []sales.Contact{contact("tg:1", day(10, 0))})
}

func foundAsWritten(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "8 (916) 123-45-67", " Анна@Почта.РФ ", 0)
	finds(t, store, "+7 916 123 45 67", "анна@почта.рф", "tg:1")
	finds(t, store, "9161234567", "АННА@ПОЧТА.РФ", "tg:1")
}

func foundByTheNew(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 0)
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 5)
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:1")
	putReach(t, store, "tg:1", "+79031112233", "anna@mail.ru", 6)
	finds(t, store, "+79161234567", "")
	finds(t, store, "+79031112233", "anna@mail.ru", "tg:1")
	putReach(t, store, "tg:1", "+79031112233", "new@mail.ru", 7)
	finds(t, store, "", "anna@mail.ru")
	finds(t, store, "+79031112233", "new@mail.ru", "tg:1")
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 8)
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:1")
	finds(t, store, "+79031112233", "new@mail.ru")
}

func foundNoMore(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 0)
	putReach(t, store, "tg:2", "+79161234567", "anna@mail.ru", 1)
	putReach(t, store, "tg:1", "", "", 2)
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:2")
	putReach(t, store, "tg:2", "", "", 3)
	finds(t, store, "+79161234567", "anna@mail.ru")
}

func foundLast(t *testing.T, store storage.Store) {
	for i, id := range []string{"tg:5", "tg:51", "tg:4", "tg:9"} {
		putReach(t, store, id, "+79161234567", "anna@mail.ru", i)
	}
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:9", "tg:4", "tg:51", "tg:5")
	putReach(t, store, "tg:5", "+79161234567", "anna@mail.ru", 20)
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:5", "tg:9", "tg:4", "tg:51")
	two := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.ByPhone("+79161234567", 2) })
	if len(two) != 2 || two[0].ID != "tg:5" || two[1].ID != "tg:9" {
		t.Errorf("the first two are %+v", two)
	}
}

func foundNotTakenBack(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 0)
	err := store.Update(t.Context(), func(tx storage.Tx) error {
		c, err := tx.Contact("tg:1")
		c.Phone, c.Email = "+79031112233", ""
		if err == nil {
			err = tx.PutContact(c)
		}
		if err != nil {
			return err
		}
		return errOnPurpose
	})
	if err == nil {
		t.Fatal("it was to fail")
	}
	finds(t, store, "+79031112233", "")
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:1")
}

func foundWithin(t *testing.T, store storage.Store) {
	putReach(t, store, "tg:1", "+79161234567", "anna@mail.ru", 0)
	update(t, store, func(tx storage.Tx) error {
		one := contact("tg:1", day(11, 0))
		one.Phone = "+79031112233"
		other := contact("tg:2", day(10, 0)) // never read before
		for _, c := range []sales.Contact{one, other} {
			if err := tx.PutContact(c); err != nil {
				return err
			}
		}
		old, err := tx.ByPhone("+79161234567", 10)
		if err == nil && (len(old) != 1 || old[0].ID != "tg:2") {
			t.Errorf("by the old phone: %+v", old)
		}
		one.Phone = "+79161234567" // and back again
		if err == nil {
			err = tx.PutContact(one)
		}
		return err
	})
	finds(t, store, "+79161234567", "anna@mail.ru", "tg:1", "tg:2")
	finds(t, store, "+79031112233", "")
}

func foundNever(t *testing.T, store storage.Store) {
	long := strings.Repeat("я", 4096)
	for i, odd := range []string{"", " ", "позже скажу", "12", long, "+7 916", "\x00", "' or 1=1"} {
		putReach(t, store, fmt.Sprint("tg:", i), odd, odd, i)
		finds(t, store, odd, "")
		finds(t, store, "", odd)
	}
	putReach(t, store, "tg:20", "", long+"@mail.ru", 0)
	finds(t, store, "", long+"@mail.ru")
}

func foundAtOnce(t *testing.T, store storage.Store) {
	const contacts = 16
	each(contacts, func(i int) error {
		for n := range 5 {
			err := store.Update(t.Context(), func(tx storage.Tx) error {
				c := contact(fmt.Sprint("tg:", i), day(10, n))
				c.Phone, c.Email = fmt.Sprintf("+7916%04d%03d", i, n), "all@mail.ru"
				return tx.PutContact(c)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for i := range contacts {
		for n := range 4 {
			finds(t, store, fmt.Sprintf("+7916%04d%03d", i, n), "")
		}
		finds(t, store, fmt.Sprintf("+7916%04d%03d", i, 4), "", fmt.Sprint("tg:", i))
	}
	all := read(t, store, func(tx storage.Tx) ([]sales.Contact, error) { return tx.ByEmail("All@Mail.ru", 100) })
	if len(all) != contacts {
		t.Errorf("%d have one e-mail, want %d", len(all), contacts)
	}
}

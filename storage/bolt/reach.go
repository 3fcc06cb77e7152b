package bolt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"voronka/sales"
	"voronka/storage"
)

// ByPhone implements storage.Dialogs.
func (t *tx) ByPhone(phone string, limit int) ([]sales.Contact, error) {
	return t.reached(bucketPhones, storage.PhoneKey(phone), limit)
}

// ByEmail implements storage.Dialogs.
func (t *tx) ByEmail(email string, limit int) ([]sales.Contact, error) {
	return t.reached(bucketEmails, storage.EmailKey(email), limit)
}

func (t *tx) reached(name bucket, key string, limit int) ([]sales.Contact, error) {
	if key == "" {
		return nil, nil
	}
	var contacts []sales.Contact
	prefix := text(key)
	for entry := range t.scan(name, prefix) {
		contact, err := t.Contact(string(entry[len(prefix):]))
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, contact)
	}
	slices.SortFunc(contacts, func(a, b sales.Contact) int {
		return cmp.Or(b.ActiveAt.Compare(a.ActiveAt), cmp.Compare(b.ID, a.ID))
	})
	return contacts[:min(limit, len(contacts))], nil
}

// reachBy keeps what a contact is looked up by. Nearly every turn leaves it as
// it was.
func (t *tx) reachBy(contact sales.Contact, old glance) error {
	if contact.Phone != old.phone {
		err := t.move(bucketPhones, reachKey(storage.PhoneKey(old.phone), contact.ID), reachKey(storage.PhoneKey(contact.Phone), contact.ID))
		if err != nil {
			return err
		}
	}
	if contact.Email == old.email {
		return nil
	}
	return t.move(bucketEmails, reachKey(storage.EmailKey(old.email), contact.ID), reachKey(storage.EmailKey(contact.Email), contact.ID))
}

// reachKey is nil where there is nothing to look up.
func reachKey(key, contact string) []byte {
	if key == "" {
		return nil
	}
	return join(text(key), []byte(contact))
}

// A file says how many of its contacts, in the order of their ids, are in the
// buckets of phones and e-mails: none before layout 3, then up to an id, then
// all of them, which is kept from there on.
const (
	reachMark = "reach"
	reachAll  = "all"
	// reachUpTo stands before the id of the last contact that is there.
	reachUpTo = ">"
)

// reachStep is how many contacts share a transaction when they are put there.
const reachStep = 100_000

// indexReach puts the contacts of a file that an older Voronka wrote where they
// are looked up. What a process that ended meanwhile has done stays done.
func (s *Store) indexReach(step int) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	for {
		var mark string
		if err := s.db.View(func(b *bbolt.Tx) error { mark = reached(b); return nil }); err != nil || mark == reachAll {
			return err
		}
		if s.unsettled.Load() {
			return errors.New("index the contacts: the log cannot be brought into the database")
		}
		if err := s.db.Update(func(b *bbolt.Tx) error { return indexSome(b, step) }); err != nil {
			return fmt.Errorf("index the contacts: %w", err)
		}
	}
}

// reached is the mark; empty where there is none.
func reached(b *bbolt.Tx) string { return string(b.Bucket([]byte("meta")).Get([]byte(reachMark))) }

// indexSome goes on with up to so many contacts.
func indexSome(b *bbolt.Tx, step int) error {
	var phones, emails [][]byte
	cursor := b.Bucket([]byte(bucketContacts)).Cursor()
	id, raw := cursor.First()
	if last, some := strings.CutPrefix(reached(b), reachUpTo); some {
		if id, raw = cursor.Seek([]byte(last)); string(id) == last {
			id, raw = cursor.Next()
		}
	}
	mark := reachAll
	for ; id != nil && step > 0; id, raw = cursor.Next() {
		step--
		mark = reachUpTo + string(id)
		var contact sales.Contact
		if storage.Decode(raw, &contact) != nil {
			continue // whoever reads it hears of it
		}
		if key := reachKey(storage.PhoneKey(contact.Phone), string(id)); key != nil {
			phones = append(phones, key)
		}
		if key := reachKey(storage.EmailKey(contact.Email), string(id)); key != nil {
			emails = append(emails, key)
		}
	}
	if id == nil {
		mark = reachAll
	}
	return errors.Join(
		shelve(b, bucketPhones, phones), shelve(b, bucketEmails, emails),
		b.Bucket([]byte("meta")).Put([]byte(reachMark), []byte(mark)),
	)
}

// shelve puts keys into an index, neighbours one after another.
func shelve(b *bbolt.Tx, name bucket, keys [][]byte) error {
	slices.SortFunc(keys, bytes.Compare)
	in := b.Bucket([]byte(name))
	for _, key := range keys {
		if err := in.Put(key, []byte{}); err != nil {
			return err
		}
	}
	return nil
}

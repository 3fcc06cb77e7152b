package bolt

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/sales"
	"voronka/storage"
)

func (t *tx) Contact(id string) (contact sales.Contact, err error) {
	t.contact.raw, err = t.looked(bucketContacts, id, &contact)
	t.contact.id, t.contact.at, t.contact.phone, t.contact.email = id, contact.ActiveAt, contact.Phone, contact.Email
	return contact, t.there(bucketContacts, t.contact.raw, err)
}

func (t *tx) PutContact(contact sales.Contact) error {
	old := t.contact
	if old.id != contact.ID {
		if _, err := t.Contact(contact.ID); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		old = t.contact
	}
	t.contact = glance{}
	if err := t.saveOver(bucketContacts, []byte(contact.ID), old.raw, contact); err != nil {
		return err
	}
	if err := t.reachBy(contact, old); err != nil {
		return err
	}
	var from []byte
	if old.raw != nil {
		from = join(moment(old.at), []byte(contact.ID))
	}
	return t.move(bucketContactsAt, from, join(moment(contact.ActiveAt), []byte(contact.ID)))
}

func (t *tx) Contacts(after sales.Contact, limit int) ([]sales.Contact, error) {
	var before []byte
	if after.ID != "" {
		before = join(moment(after.ActiveAt), []byte(after.ID))
	}
	var contacts []sales.Contact
	for key := range t.back(bucketContactsAt, nil, before) {
		if len(contacts) >= limit {
			break
		}
		contact, err := t.Contact(string(key[momentSize:]))
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, contact)
	}
	return contacts, nil
}

func (t *tx) Everyone(after string, limit int) ([]sales.Contact, error) {
	var contacts []sales.Contact
	cursor := t.in(bucketContacts).Cursor()
	key, raw := cursor.Seek([]byte(after))
	if string(key) == after && key != nil {
		key, raw = cursor.Next()
	}
	for ; key != nil && len(contacts) < limit; key, raw = cursor.Next() {
		var contact sales.Contact
		if err := codec.Unmarshal(raw, &contact); err != nil {
			return nil, fmt.Errorf("read %s: %w", bucketContacts, err)
		}
		contacts = append(contacts, contact)
	}
	return contacts, nil
}

func (t *tx) Session(contact string) (session flows.Session, err error) {
	t.session.raw, err = t.looked(bucketSessions, contact, &session)
	t.session.id, t.session.at = contact, session.NextTimer()
	return session, t.there(bucketSessions, t.session.raw, err)
}

func (t *tx) PutSession(session flows.Session) error {
	old := t.session
	if old.id != session.Contact {
		if _, err := t.Session(session.Contact); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		old = t.session
	}
	t.session = glance{}
	if err := t.saveOver(bucketSessions, []byte(session.Contact), old.raw, session); err != nil {
		return err
	}
	return t.move(bucketTimers, due(old.at, session.Contact), due(session.NextTimer(), session.Contact))
}

func (t *tx) Ringing(now time.Time, limit int) (contacts []string, next time.Time, err error) {
	contacts, next = t.due(bucketTimers, now, limit)
	return contacts, next, nil
}

// due is the index key of something that is to happen, nil when at is zero.
func due(at time.Time, id string) []byte {
	if at.IsZero() {
		return nil
	}
	return join(moment(at), []byte(id))
}

// due lists up to limit ids of an index whose time has come, and when the next
// one after them comes.
func (t *tx) due(name bucket, now time.Time, limit int) (ids []string, next time.Time) {
	for key := range t.scan(name, nil) {
		at := readMoment(key)
		if len(ids) >= limit || at.After(now) {
			return ids, at
		}
		ids = append(ids, string(key[momentSize:]))
	}
	return ids, time.Time{}
}

func (t *tx) Journal(contact string, before int64, limit int) ([]flows.Line, error) {
	var end []byte
	if before != 0 {
		end = join(text(contact), number(before))
	}
	var lines []flows.Line
	for _, raw := range t.back(bucketJournal, text(contact), end) {
		if len(lines) >= limit {
			break
		}
		var line flows.Line
		if err := codec.Unmarshal(raw, &line); err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	return lines, nil
}

func (t *tx) Append(contact string, lines ...flows.Line) error {
	if contact == "" {
		return fmt.Errorf("write journal: empty contact")
	}
	last, known := t.bolt.lines[contact]
	if !known {
		last = t.lastLine(contact)
	}
	for _, line := range lines {
		last++
		line.Seq = last
		raw, err := storage.Encode(line)
		if err != nil {
			return fmt.Errorf("write %s: %w", bucketJournal, err)
		}
		if err := t.putLine(contact, last, nil, raw); err != nil {
			return err
		}
	}
	return nil
}

// putLine writes a line over what stands in its place; nil is nothing.
func (t *tx) putLine(contact string, at int64, old, raw []byte) error {
	if err := t.replace(bucketJournal, join(text(contact), number(at)), old, raw); err != nil {
		return err
	}
	t.bolt.lines[contact] = max(t.bolt.lines[contact], at)
	return nil
}

// lastLine is the number of the last line that bbolt has of a contact, 0 for none.
func (t *tx) lastLine(contact string) int64 {
	prefix := text(contact)
	key := t.bolt.shelf(bucketJournal).last(prefix)
	if key == nil {
		return 0
	}
	return readNumber(key[len(prefix):])
}

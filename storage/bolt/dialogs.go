package bolt

import (
	"fmt"
	"slices"
	"time"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/sales"
)

func (t *tx) Contact(id string) (contact sales.Contact, err error) {
	return contact, t.record(bucketContacts, id, &contact)
}

func (t *tx) PutContact(contact sales.Contact) error {
	var old struct{ ActiveAt time.Time }
	known, err := t.load(bucketContacts, []byte(contact.ID), &old)
	if err != nil {
		return err
	}
	if err := t.save(bucketContacts, []byte(contact.ID), contact); err != nil {
		return err
	}
	var from []byte
	if known {
		from = join(moment(old.ActiveAt), []byte(contact.ID))
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
	return session, t.record(bucketSessions, contact, &session)
}

func (t *tx) PutSession(session flows.Session) error {
	var old struct{ Timers []flows.Timer }
	if _, err := t.load(bucketSessions, []byte(session.Contact), &old); err != nil {
		return err
	}
	if err := t.save(bucketSessions, []byte(session.Contact), session); err != nil {
		return err
	}
	from := due(flows.Session{Timers: old.Timers}.NextTimer(), session.Contact)
	return t.move(bucketTimers, from, due(session.NextTimer(), session.Contact))
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
	prefix, last := text(contact), int64(0)
	for key := range t.back(bucketJournal, prefix, nil) {
		last = readNumber(key[len(prefix):])
		break
	}
	for _, line := range lines {
		last++
		line.Seq = last
		if err := t.save(bucketJournal, join(prefix, number(last)), line); err != nil {
			return err
		}
	}
	return nil
}

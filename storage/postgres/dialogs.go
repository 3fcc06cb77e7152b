package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"voronka/flows"
	"voronka/sales"
)

func (t *tx) Contact(id string) (contact sales.Contact, err error) {
	err = t.record(contacts, id, &contact)
	if err == nil {
		t.seen = reachOf(contact)
	}
	return contact, err
}

func (t *tx) PutContact(contact sales.Contact) error {
	old, err := t.reachNow(contact.ID)
	if err != nil {
		return err
	}
	if err := t.save(contacts, row{key: name(contact.ID), at: moment(contact.ActiveAt)}, contact); err != nil {
		return err
	}
	return t.reachBy(contact, old)
}

func (t *tx) Contacts(after sales.Contact, limit int) ([]sales.Contact, error) {
	return newest[sales.Contact](t, contacts, after.ActiveAt, after.ID, limit)
}

func (t *tx) Everyone(after string, limit int) ([]sales.Contact, error) {
	return bodies[sales.Contact](t, contacts, "select body::text from contacts where id > $1 order by id limit $2", name(after), limit)
}

func (t *tx) Session(contact string) (session flows.Session, err error) {
	return session, t.record(sessions, contact, &session)
}

func (t *tx) PutSession(session flows.Session) error {
	return t.save(sessions, row{key: name(session.Contact), due: due(session.NextTimer())}, session)
}

func (t *tx) Ringing(now time.Time, limit int) (contacts []string, next time.Time, err error) {
	return t.upcoming(now, limit,
		"select contact, rings_at from sessions where rings_at is not null order by rings_at, contact limit $1", limit+1)
}

func (t *tx) Journal(contact string, before int64, limit int) ([]flows.Line, error) {
	sql, args := "select body::text from journal where contact = $1 order by line desc limit $2", []any{name(contact), limit}
	if before != 0 {
		sql, args = "select body::text from journal where contact = $1 and line < $3 order by line desc limit $2", append(args, before)
	}
	lines, err := bodies[flows.Line](t, journal, sql, args...)
	slices.Reverse(lines)
	return lines, err
}

func (t *tx) Append(contact string, lines ...flows.Line) error {
	if contact == "" {
		return fmt.Errorf("write journal: empty contact")
	}
	if t.readOnly {
		return errReadOnly
	}
	last, err := t.tail(name(contact))
	if err != nil {
		return err
	}
	for _, line := range lines {
		last++
		line.Seq = last
		if err := t.line(contact, line); err != nil {
			return err
		}
	}
	return nil
}

// line writes one line of a journal under its number.
func (t *tx) line(contact string, line flows.Line) error {
	owner := name(contact)
	return t.save(journal, row{key: owner + "\\00" + count(line.Seq), owner: owner, number: line.Seq}, line)
}

// tail is the number of the last line of a journal.
func (t *tx) tail(owner string) (int64, error) {
	lines, err := t.owned(read{journal, byTail, owner})
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	return slices.MaxFunc(lines, func(a, b row) int { return cmp.Compare(a.number, b.number) }).number, nil
}

func (t *tx) Erase(contact string) error {
	if t.readOnly {
		return errReadOnly
	}
	var lines []flows.Line
	err := t.query(func(rows pgx.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var line flows.Line
		if err := decode(journal, body, &line); err != nil {
			return err
		}
		if line.Text != "" || len(line.Buttons) > 0 || len(line.Trace) > 0 || line.Heard != nil {
			lines = append(lines, line)
		}
		return nil
	}, "select body::text from journal where contact = $1", name(contact))
	if err != nil {
		return err
	}
	for _, line := range lines {
		line.Text, line.Buttons, line.Trace, line.Heard = "", nil, nil, nil
		if err := t.line(contact, line); err != nil {
			return err
		}
	}
	return nil
}

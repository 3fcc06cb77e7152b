package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"voronka/sales"
	"voronka/storage"
)

// reach is what a contact is looked up by, as its record says.
type reach struct{ contact, phone, email string }

func reachOf(c sales.Contact) reach { return reach{c.ID, c.Phone, c.Email} }

// reachNow is what a contact is looked up by so far.
func (t *tx) reachNow(contact string) (reach, error) {
	if t.seen.contact == contact {
		return t.seen, nil
	}
	found, err := t.Contact(contact)
	if errors.Is(err, storage.ErrNotFound) {
		err = nil
	}
	return reachOf(found), err
}

// reachBy keeps what a contact is looked up by. Nearly every turn leaves it as
// it was.
func (t *tx) reachBy(contact sales.Contact, old reach) error {
	if contact.Phone != old.phone {
		if err := t.put(phones, reachRow(contact.ID, storage.PhoneKey(contact.Phone))); err != nil {
			return err
		}
	}
	if contact.Email != old.email {
		if err := t.put(emails, reachRow(contact.ID, storage.EmailKey(contact.Email))); err != nil {
			return err
		}
	}
	t.seen = reachOf(contact)
	return nil
}

// reachRow is gone where there is nothing to look up.
func reachRow(contact, key string) row {
	return row{key: name(contact), owner: name(key), gone: key == ""}
}

// ByPhone implements storage.Dialogs.
func (t *tx) ByPhone(phone string, limit int) ([]sales.Contact, error) {
	return t.reached(phones, storage.PhoneKey(phone), limit)
}

// ByEmail implements storage.Dialogs.
func (t *tx) ByEmail(email string, limit int) ([]sales.Contact, error) {
	return t.reached(emails, storage.EmailKey(email), limit)
}

// reached looks up in one table and then, one by one, in that of the contacts:
// left to itself PostgreSQL may go through all contacts, the last active first.
func (t *tx) reached(k kind, key string, limit int) ([]sales.Contact, error) {
	if key == "" {
		return nil, nil
	}
	table := tables()[k]
	return bodies[sales.Contact](t, contacts, fmt.Sprintf(`select body from %[1]s, lateral
		(select body::text, active_at, id from contacts where id = %[1]s.%[2]s offset 0) found
		where %[1]s.%[3]s = $1 order by active_at desc, id desc limit $2`, table.name, table.key, table.owner), name(key), limit)
}

const (
	// reachPage is how many contacts are indexed at once: others wait meanwhile.
	reachPage = 2000
	// rolling is how long processes of a version without the index may go on
	// beside one with it, while they are replaced one after another, and how old
	// an update can be that they get: Telegram keeps one for a day.
	rolling = 24 * time.Hour
)

// indexReach puts the contacts that an older version wrote where they are looked
// up: all of them once, and those of the last day whenever a process starts on
// the day after that, when the last of the older ones may just have ended.
func (s *Store) indexReach(ctx context.Context, pool *pgxpool.Pool) error {
	var begun, now time.Time
	err := pool.QueryRow(ctx, `select coalesce((select to_timestamp(value / 1000000) from counters where name = 'reach'), 'epoch'), now()`).Scan(&begun, &now)
	if err != nil {
		return err
	}
	built := begun.Unix() > 0
	if built && now.Sub(begun) > rolling {
		return nil
	}
	last := sales.Contact{}
	if built {
		last.ActiveAt = begun.Add(-rolling)
	}
	var some, more bool
	for more = true; more && err == nil; some = some || last.ID != "" {
		more, err = s.indexPage(ctx, pool, &last)
	}
	if err != nil || built {
		return err
	}
	if !some { // nobody was there before the index
		now = time.Unix(1, 0)
	}
	_, err = pool.Exec(ctx, "insert into counters values ('reach', $1)", now.UnixMicro())
	return err
}

// indexPage goes on behind the contact that was active last before.
func (s *Store) indexPage(ctx context.Context, pool *pgxpool.Pool, last *sales.Contact) (more bool, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockQuery); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "select id, active_at, body::text from contacts where (active_at, id) > ($1, $2) order by active_at, id limit $3",
			moment(last.ActiveAt), name(last.ID), reachPage)
		if err != nil {
			return err
		}
		step, found := &layer{}, 0
		var id, body string
		_, err = pgx.ForEachRow(rows, []any{&id, &last.ActiveAt, &body}, func() error {
			found++
			last.ID = unname(id)
			var contact sales.Contact
			if decode(contacts, body, &contact) == nil { // whoever reads it hears of it
				step.reach(contact)
			}
			return nil
		})
		if err != nil {
			return err
		}
		more = found == reachPage
		return s.send(ctx, tx, step)
	})
	return more, err
}

// reach writes what a contact is looked up by, whatever stood there.
func (l *layer) reach(contact sales.Contact) {
	l.put(phones, reachRow(contact.ID, storage.PhoneKey(contact.Phone)))
	l.put(emails, reachRow(contact.ID, storage.EmailKey(contact.Email)))
}

package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"voronka/sales"
)

func (t *tx) Post(entries ...sales.Entry) error {
	if t.readOnly {
		return errReadOnly
	}
	last, _, err := t.get(counters, "ledger")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Amount <= 0 || entry.From == entry.To || entry.From == "" || entry.To == "" {
			return fmt.Errorf("post %s of payment %s: an entry moves money from one account to another", entry.Kind, entry.Payment)
		}
		last.number++
		entry.Number = last.number
		r := row{key: count(entry.Number), owner: name(entry.Payment), at: moment(entry.At)}
		if err := t.save(ledger, r, entry); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return t.put(counters, row{key: "ledger", number: last.number})
}

func (t *tx) Entries(after int64, limit int) ([]sales.Entry, error) {
	return bodies[sales.Entry](t, ledger, "select body::text from ledger where number > $1 order by number limit $2", after, limit)
}

func (t *tx) EntriesOf(payment string) ([]sales.Entry, error) {
	rows, err := t.of(ledger, payment)
	if err != nil {
		return nil, err
	}
	var entries []sales.Entry
	for _, r := range rows {
		var entry sales.Entry
		if err := decode(ledger, r.body, &entry); err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b sales.Entry) int { return cmp.Compare(a.Number, b.Number) })
	return entries, nil
}

func (t *tx) EntriesIn(from, until time.Time, after sales.Entry, limit int) ([]sales.Entry, error) {
	return bodies[sales.Entry](t, ledger, `select body::text from ledger where at >= $1 and at < $2 and (at, number) > ($3, $4)
		order by at, number limit $5`, moment(from), moment(until), moment(after.At), after.Number, limit)
}

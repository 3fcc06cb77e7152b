package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"voronka/sales"
)

func (t *tx) Post(entries ...sales.Entry) error {
	last := int64(0)
	for key := range t.back(bucketLedger, nil, nil) {
		last = readNumber(key)
		break
	}
	for _, entry := range entries {
		if entry.Amount <= 0 || entry.From == entry.To || entry.From == "" || entry.To == "" {
			return fmt.Errorf("post %s of payment %s: an entry moves money from one account to another", entry.Kind, entry.Payment)
		}
		last++
		entry.Number = last
		if err := t.save(bucketLedger, number(last), entry); err != nil {
			return err
		}
		if err := t.put(bucketLedgerPayments, join(text(entry.Payment), number(last)), []byte{}); err != nil {
			return err
		}
		if err := t.put(bucketLedgerAt, join(moment(entry.At), number(last)), []byte{}); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Entries(after int64, limit int) ([]sales.Entry, error) {
	var entries []sales.Entry
	for _, raw := range t.from(bucketLedger, number(after+1)) {
		if len(entries) >= limit {
			break
		}
		var entry sales.Entry
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (t *tx) EntriesOf(payment string) ([]sales.Entry, error) {
	prefix := text(payment)
	var entries []sales.Entry
	for key := range t.scan(bucketLedgerPayments, prefix) {
		entry, err := t.entry(key[len(prefix):])
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (t *tx) EntriesIn(from, until time.Time, after sales.Entry, limit int) ([]sales.Entry, error) {
	begin, end := moment(from), moment(until)
	if after.Number != 0 {
		if behind := join(moment(after.At), number(after.Number+1)); bytes.Compare(behind, begin) > 0 {
			begin = behind
		}
	}
	var entries []sales.Entry
	for key := range t.from(bucketLedgerAt, begin) {
		if len(entries) >= limit || bytes.Compare(key, end) >= 0 {
			break
		}
		entry, err := t.entry(key[momentSize:])
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (t *tx) entry(number []byte) (entry sales.Entry, err error) {
	found, err := t.load(bucketLedger, number, &entry)
	if err == nil && !found {
		err = fmt.Errorf("%w: the ledger lacks entry %d", ErrDamaged, readNumber(number))
	}
	return entry, err
}

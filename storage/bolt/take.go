package bolt

import (
	"encoding/binary"
	"fmt"

	bolterrors "go.etcd.io/bbolt/errors"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/sales"
	"voronka/storage"
)

// takeIndexed writes a record that a verb keeps indexes for, and then its body
// as it came.
func (t *tx) takeIndexed(r storage.Record) error {
	switch r.Kind {
	case storage.RecordContact:
		return takeAs(t, bucketContacts, r, t.PutContact, func(c sales.Contact) string { return c.ID })
	case storage.RecordSession:
		return takeAs(t, bucketSessions, r, t.PutSession, func(s flows.Session) string { return s.Contact })
	case storage.RecordOrder:
		return takeAs(t, bucketOrders, r, t.PutOrder, func(o sales.Order) string { return o.ID })
	case storage.RecordPayment:
		return takeAs(t, bucketPayments, r, t.PutPayment, func(p sales.Payment) string { return p.ID })
	case storage.RecordSubscription:
		return takeAs(t, bucketSubscriptions, r, t.PutSubscription, func(s sales.Subscription) string { return s.ID })
	case storage.RecordRefund:
		return takeAs(t, bucketRefunds, r, t.PutRefund, func(r sales.Refund) string { return r.ID })
	case storage.RecordEntry:
		var entry sales.Entry
		if err := codec.Unmarshal(r.Body, &entry); err != nil {
			return err
		}
		if err := t.put(bucketLedger, number(r.Number), r.Body); err != nil {
			return err
		}
		if err := t.put(bucketLedgerPayments, join(text(entry.Payment), number(r.Number)), []byte{}); err != nil {
			return err
		}
		return t.put(bucketLedgerAt, join(moment(entry.At), number(r.Number)), []byte{})
	}
	return fmt.Errorf("a kind that this version does not know")
}

func takeAs[T any](t *tx, name bucket, r storage.Record, put func(T) error, id func(T) string) error {
	var value T
	if err := codec.Unmarshal(r.Body, &value); err != nil {
		return err
	}
	if id(value) != r.Key {
		return fmt.Errorf("%q stands under the name of %q", id(value), r.Key)
	}
	if err := put(value); err != nil {
		return err
	}
	return t.put(name, []byte(r.Key), r.Body)
}

// count sets the number that a bucket gave last.
func (t *tx) count(name bucket, last int64) error {
	if t.log == nil {
		return fmt.Errorf("write %s: %w", name, bolterrors.ErrTxNotWritable)
	}
	if err := t.in(name).SetSequence(uint64(last)); err != nil {
		return fmt.Errorf("number the records of %s: %w", name, err)
	}
	*t.log = appendChange(*t.log, changeSequence, name, binary.BigEndian.AppendUint64(nil, uint64(last)), nil)
	return nil
}

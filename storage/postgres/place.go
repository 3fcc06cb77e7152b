package postgres

import (
	"fmt"
	"time"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// rowOf is the row of a record, and whose it is.
func rowOf(r storage.Record) (k kind, one row, err error) {
	one = row{key: name(r.Key), body: string(r.Body)}
	unpack := func(into any) { err = codec.Unmarshal(r.Body, into) }
	switch r.Kind {
	case storage.RecordCounter:
		k, one.number = counters, r.Number
	case storage.RecordInput:
		k, one.at = inputs, time.UnixMicro(r.Number).UTC()
	case storage.RecordContact:
		var contact sales.Contact
		unpack(&contact)
		k, one.at = contacts, moment(contact.ActiveAt)
	case storage.RecordSession:
		var session flows.Session
		unpack(&session)
		k, one.due = sessions, due(session.NextTimer())
	case storage.RecordLine:
		k, one.owner, one.number = journal, one.key, r.Number
		one.key += "\\00" + count(r.Number)
	case storage.RecordNotification:
		k = notifications
	case storage.RecordRef:
		var value []byte
		value, err = codec.Marshal(name(string(r.Body)))
		k, one.body = refs, string(value)
	case storage.RecordJob:
		var job outbox.Job
		unpack(&job)
		k, one.owner, one.at, one.number = jobs, name(string(job.Lane)), moment(job.NotBefore), r.Number
	case storage.RecordBuried:
		k = buried
	default:
		return rowOfMoney(r, one)
	}
	return k, one, err
}

func rowOfMoney(r storage.Record, one row) (k kind, _ row, err error) {
	unpack := func(into any) { err = codec.Unmarshal(r.Body, into) }
	var created time.Time
	switch r.Kind {
	case storage.RecordOrder:
		var order sales.Order
		unpack(&order)
		k, one.owner, created = orders, order.Contact, order.CreatedAt
	case storage.RecordPayment:
		var payment sales.Payment
		unpack(&payment)
		k, one.owner, created, one.due = payments, payment.Order, payment.CreatedAt, due(payment.CheckAt)
	case storage.RecordSubscription:
		var subscription sales.Subscription
		unpack(&subscription)
		k, one.owner, created, one.due = subscriptions, subscription.Contact, subscription.CreatedAt, due(subscription.NextAt)
	case storage.RecordRefund:
		var refund sales.Refund
		unpack(&refund)
		k, one.owner, created = refunds, refund.Payment, refund.CreatedAt
	case storage.RecordEntry:
		var entry sales.Entry
		unpack(&entry)
		k, one.key, one.owner, created = ledger, count(r.Number), entry.Payment, entry.At
	default:
		return k, one, fmt.Errorf("a kind that this version does not know")
	}
	one.owner, one.at = name(one.owner), moment(created)
	return k, one, err
}

package storage

import (
	"time"

	"voronka/sales"
)

// Subscriptions keeps who is charged again and again, and when.
type Subscriptions interface {
	Subscription(id string) (sales.Subscription, error)
	// PutSubscription also keeps when something is to be done about it.
	PutSubscription(sales.Subscription) error
	// Subscriptions lists a contact's subscriptions, newest first.
	Subscriptions(contact string) ([]sales.Subscription, error)
	// AllSubscriptions lists up to limit subscriptions of everybody, newest
	// first, beginning after the given one (zero: from the start).
	AllSubscriptions(after sales.Subscription, limit int) ([]sales.Subscription, error)
	// Renewing lists up to limit subscriptions whose NextAt has come, earliest
	// first, and when the next one after them is due (zero: none).
	Renewing(now time.Time, limit int) (subscriptions []string, next time.Time, err error)
}

// Refunds keeps money that goes back.
type Refunds interface {
	Refund(id string) (sales.Refund, error)
	PutRefund(sales.Refund) error
	// Refunds lists a payment's refunds, oldest first.
	Refunds(payment string) ([]sales.Refund, error)
	// AllRefunds lists up to limit refunds of everybody, newest first, beginning
	// after the given one (zero: from the start).
	AllRefunds(after sales.Refund, limit int) ([]sales.Refund, error)
}

// Ledger keeps every move of money. Nothing in it changes or goes.
type Ledger interface {
	// Post appends entries and numbers them on from the last, which is 1 at first.
	// An entry without an amount above zero or with one account for both sides is refused.
	Post(entries ...sales.Entry) error
	// Entries lists up to limit entries after a number, in their order.
	Entries(after int64, limit int) ([]sales.Entry, error)
	// EntriesOf lists a payment's entries, in their order.
	EntriesOf(payment string) ([]sales.Entry, error)
	// EntriesIn lists up to limit entries made from a moment on and before
	// another, by moment, beginning after the given one (zero: from the start).
	EntriesIn(from, until time.Time, after sales.Entry, limit int) ([]sales.Entry, error)
}

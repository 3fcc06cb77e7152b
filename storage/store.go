// Package storage says what a store must do. A store keeps everything Voronka
// must not lose: inputs already seen, contacts, sessions, journals, orders,
// payments, subscriptions, refunds, the ledger, jobs and the CRM's map. storagetest is the suite each one passes.
package storage

import (
	"context"
	"errors"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
)

// ErrNotFound is returned for a record that does not exist.
var ErrNotFound = errors.New("not found")

// ErrUnavailable is in an error that is the store's own: it has no room, does not
// answer, or is closed. Nothing is wrong with what was asked, and it may be asked
// again as it is. What fn itself answered, a panic of it, and what a store can
// never keep (an empty key, a broken record) are no such errors.
var ErrUnavailable = errors.New("the store is unavailable")

// Store runs transactions.
type Store interface {
	// Update runs fn in a transaction that is committed durably when fn returns
	// nil and leaves no trace otherwise; see ErrUnavailable. It may run fn twice:
	// fn computes and writes, nothing else. Updates see each other's writes as if they ran one
	// after another.
	Update(ctx context.Context, fn func(Tx) error) error
	// View runs fn on a consistent snapshot; writing in it is an error.
	View(ctx context.Context, fn func(Tx) error) error
	Close() error
}

// Peeker is a store that can show a few records for less than a View costs.
type Peeker interface {
	// Peek runs fn on what is committed, or is being committed before it
	// returns; updates wait for it. Writing in it is an error.
	Peek(ctx context.Context, fn func(Tx) error) error
}

// Peek looks at a few records in the way that costs the store least.
func Peek(ctx context.Context, store Store, fn func(Tx) error) error {
	if peeker, able := store.(Peeker); able {
		return peeker.Peek(ctx, fn)
	}
	return store.View(ctx, fn)
}

// Batcher is a store that takes several updates at once for less than as many
// calls cost.
type Batcher interface {
	// Updates runs them in their order, each in a transaction with a fate of its
	// own, and gives the error of each.
	Updates(ctx context.Context, fns []func(Tx) error) []error
}

// Tx is one transaction. Records given out are copies.
type Tx interface {
	Inputs
	Dialogs
	Money
	Subscriptions
	Refunds
	Ledger
	Refs
	Versions
	outbox.Queue
}

// Inputs remembers which inputs were handled.
type Inputs interface {
	// See marks an input as handled and tells whether it already was.
	See(id string, at time.Time) (seen bool, err error)
	// Forget drops up to limit marks made before a moment and tells how many went.
	Forget(before time.Time, limit int) (int, error)
}

// Dialogs keeps contacts, sessions and journals.
type Dialogs interface {
	Contact(id string) (sales.Contact, error)
	PutContact(sales.Contact) error
	// Contacts lists up to limit contacts, last active first, beginning after
	// the given one (zero: from the start).
	Contacts(after sales.Contact, limit int) ([]sales.Contact, error)
	// Everyone lists up to limit contacts in the order of their ids, beginning
	// behind the given one (empty: from the start): a walk that nobody's doing
	// meanwhile upsets.
	Everyone(after string, limit int) ([]sales.Contact, error)
	// ByPhone lists up to limit contacts with a phone, last active first. Phones
	// are the same when their PhoneKey is.
	ByPhone(phone string, limit int) ([]sales.Contact, error)
	// ByEmail lists up to limit contacts with an e-mail, last active first.
	// E-mails are the same when their EmailKey is.
	ByEmail(email string, limit int) ([]sales.Contact, error)
	Session(contact string) (flows.Session, error)
	// PutSession also keeps the moment of the session's next timer.
	PutSession(flows.Session) error
	// Ringing lists up to limit sessions with a timer due at now, earliest first,
	// and when the next one after them rings (zero: none).
	Ringing(now time.Time, limit int) (contacts []string, next time.Time, err error)
	// Journal lists up to limit lines of a contact before a line's number (zero:
	// from the end), in the order they were written.
	Journal(contact string, before int64, limit int) ([]flows.Line, error)
	// Append writes lines to a contact's journal and numbers them.
	Append(contact string, lines ...flows.Line) error
	// Erase blanks what was said in a contact's journal, texts, buttons and
	// traces; the lines keep their numbers, moments and kinds.
	Erase(contact string) error
}

// Money keeps orders and payments.
type Money interface {
	Order(id string) (sales.Order, error)
	PutOrder(sales.Order) error
	// Orders lists a contact's orders, newest first.
	Orders(contact string) ([]sales.Order, error)
	Payment(id string) (sales.Payment, error)
	// PutPayment also keeps when to check on it.
	PutPayment(sales.Payment) error
	// Payments lists an order's payments, oldest first.
	Payments(order string) ([]sales.Payment, error)
	// Unchecked lists up to limit payments whose CheckAt has come, earliest first,
	// and when the next one after them is due (zero: none).
	Unchecked(now time.Time, limit int) (payments []string, next time.Time, err error)
	// Record keeps a provider's notification as it came, for the ledger; key
	// makes it unique, and known tells that it was kept before.
	Record(key string, raw []byte, at time.Time) (known bool, err error)
}

// Refs is a small map of names to values that other systems gave us: deal and
// contact ids in the CRM, file ids in Telegram.
type Refs interface {
	// Ref is empty when there is none.
	Ref(key string) (string, error)
	// PutRef keeps a value; an empty one leaves nothing behind, the key neither.
	PutRef(key, value string) error
	// RefKeys lists up to limit keys that begin with a prefix, behind the given one
	// (empty: from the start), in an order that stays.
	RefKeys(prefix, behind string, limit int) ([]string, error)
}

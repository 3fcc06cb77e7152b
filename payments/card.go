package payments

import (
	"context"
	"time"

	"voronka/sales"
)

// Card is a card, or a bank account (SBP), that a customer stored at a provider.
type Card struct {
	// ID is the provider's; Token charges it without its owner and is empty
	// where that was not agreed upon. Neither is ever shown or stored in the clear.
	ID, Token Secret
	// Kind is CardKind or AccountKind.
	Kind string
	// Last are the last four digits, or the name of the bank of an account.
	Last string
	// Expires is the first moment at which the card is no longer good; zero where nobody knows.
	Expires time.Time
	// Removed is set for a card that the customer took away.
	Removed bool
}

// What can be stored.
const (
	CardKind    = "card"
	AccountKind = "account"
)

// Recurrer takes money by a stored card without a page.
//
// First comes a payment with Recurrent and CustomerKey set, paid by its owner:
// an Event of it carries the Card with its Token. Each charge then is a payment
// of its own, with Initiator set. Link makes it known to the provider; its
// External is stored before Charge, so that a crash never makes a second one.
type Recurrer interface {
	// Charge takes the money of a payment whose External is known. It asks what
	// became of the payment first: one that was charged, declined or is under way
	// is not charged again, the event tells. A decline is an event with Reason,
	// not an error; after it the payment is over, another try is another payment.
	// An Uncertain error is answered by calling Charge again: a provider takes
	// the money of one payment once.
	Charge(ctx context.Context, payment sales.Payment, card Card) (Event, error)
}

// Wallet keeps the stored cards of customers.
type Wallet interface {
	// Cards lists what a customer stored in a shop, removed ones too; nobody known is an empty list.
	Cards(ctx context.Context, shop, customerKey string) ([]Card, error)
	// Discard makes a stored card unusable; one that is gone already is no error.
	Discard(ctx context.Context, shop, customerKey string, card Card) error
	// Forget makes all stored cards of a customer unusable, and drops what else a
	// shop had the provider remember of them; nobody known is no error.
	Forget(ctx context.Context, shop, customerKey string) error
	// Bind makes a page where a customer stores a card without paying. Link.External
	// is the request's key, for Bound and Event.Binding.
	Bind(ctx context.Context, shop, customerKey string) (Link, error)
	// Bound asks what became of it.
	Bound(ctx context.Context, shop, request string) (Binding, error)
}

// AccountBinder stores bank accounts (SBP) of customers, as Wallet does cards.
type AccountBinder interface {
	// BindAccount makes an address where a customer lets a shop charge their
	// account; their bank shows the description. Link.External is as of Bind.
	BindAccount(ctx context.Context, shop, description string) (Link, error)
	// BindPaying makes an address where a customer pays a payment from their
	// account and by that lets the shop charge it: one with StoresAccount, whose
	// External is known. It may be called again; the last address counts, and
	// Link.External, as of Bind, is its key.
	BindPaying(ctx context.Context, payment sales.Payment) (Link, error)
	// AccountBound asks what became of a key.
	AccountBound(ctx context.Context, shop, request string) (Binding, error)
}

// Binding is what became of a request to store a card without paying.
type Binding struct {
	// Request is Link.External of Bind.
	Request string
	// CustomerKey is whose card it is, where the provider says.
	CustomerKey string
	// Status is BindingOpen, BindingDone or BindingFailed.
	Status string
	// Card is set when it is done.
	Card Card
}

// The states of a binding.
const (
	BindingOpen   = "open"
	BindingDone   = "done"
	BindingFailed = "failed"
)

// Package payments says what a payment provider must do, and keeps what all of
// them share: the life of a payment, the notification door, and the sweep that
// asks about payments that went silent.
package payments

import (
	"context"
	"net/http"

	"voronka/sales"
)

// Provider makes links and answers for them.
type Provider interface {
	// Name is the provider's path segment and key: "tbank".
	Name() string
	// Link creates the payment at the provider and gives its page. It is safe
	// to repeat after an unknown outcome: a payment created before is found
	// again and its link returned where the provider allows it. A refusal is a
	// *sales.Error with Action Bury; its Message is for the buyer.
	Link(ctx context.Context, payment sales.Payment) (Link, error)
	// Status asks what became of a payment.
	Status(ctx context.Context, payment sales.Payment) (Event, error)
	// Receive verifies a notification, then translates it. ErrForged means that
	// it was not signed by the provider; other errors that it cannot be read.
	// An Event with an empty State is genuine and of no consequence to a payment's
	// life; with Fiscal and Binding empty too, of no consequence at all.
	Receive(r *http.Request, body []byte) (Event, error)
	// Acknowledge writes the answer that tells the provider not to repeat.
	Acknowledge(w http.ResponseWriter)
}

// Canceller can close an unpaid link early.
type Canceller interface {
	// Cancel closes the payment at the provider. A payment that was paid
	// meanwhile is not an error: the event tells.
	Cancel(ctx context.Context, payment sales.Payment) (Event, error)
}

// Link is a payment's page at its provider.
type Link struct {
	External string
	URL      string
}

// Event is what a provider says about a payment.
type Event struct {
	// Key is unique per event at the provider, for dedupe.
	Key string
	// Payment is our id of it.
	Payment string
	// External is the provider's, the same as in Link; empty where the provider does not say.
	External string
	// Status is our reading of State, the provider's own word; an unknown word
	// reads as linked: still pending.
	Status sales.PaymentStatus
	State  string
	// Amount is what was paid, held or given back, in kopecks.
	Amount sales.Money
	// Message is the provider's explanation for the buyer.
	Message string
	// Released tells that what goes back was held and never taken.
	Released bool
	// Shop is the shop that it came to, as in sales.Payment.
	Shop string
	// Code is the provider's own code of a decline, Reason our reading of it; empty where nothing was declined.
	Code   string
	Reason Reason
	// Card is what the customer stored by paying; nil where nothing was stored.
	Card *Card
	// Fiscal is set in news about a receipt, Binding in those about a card stored
	// without paying; State is empty in both.
	Fiscal  *sales.Fiscal
	Binding *Binding
	// Raw is the notification without secrets and card data.
	Raw []byte
}

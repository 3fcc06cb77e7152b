package sales

import "time"

// Refund is money on its way back to a customer.
type Refund struct {
	// ID is ours, random; the provider tells a repeated request by it.
	ID      string
	Payment string
	Order   string
	Contact string
	Amount  Money
	// Reason is what the operator or the flow says; never shown to the customer.
	Reason string `json:",omitempty"`
	// Place is where the flow that asked for it does, "shop.yaml:12".
	Place string `json:",omitempty"`
	// By is who asked for it: "flow", "cli", or an operator's name.
	By string
	// Withdraw takes back what was handed over once all the money has gone back.
	Withdraw bool `json:",omitempty"`
	Status   RefundStatus
	// State and Message are the provider's last words on it.
	State   string   `json:",omitempty"`
	Message string   `json:",omitempty"`
	Receipt *Receipt `json:",omitempty"`
	// Before is how much had gone back by the provider's count when it was first asked.
	Before Money `json:",omitempty"`
	// Bank is the bank that a payment by SBP goes back to, in the provider's
	// numbering; empty is the one it came from.
	Bank      string `json:",omitempty"`
	CreatedAt time.Time
	// DoneAt is when it ended, well or not.
	DoneAt time.Time `json:",omitzero"`
}

// RefundStatus is where a refund stands.
type RefundStatus string

// Statuses of a refund; they follow one another in this order, the last two end it.
const (
	RefundAsked   RefundStatus = "asked"   // wanted; the provider may or may not have heard
	RefundPending RefundStatus = "pending" // the provider is at it
	RefundDone    RefundStatus = "done"    // the money went back
	RefundRefused RefundStatus = "refused" // the provider would not
)

// Open tells whether the money may still go back.
func (r Refund) Open() bool { return r.Status == RefundAsked || r.Status == RefundPending }

// Counts tells whether it takes from what can still be given back.
func (r Refund) Counts() bool { return r.Status != RefundRefused }

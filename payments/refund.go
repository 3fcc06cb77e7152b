package payments

import (
	"context"

	"voronka/sales"
)

// Refunder gives taken money back, all of it or in parts.
type Refunder interface {
	// Refund asks for a refund after it has asked what became of the payment.
	// It is safe to repeat with Refund.Repeat set: what was given back before is
	// found again and not given twice. Where the provider cannot tell whether a
	// repeated part went back, the error is refund_unsure with Action Bury, and a
	// person looks. Other refusals are Bury too, their Message is for operators.
	Refund(ctx context.Context, payment sales.Payment, refund Refund) (Returned, error)
	// RefundState asks what became of a refund that was pending.
	RefundState(ctx context.Context, payment sales.Payment, refund Refund) (Returned, error)
}

// Refund is one return of money of one payment.
type Refund struct {
	// ID is ours, unique, at most 100 characters, the same whenever this refund is asked for.
	ID string
	// Amount is how much goes back, in kopecks; more than zero.
	Amount sales.Money
	// Before is what had gone back of the payment before this refund was first asked for.
	Before sales.Money
	// Repeat is set where the refund may have been asked for already.
	Repeat bool
	// Receipt is the receipt of the return; nil for none. Its total is Amount.
	Receipt *sales.Receipt
	// Bank is where a payment by SBP goes back to, a MemberId; empty is where it came from.
	Bank string
}

// RefundStatus is how far a refund has come.
type RefundStatus string

// The states of a refund.
const (
	RefundPending RefundStatus = "pending" // accepted, the money is on its way
	RefundDone    RefundStatus = "done"    // the money went back
	RefundFailed  RefundStatus = "failed"  // the money stays with us
)

// Returned is what a provider says about a refund.
type Returned struct {
	Status RefundStatus
	// Left is what of the payment is still ours, in kopecks, where the provider says; Known tells whether it does.
	Left  sales.Money
	Known bool
	// Event is where the payment stands now, for Life.Apply.
	Event Event
	// Message is why a refund failed, for operators.
	Message string
}

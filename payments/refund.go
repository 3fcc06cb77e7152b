package payments

import (
	"context"

	"voronka/sales"
)

// Refunder gives taken money back, all of it or in parts.
type Refunder interface {
	// Refund asks for a refund after it has asked what became of the payment;
	// refund.Receipt, where there is one, makes up refund.Amount. again is set
	// where the refund may have been asked for already: what was given back before
	// is found and not given twice. Where the provider cannot tell whether a
	// repeated part went back, the error is refund_unsure with Action Bury, and a
	// person looks. Other refusals are Bury too, their Message is for operators.
	Refund(ctx context.Context, payment sales.Payment, refund sales.Refund, again bool) (Returned, error)
	// RefundState asks what became of a refund that was pending.
	RefundState(ctx context.Context, payment sales.Payment, refund sales.Refund) (Returned, error)
}

// Returned is what a provider says about a refund.
type Returned struct {
	// Status is pending, done or refused.
	Status sales.RefundStatus
	// Left is what of the payment is still ours, in kopecks, where the provider says; Known tells whether it does.
	Left  sales.Money
	Known bool
	// Event is where the payment stands now, for Life.Apply.
	Event Event
	// Message is why a refund was refused, for operators.
	Message string
}

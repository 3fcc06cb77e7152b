package payments

import (
	"context"

	"voronka/sales"
)

// Holder settles money that is held: payments with Hold, paid in two stages.
// Both methods ask first what became of the payment and are safe to repeat.
type Holder interface {
	// Confirm takes the held money, all of it or a part; the rest is released. A
	// receipt replaces the one that went with the link; nil leaves that one. Money
	// that was taken already is not an error: the event tells.
	Confirm(ctx context.Context, payment sales.Payment, amount sales.Money, receipt *sales.Receipt) (Event, error)
	// Void releases all that is held. A payment whose money was taken meanwhile
	// is not touched: the event tells.
	Void(ctx context.Context, payment sales.Payment) (Event, error)
}

package payments

import (
	"context"
	"time"

	"voronka/sales"
)

// holdDays is how long a bank keeps money held, the day of the hold included
// (T-Bank API 1.80, Confirm: seven days, after which the hold may vanish).
const holdDays = 7

// HoldEnds is when a bank may let held money go by itself: the midnight after
// its last day, in Moscow, where the bank counts. Zero where none is held.
func HoldEnds(p sales.Payment) time.Time {
	if p.Status != sales.PaymentHeld {
		return time.Time{}
	}
	held := p.HeldAt
	if held.IsZero() { // held before that was kept
		held = p.CreatedAt
	}
	moscow := time.FixedZone("MSK", 3*60*60)
	year, month, day := held.In(moscow).Date()
	return time.Date(year, month, day+holdDays, 0, 0, 0, 0, moscow)
}

// HoldWarns is when a person has to be told of the coming end: a day before.
func HoldWarns(p sales.Payment) time.Time {
	if ends := HoldEnds(p); !ends.IsZero() {
		return ends.AddDate(0, 0, -1)
	}
	return time.Time{}
}

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

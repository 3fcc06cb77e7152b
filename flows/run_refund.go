package flows

import (
	"crypto/sha256"
	"encoding/hex"

	"voronka/sales"
)

// GiveBack asks for money of the last paid order of a product, or of the order
// paid last where no product is named, to go back; an amount of zero means all
// that is left. The same step does it once for an order. It tells whether there
// was anything to give back.
func (r *Run) GiveBack(product string, amount sales.Money, reason string, withdraw bool) bool {
	order, known := r.CurrentOrder()
	if product != "" {
		order, known = r.lastPaid(product)
	}
	payment, paid := r.payment(order.PaidBy)
	back := payment.Status == sales.PaymentRefunded || payment.Status == sales.PaymentRefused
	if !known || !order.Paid() || !paid || back {
		r.Fault("refund: nothing is paid: " + product)
		return false
	}
	if amount > payment.Paid {
		r.Fault("refund: more than was paid: " + amount.String() + " ₽")
		return false
	}
	sum := sha256.Sum256([]byte(r.Session.Seed + " refund " + order.ID + " " + r.place().String()))
	r.Emit(Refund{ID: hex.EncodeToString(sum[:16]), Payment: payment.ID, Amount: amount, Reason: reason, Withdraw: withdraw, Place: r.written()})
	said := "all"
	if amount > 0 {
		said = amount.String() + " ₽"
	}
	r.Event("refund", "refund_asked "+said)
	return true
}

// lastPaid is the order of a product that was paid last and not refunded.
func (r *Run) lastPaid(product string) (last sales.Order, found bool) {
	for _, order := range append(append([]sales.Order{}, r.known.Orders...), r.orders...) {
		order, _ = r.order(order.ID)
		if order.Product == product && order.Flow == r.Flow.ID && order.Paid() && !r.refunded(order) && !order.PaidAt.Before(last.PaidAt) {
			last, found = order, true
		}
	}
	return last, found
}

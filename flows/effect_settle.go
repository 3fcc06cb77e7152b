package flows

import "voronka/sales"

// Settle tells the provider what becomes of a payment that the contact made.
type Settle struct {
	Payment string     `json:"payment"`
	Do      Settlement `json:"do"`
	// Amount is how much of held money is taken; zero is all.
	Amount sales.Money `json:"amount,omitempty"`
	// Place is where the flow asks for it, "shop.yaml:12"; empty for an operator.
	Place string `json:"place,omitempty"`
}

func (Settle) effect() {}

// Settlement is one of the words below.
type Settlement string

// What can become of a payment.
const (
	ConfirmHold  Settlement = "confirm"       // held money is taken
	VoidHold     Settlement = "void"          // held money is let go
	CloseReceipt Settlement = "close_receipt" // the receipt of a prepayment is closed
)

// Settle settles the payment of a product's order: held money of the one that
// is held, the closing receipt of the one that paid it. Of held money a part may
// be taken, zero is all. It tells whether there is such a payment, with as much.
func (r *Run) Settle(product string, do Settlement, part sales.Money) bool {
	payment, found := r.settled(product, do)
	if found = found && part <= payment.Amount; found {
		r.Emit(Settle{Payment: payment.ID, Do: do, Amount: part, Place: r.written()})
	}
	return found
}

// settled finds the payment, the latest first.
func (r *Run) settled(product string, do Settlement) (sales.Payment, bool) {
	for i := len(r.known.Payments) + len(r.payments) - 1; i >= 0; i-- {
		payment := r.paymentAt(i)
		order, known := r.order(payment.Order)
		if !known || order.Product != product || order.Flow != r.Flow.ID {
			continue
		}
		fits := payment.Status == sales.PaymentHeld
		if do == CloseReceipt {
			fits = order.PaidBy == payment.ID && payment.Receipt != nil && payment.ClosedAt.IsZero()
		}
		if fits {
			return *payment, true
		}
	}
	return sales.Payment{}, false
}

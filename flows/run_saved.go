package flows

import (
	"slices"
	"time"

	"voronka/sales"
)

// tapLife is how long a charge that the customer asked for may take.
const tapLife = 15 * time.Minute

// SavedButton makes a button that charges the customer's saved card for a
// product; ok is false where no card is saved, it is over, or another shop has it.
func (r *Run) SavedButton(product sales.Product, text string) (button InlineButton, ok bool) {
	card := r.known.Card
	if card == nil || card.Shop != product.Shop || !card.Expires.IsZero() && !card.Expires.After(r.Input.At) {
		return InlineButton{}, false
	}
	choice := Choice{Text: text, Pay: product.ID, State: r.Session.State, Bonus: product.Bonus}
	return r.button(choice.data(), choice), true
}

// chargeSaved charges the saved card for a product, once: while a charge of the
// order is under way another tap does nothing.
func (r *Run) chargeSaved(id string, bonus sales.Money) {
	product, known := r.Flow.Product(id)
	product = product.Less(bonus)
	if !known {
		r.Trouble("pay: no such product: " + id)
		return
	}
	order, due := r.dueOrder(product)
	switch {
	case !due:
		r.Event("payment", "paid before: "+order.ID)
		r.Say(Say{Text: r.Render(r.Text("already_paid"), MaxText)})
		return
	case r.known.Card == nil || r.known.Card.Shop != product.Shop:
		r.Say(Say{Text: r.Render(r.Text("outdated_button"), MaxText)})
		return
	case r.charging(order):
		return
	}
	payment := r.newPayment(order, product, tapLife, "")
	payment.Method, payment.Initiator, payment.CustomerKey = sales.MethodSaved, sales.ByCustomer, ""
	r.payments = append(r.payments, payment)
	r.Session.Payment = payment.ID
	r.remember(product.ID)
	r.Say(Say{Text: r.Render(r.Text("charging"), MaxText)})
	r.Emit(Charge{Payment: payment.ID})
}

// charging tells whether a charge of an order is under way.
func (r *Run) charging(order sales.Order) bool {
	for i := range len(r.known.Payments) + len(r.payments) {
		payment := r.paymentAt(i)
		open := payment.Status == sales.PaymentNew || payment.Status == sales.PaymentLinked
		if payment.Order == order.ID && payment.Initiator != "" && open && payment.ExpiresAt.After(r.Input.At) {
			return true
		}
	}
	return false
}

// receiptURL is where the receipt that was registered last is shown.
func (r *Run) receiptURL() string {
	if event := r.Input.Payment; event != nil && event.Receipt != "" {
		return event.Receipt
	}
	payment, _ := r.payment(r.Session.Payment)
	for _, one := range slices.Backward(payment.Fiscals) {
		if one.URL != "" {
			return one.URL
		}
	}
	return ""
}

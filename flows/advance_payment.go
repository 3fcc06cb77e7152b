package flows

import (
	"cmp"

	"voronka/sales"
)

// heardPayment answers what the bank said. Rules hear it as any input: `anywhere`,
// the state's `on`, `fallback`; money that came, or went back, is also heard by
// the state that asked for it when the customer has moved on since.
func (r *Run) heardPayment() {
	event := *r.Input.Payment
	r.Input.Payment = &event
	asked, _ := r.payment(event.Payment)
	order, known := r.order(event.Order)
	event.Amount = cmp.Or(event.Amount, asked.Amount, order.Amount)
	if event.Outcome == Success && event.Paid != event.Amount {
		event.Outcome = DifferentAmounts
	}
	r.Event(event.line(), event.words())
	r.heard = len(r.journal)
	if !known {
		r.Trouble("payment of an unknown order: " + event.Order)
		return
	}
	if asked.Initiator != "" && order.Subscription != "" {
		r.heardCharge(order, event)
		return
	}
	if !r.accept(order, event) {
		return
	}
	r.remarkPayment(order, event)
	if r.paymentRules(order) || r.halted {
		return
	}
	r.consider("payment", string(event.Outcome), "default")
	if one, known := r.subscription(order.Subscription); known && r.ended {
		r.hearSubscription(one, SubscriptionEnded)
		return
	}
	r.unheard(event)
}

// accept writes down what the event means for the order, and tells whether the
// flow is to hear of it.
func (r *Run) accept(order sales.Order, event PaymentEvent) bool {
	if event.Outcome == Clicked || event.Outcome == Receipt {
		return true // news that change nothing
	}
	if event.Outcome == Success && order.Paid() && order.PaidBy == event.Payment {
		return false // the same news again
	}
	bad := event.Outcome == Fail || event.Outcome == Expired || event.Outcome == LinkError
	if bad && (order.Paid() || cmp.Or(r.Session.Payment, event.Payment) != event.Payment) {
		return false // a link that was replaced, or is no longer needed, ends in silence
	}
	mirror := Mirror{Note: paymentNote(order, event), Stage: r.home.Mirroring.stage(string(event.Outcome))}
	defer func() { r.Emit(mirror) }()
	if event.Outcome == Refunded {
		r.ended = r.givenBack(order, event)
	}
	if event.Outcome != Success {
		return true
	}
	if order.Paid() {
		r.Trouble("order is paid twice: " + order.ID)
		return false
	}
	mirror.Price = order.Amount
	if event.Amount < order.Amount { // a part of what was held
		mirror.Price = event.Amount
	}
	order.PaidAt, order.PaidBy = r.Input.At, event.Payment
	r.SaveOrder(order)
	if order.Subscription != "" {
		r.periodPaid(order, event.Payment)
	}
	r.Session.Order, r.Session.Payment = order.ID, event.Payment
	r.cancel(func(_ Timer, rule *TimerRule) bool { return rule.cancelledBy("paid") })
	return true
}

// line is the kind of the journal's line.
func (e PaymentEvent) line() string {
	if e.Outcome == Clicked || e.Outcome == Receipt {
		return string(e.Outcome)
	}
	return "payment"
}

// words are the event as operators see it in the dialog.
func (e PaymentEvent) words() string {
	switch e.Outcome {
	case Clicked:
		return "payment_link_clicked " + e.Payment
	case Receipt:
		return "payment_receipt " + e.Receipt
	}
	return "payment_" + string(e.Outcome) + " " + cmp.Or(e.External, e.Payment)
}

func paymentNote(order sales.Order, event PaymentEvent) string {
	note := "payment_" + string(event.Outcome) + ": " + order.Title + ", " + event.Amount.String() + " ₽"
	if event.Outcome == DifferentAmounts {
		note += " ≠ " + event.Paid.String() + " ₽"
	}
	return note
}

func (r *Run) paymentRules(order sales.Order) bool {
	if r.anywhere() {
		return true
	}
	here, in := r.Session.State, r.Flow
	if state := r.standing(); state != nil && r.rules("on", state.On) {
		return true
	}
	where := r.Session.Asked[r.asked(order.Flow, order.Product)]
	asked := r.state(where)
	outcome := r.Input.Payment.Outcome
	money := outcome == Success || outcome == DifferentAmounts || outcome == Refunded || outcome == Held || outcome == Receipt
	if asked != nil && where != here && money {
		r.Flow = asked.flow
		if r.rulesOf(where, "on", asked.On) {
			return true
		}
		r.Flow = in
	}
	return r.rules("fallback", r.Flow.Fallback)
}

// unheard does what is safe when no rule of the flow hears an outcome: a paid
// order is delivered, what only a person can settle goes to an operator.
func (r *Run) unheard(event PaymentEvent) {
	switch event.Outcome {
	case Success:
		r.Event("error", "no rule hears success: delivered by default")
		order, _ := r.order(event.Order)
		if seller := r.home.sibling(order.Flow); seller != nil {
			r.Flow = seller
		}
		product, _ := r.Flow.Product(order.Product)
		r.Say(Say{Text: r.Render(r.Text("paid"), MaxText)})
		if order.Subscription != "" && parcels(order.ID, product.Deliver) == nil {
			return // being let in is all there is
		}
		text, _ := ParseTemplate(product.Deliver.Text)
		r.Deliver(order, product.Deliver, text)
	case LinkError:
		r.Say(Say{Text: r.Render(r.Text("trouble"), MaxText)})
		r.Trouble("no rule hears payment_error: " + event.Order)
	case Receipt:
		r.Say(Say{Text: r.Render(r.Text("receipt"), MaxText)})
	case DifferentAmounts, Refunded, Held:
		r.Trouble("no rule hears payment_" + string(event.Outcome) + ": " + event.Order)
	}
}

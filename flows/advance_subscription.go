package flows

import (
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// renew does what is due about a subscription: reminders, a look at the card,
// the charge, the end. What is not due, or was done before, changes nothing.
func (r *Run) renew() {
	one, known := r.subscription(r.Input.Subscription)
	if !known {
		return
	}
	r.about = one.ID
	now := r.Input.At
	switch one.Due(now) {
	case sales.DeedRemind:
		r.saveSubscription(one.Remind(now))
		r.hearSubscription(one, ChargeSoon)
	case sales.DeedCard:
		r.saveSubscription(one.CheckCard())
		if card := r.known.Card; card != nil && !card.Expires.IsZero() && !card.Expires.After(one.Until) {
			r.hearSubscription(one, CardExpiring)
		}
	case sales.DeedCharge:
		r.chargeDue(one)
	case sales.DeedEnd:
		why := sales.EndUnpaid
		if !one.Cancelled.IsZero() {
			why = sales.EndCancelled
		}
		r.endSubscription(one, why)
	default:
		r.saveSubscription(one.Scheduled())
	}
}

// chargeDue asks for the charge of the coming period. While a link for the same
// period can be paid it waits: nobody pays twice.
func (r *Run) chargeDue(one sales.Subscription) {
	order := r.periodOrder(one, one.Sum())
	if until := r.openUntil(order); until.After(r.Input.At) {
		one.NextAt = until
		r.saveSubscription(one)
		r.Event("charge", "waits for a link that can be paid")
		return
	}
	if r.known.Card == nil {
		r.declined(one, sales.DeclineNoCard)
		return
	}
	r.chargeSubscription(one, one.Sum(), sales.ByMerchant)
}

// openUntil is until when money may come by a link of an order, zero for none.
func (r *Run) openUntil(order sales.Order) (until time.Time) {
	for _, payment := range r.paymentsOf(order.ID) {
		switch payment.Status {
		case sales.PaymentNew, sales.PaymentLinked, sales.PaymentDeclined, sales.PaymentHeld:
			if closed := payment.ExpiresAt.Add(linkMargin - time.Minute); payment.Initiator == "" && closed.After(until) {
				until = closed
			}
		}
	}
	return until
}

// paymentsOf are an order's payments as this turn has them.
func (r *Run) paymentsOf(order string) (of []sales.Payment) {
	for _, payment := range append(append([]sales.Payment{}, r.known.Payments...), r.payments...) {
		if payment.Order == order {
			of = append(of, payment)
		}
	}
	return of
}

// bankPatience is after how many tries the flow hears that the bank is out of
// order: about a day. The customer can do nothing about it.
const bankPatience = 5

// declined notes a charge that failed and lets the flow hear of it.
func (r *Run) declined(one sales.Subscription, reason sales.Decline) {
	upgrade := one.Change != nil
	one = one.Declined(reason, r.Input.At)
	r.saveSubscription(one)
	if upgrade {
		r.Event("subscription", "plan stays "+one.Plan.ID)
	}
	if reason == sales.DeclineShop && !upgrade {
		r.Event("subscription", "charge held up by the shop's own fault, next try "+one.NextAt.In(r.zone()).Format("02.01.2006 15:04"))
		return
	}
	if reason == sales.DeclineBank && one.Failed < bankPatience && !upgrade {
		r.Event("subscription", "the bank does not answer, try "+strconv.Itoa(one.Failed))
		return
	}
	r.hearSubscription(one, ChargeFailed)
}

// endSubscription ends access and lets the flow hear of it.
func (r *Run) endSubscription(one sales.Subscription, why sales.EndReason) {
	r.hearSubscription(r.closeSubscription(one, why), SubscriptionEnded)
}

func (r *Run) closeSubscription(one sales.Subscription, why sales.EndReason) sales.Subscription {
	one = one.End(why, r.Input.At)
	r.saveSubscription(one)
	r.letOut(one)
	r.Emit(Mirror{Note: "subscription_ended: " + one.Plan.Title + " (" + string(why) + ")"})
	return one
}

// hearSubscription lets the rules hear a word about a subscription; without one
// that fits, the customer is told in the engine's own words.
func (r *Run) hearSubscription(one sales.Subscription, word Outcome) {
	r.about = one.ID
	r.Input.renewal = word
	defer func() { r.Input.renewal = "" }()
	r.Event("subscription", strings.TrimSpace(string(word)+" "+one.Plan.ID))
	r.heard = len(r.journal)
	if r.halted || r.subscriptionRules(one) || r.halted || r.Session.Manual {
		return
	}
	r.consider("subscription", string(word), "default")
	say := Say{Text: r.Render(r.Text(string(word)), MaxText)}
	if word == ChargeFailed || word == CardExpiring {
		if _, payment := r.Renew(one, PlanTerms{Expires: chargeLife}); payment.ID != "" {
			label := Clip(r.Fill(r.Text("new_card_button")), MaxButton)
			say.Buttons = [][]InlineButton{{{Text: label, URL: PayLink(payment.ID)}}}
		}
	}
	r.Say(say)
}

// subscriptionRules tries the rules of the flow, of the state the customer is
// in, and of the state that asked for the first payment.
func (r *Run) subscriptionRules(one sales.Subscription) bool {
	if r.anywhere() {
		return true
	}
	here, in := r.standing(), r.Flow
	if here != nil && r.rules("on", here.On) {
		return true
	}
	where := r.Session.Asked[r.asked(one.Flow, one.Plan.ID)]
	if asked := r.state(where); asked != nil && asked != here {
		r.Flow = asked.flow
		if r.rulesOf(where, "on", asked.On) {
			return true
		}
		r.Flow = in
	}
	if r.rules("fallback", r.Flow.Fallback) {
		return true
	}
	// The flow that sold it hears wherever the customer is by now.
	seller := r.home.sibling(one.Flow)
	if seller == nil || seller.ID == r.Flow.ID {
		return false
	}
	r.Flow = seller
	if r.rules("anywhere", seller.Anywhere) || r.rules("fallback", seller.Fallback) {
		return true
	}
	r.Flow = in
	return false
}

// heardCharge answers what the bank said of a charge of a saved card for a
// subscription.
func (r *Run) heardCharge(order sales.Order, event PaymentEvent) {
	one, known := r.subscription(order.Subscription)
	if !known {
		r.Trouble("charge of an unknown subscription: " + order.Subscription)
		return
	}
	r.about = one.ID
	switch event.Outcome {
	case Success:
		if order.Paid() {
			if order.PaidBy != event.Payment {
				r.Trouble("order is paid twice: " + order.ID)
			}
			return
		}
		r.Emit(Mirror{Note: "charged: " + order.Title + ", " + event.Amount.String() + " ₽", Price: order.Amount})
		r.periodPaid(order, event.Payment)
		one, _ = r.subscription(one.ID)
		r.hearSubscription(one, Charged)
	case Fail, Expired, LinkError:
		if order.Paid() || one.Charging != event.Payment {
			return
		}
		reason := event.Decline
		if reason == "" {
			reason = sales.DeclineBank
		}
		if reason != sales.DeclineShop {
			r.Emit(Mirror{Note: "charge_failed: " + order.Title + ", " + event.Amount.String() + " ₽"})
		}
		r.declined(one, reason)
	case DifferentAmounts:
		if order.PaidBy == event.Payment {
			return // it was paid in full before
		}
		// No further charge is asked for until a person has looked.
		r.Trouble("another amount was charged: " + event.Payment)
	case Refunded:
		r.Emit(Mirror{Note: paymentNote(order, event)})
		ended := r.givenBack(order, event)
		if !r.paymentRules(order) && ended && !r.halted {
			r.hearSubscription(one, SubscriptionEnded)
		}
	}
}

// periodPaid marks a subscription's order as paid and moves the subscription on.
func (r *Run) periodPaid(order sales.Order, payment string) {
	order.PaidAt, order.PaidBy = r.Input.At, payment
	r.SaveOrder(order)
	one, known := r.subscription(order.Subscription)
	if !known {
		return
	}
	live := one.Live()
	if one.Status == sales.SubscriptionNew {
		one = one.Begin(r.Input.At, r.zone())
	} else {
		if one.Charging != "" && one.Charging != payment {
			r.Event("subscription", "paid by a link while a charge is under way")
		}
		one = one.Charged(r.Input.At, r.zone())
	}
	r.saveSubscription(one)
	if inside := one.Live() || one.Why == sales.EndComplete; inside && !live {
		r.letIn(one, Template{})
	}
}

// givenBack takes back what was handed over for money that went back, where
// the product or the refund says so. A subscription whose last payment went
// back ends, be it a charge of whose coming nobody told; then it tells so.
func (r *Run) givenBack(order sales.Order, event PaymentEvent) (ended bool) {
	product, _ := r.sold(order)
	if (event.Withdraw || product.Deliver.Withdraw) && order.WithdrawnAt.IsZero() {
		order.WithdrawnAt = r.Input.At
		r.SaveOrder(order)
		r.Event("withdrawn", order.ID)
		if product.Deliver.Invite != "" && !order.DeliveredAt.IsZero() {
			r.Kick(product.Deliver.Invite)
		}
	}
	one, known := r.subscription(order.Subscription)
	over := one.Status == sales.SubscriptionEnded && one.Why != sales.EndComplete
	last := order.ID == ofSubscription(one, "order", one.Taken-1) || one.Charging == event.Payment
	if !known || over || !last {
		return false
	}
	r.closeSubscription(one, sales.EndRefunded)
	return true
}

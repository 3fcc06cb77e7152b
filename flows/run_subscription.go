package flows

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"voronka/sales"
)

// mine are the contact's subscriptions as this turn has them, oldest first.
func (r *Run) mine() []sales.Subscription {
	all := slices.Clone(r.subscriptions)
	for _, known := range r.known.Subscriptions {
		if !slices.ContainsFunc(all, func(one sales.Subscription) bool { return one.ID == known.ID }) {
			all = append(all, known)
		}
	}
	slices.SortStableFunc(all, func(a, b sales.Subscription) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func (r *Run) subscription(id string) (sales.Subscription, bool) {
	for _, one := range r.mine() {
		if one.ID == id {
			return one, true
		}
	}
	return sales.Subscription{}, false
}

// saveSubscription writes a new or changed subscription, and speaks of it from now on.
func (r *Run) saveSubscription(one sales.Subscription) {
	r.about = one.ID
	if i := slices.IndexFunc(r.subscriptions, func(s sales.Subscription) bool { return s.ID == one.ID }); i >= 0 {
		r.subscriptions[i] = one
		return
	}
	r.subscriptions = append(r.subscriptions, one)
}

// SubscriptionTo finds the last subscription to a plan that has not ended;
// without a plan that to any.
func (r *Run) SubscriptionTo(plan string) (sales.Subscription, bool) {
	var waiting sales.Subscription
	for _, one := range slices.Backward(r.mine()) {
		if plan != "" && one.Flow != r.Flow.ID || plan != "" && one.Plan.ID != plan || one.Status == sales.SubscriptionEnded {
			continue
		}
		if one.Status != sales.SubscriptionNew {
			return one, true
		}
		if waiting.ID == "" {
			waiting = one
		}
	}
	return waiting, waiting.ID != ""
}

// zone is the project's.
func (r *Run) zone() *time.Location { return r.Now().Location() }

// ofSubscription makes an id that is the same however often the turn is
// computed, and by whichever turn: one period has one order.
func ofSubscription(one sales.Subscription, what string, number int) string {
	sum := sha256.Sum256([]byte(one.ID + " " + what + " " + strconv.Itoa(number)))
	return hex.EncodeToString(sum[:16])
}

// periodOrder is the order of a subscription's coming period, for an amount.
func (r *Run) periodOrder(one sales.Subscription, amount sales.Money) sales.Order {
	plan := one.Coming()
	id := ofSubscription(one, "order", one.Taken)
	order, known := r.order(id)
	if known && (order.Paid() || order.Amount == amount) {
		return order
	}
	if !known {
		order = sales.Order{ID: id, Contact: one.Contact, Flow: one.Flow, Subscription: one.ID, CreatedAt: r.Input.At}
	}
	order.Product, order.Title, order.Amount = plan.ID, plan.Title, amount
	r.SaveOrder(order)
	return order
}

// PlanTerms are how a subscription's payment is asked for in person.
type PlanTerms struct {
	// Expires is how long the link lives.
	Expires     time.Duration
	Description Template
	// Method stores a card, or an account (SBP) that is charged from then on; empty
	// is a card. Only one is offered: what is charged later must be what paid.
	Method sales.Method
}

// Subscribe asks for the first payment of a plan, which stores the card; one
// that lives already goes on. Its answer is the key of TextKeys that says what
// happened, and the payment where there is one to be paid.
func (r *Run) Subscribe(plan sales.Plan, terms PlanTerms) (answer string, payment sales.Payment) {
	one, known := r.SubscriptionTo(plan.ID)
	r.about = one.ID
	switch {
	case known && one.Status == sales.SubscriptionCancelled && r.Input.At.Before(one.Until):
		r.saveSubscription(one.Return())
		return "subscribed_again", payment
	case known && one.Status == sales.SubscriptionPaused:
		r.saveSubscription(one.Resume(r.Input.At))
		r.letIn(one, Template{})
		return "subscribed_again", payment
	case known && one.Status == sales.SubscriptionOverdue:
		return r.Renew(one, terms)
	case known && one.Status != sales.SubscriptionNew:
		return "subscribed", payment
	case !known:
		one = sales.Subscription{ID: r.ID("subscription"), Contact: r.Contact.ID, Flow: r.Flow.ID, CreatedAt: r.Input.At}
	}
	one.Plan, one.Status = plan, sales.SubscriptionNew
	r.saveSubscription(one)
	return "subscribe", r.ask(one, r.periodOrder(one, plan.FirstSum()), plan.Product(), terms)
}

// Renew asks for the coming period by a link, which also stores the card that
// it is paid with. No charge is asked for while the link can be paid.
func (r *Run) Renew(one sales.Subscription, terms PlanTerms) (answer string, payment sales.Payment) {
	r.about = one.ID
	if one.Charging != "" {
		return "subscribed", payment // the card is being charged this very moment
	}
	last := one.Until
	if at := one.ChargeAt(); at.After(last) {
		last = at
	}
	if one.Status == sales.SubscriptionOverdue {
		last = cmp.Or(one.RetryAt, one.GraceEnd())
	}
	if left := last.Sub(r.Input.At) - linkMargin; left < terms.Expires {
		terms.Expires = left
	}
	if terms.Expires < 2*time.Minute {
		return "subscribed", payment
	}
	product := r.today(one).Product()
	product.Price = one.Sum()
	return "subscribe", r.ask(one, r.periodOrder(one, product.Price), product, terms)
}

// linkMargin is how long before a charge a link for the same period is closed,
// and how long after its end a payment that was begun may still come.
const linkMargin = 5 * time.Minute

// ask makes the payment of a subscription's order that is paid in person.
func (r *Run) ask(one sales.Subscription, order sales.Order, product sales.Product, terms PlanTerms) sales.Payment {
	r.Session.Order = order.ID
	method := cmp.Or(terms.Method, sales.MethodCard)
	payment, known := r.payable(order, func(p sales.Payment) bool { return cmp.Or(p.Method, sales.MethodCard) == method })
	if !known {
		payment = r.newPayment(order, product, terms.Expires, r.Fill(terms.Description))
		payment.Recurrent, payment.Method = true, method
		r.payments = append(r.payments, payment)
		r.Emit(MakeLink{Payment: payment.ID})
	}
	r.Session.Payment = payment.ID
	r.remember(order.Product)
	return payment
}

// chargeSubscription makes the payment of the coming period and has it taken
// from the saved card.
func (r *Run) chargeSubscription(one sales.Subscription, amount sales.Money, by sales.Initiator) {
	plan := r.today(one)
	order := r.periodOrder(one, amount)
	product := plan.Product()
	product.Price, product.Item.Price = amount, 0
	payment := r.newPayment(order, product, chargeLife, "")
	payment.ID = ofSubscription(one, "payment", one.Charges)
	payment.Initiator, payment.CustomerKey = by, ""
	r.payments = append(r.payments, payment)
	r.saveSubscription(one.Charge(payment.ID))
	r.Emit(Charge{Payment: payment.ID})
	r.Event("charge", plan.ID+" "+amount.String()+" ₽")
}

// today are the terms of a subscription's coming payment: those agreed to, with
// the receipt's words as the flow has them now. Taxes are the shop's, and change
// by law under subscriptions that go on.
func (r *Run) today(one sales.Subscription) sales.Plan {
	plan := one.Coming()
	seller := r.home.sibling(one.Flow)
	if seller == nil {
		return plan
	}
	if live, known := seller.Plan(plan.ID); known {
		agreed := plan.Item.Price
		plan.Item, plan.Taxation = live.Item, live.Taxation
		plan.Item.Price = agreed
	}
	return plan
}

// chargeLife is how long a charge may take before it counts as declined.
const chargeLife = 24 * time.Hour

// letIn invites into a plan's channel. Without one nothing is to be done.
func (r *Run) letIn(one sales.Subscription, text Template) {
	if one.Plan.Channel != "" {
		r.Invite(one.Plan.Channel, text)
	}
}

// letOut takes the customer out of a plan's channel, unless another
// subscription lets them in.
func (r *Run) letOut(one sales.Subscription) {
	channel := one.Plan.Channel
	if channel == "" || slices.ContainsFunc(r.mine(), func(other sales.Subscription) bool {
		return other.ID != one.ID && other.Live() && other.Plan.Channel == channel
	}) {
		return
	}
	r.Kick(channel)
}

// Unsubscribe stops all further charges; now ends access at once.
func (r *Run) Unsubscribe(one sales.Subscription, now bool) {
	live := one.Live()
	one = one.Cancel(r.Input.At, now)
	r.saveSubscription(one)
	r.Event("subscription", "cancelled "+one.Plan.ID)
	r.Emit(Mirror{Note: "subscription_cancelled: " + one.Plan.Title})
	if live && one.Status == sales.SubscriptionEnded {
		r.letOut(one)
	}
}

// PauseSubscription stops charges and access until ResumeSubscription.
func (r *Run) PauseSubscription(one sales.Subscription) {
	if one.Status == sales.SubscriptionPaused || !one.Live() {
		r.Event("subscription", "not paused: "+string(one.Status))
		return
	}
	one = one.Pause(r.Input.At)
	r.saveSubscription(one)
	r.Event("subscription", "paused "+one.Plan.ID)
	r.letOut(one)
}

// ResumeSubscription goes on after a pause.
func (r *Run) ResumeSubscription(one sales.Subscription) {
	if one.Status != sales.SubscriptionPaused {
		r.Event("subscription", "not resumed: "+string(one.Status))
		return
	}
	one = one.Resume(r.Input.At)
	r.saveSubscription(one)
	r.Event("subscription", "resumed "+one.Plan.ID)
	r.letIn(one, Template{})
}

// ChangePlan goes over to another plan: to a dearer one at once for the
// difference, to another from the next period on.
func (r *Run) ChangePlan(one sales.Subscription, to sales.Plan) {
	if one.Charging != "" || !one.Live() {
		r.Event("subscription", "plan not changed: "+string(one.Status))
		return
	}
	one, due := one.Switch(to, r.Input.At, r.zone())
	if due > 0 && r.known.Card == nil {
		one.Change, one.Next, due = nil, &to, 0
	}
	r.Event("subscription", "plan "+one.Plan.ID+" → "+to.ID)
	if due == 0 {
		r.saveSubscription(one.Scheduled())
		return
	}
	r.chargeSubscription(one, due, sales.ByCustomer)
}

// sold is the product, or the plan, that an order is of, in the flow that sold it.
func (r *Run) sold(order sales.Order) (sales.Product, bool) {
	if seller := r.home.sibling(order.Flow); seller != nil {
		return seller.Product(order.Product)
	}
	return r.Flow.Product(order.Product)
}

package flows

import (
	"slices"
	"time"

	"voronka/sales"
)

// Alarms of the new version ring on their own when nothing was recorded within
// ownLate after they were due; their turns are counted from ownTurns, so that
// their ids meet no recorded one.
const (
	ownLate  = time.Minute
	ownTurns = 1 << 40
	ownMost  = 1000
)

// input is a recorded input as the new version meets it; one that cannot happen
// there, such as the payment of what was never asked for, does not.
func (p *playback) input(one recording) (Input, bool) {
	heard := one.line.Heard
	in := heard.input(one.line.Text)
	switch heard.Kind {
	case Rang:
		timer, found := p.alarm(heard.Timer)
		in.Timer = timer.ID
		return in, found
	case Paid:
		event, found := p.payment(heard.Payment)
		in.Payment = event
		return in, found
	case Renewal:
		subscription, found := p.subscription(heard.Subscription)
		in.Subscription = subscription
		return in, found
	case Bound:
		if heard.Subscription != "" {
			in.Subscription, _ = p.subscription(heard.Subscription)
		}
	case Button:
		in.Payload = p.button(heard.Payload, one.line.Text)
	}
	return in, true
}

// same tells whether two alarms are one: due at the same moment in the same state.
func (p *playback) same(timer, other Timer) bool {
	return p.state(timer.State) == p.state(other.State) && timer.Due.Equal(other.Due)
}

// state is what a recorded state is called now.
func (p *playback) state(name string) string {
	if p.rehearsal.Flow.State(name) == nil {
		return p.rehearsal.Flow.successor(name)
	}
	return name
}

// alarm finds a recorded alarm among those that wait.
func (p *playback) alarm(recorded *Timer) (found Timer, ok bool) {
	if recorded == nil {
		return found, false
	}
	for _, timer := range p.rehearsal.Session.Timers {
		if p.same(timer, *recorded) && (!ok || timer.Index == recorded.Index) {
			found, ok = timer, true
		}
	}
	return found, ok
}

// ringOwn rings the alarms that are due before a moment and that no recording rings.
func (p *playback) ringOwn(before time.Time) error {
	for range ownMost {
		timer, found := p.own(before)
		if !found {
			return nil
		}
		r := p.rehearsal
		p.extra++
		r.Now, r.Session.Turns = timer.Due, ownTurns+p.extra
		turn, err := r.Send(Input{Kind: Rang, Timer: timer.ID})
		if err != nil {
			return err
		}
		line := Line{At: timer.Due, Text: timer.State, Heard: &Heard{Kind: Rang}}
		if len(turn.Journal) > 0 {
			line.Text = turn.Journal[0].Text
		}
		p.compare(recording{line: line}, turn)
	}
	return nil
}

func (p *playback) own(before time.Time) (found Timer, ok bool) {
	for _, timer := range p.rehearsal.Session.Timers {
		known := slices.ContainsFunc(p.heard, func(one recording) bool {
			return one.line.Heard != nil && one.line.Heard.Timer != nil && p.same(timer, *one.line.Heard.Timer)
		})
		if known || !timer.Due.Add(ownLate).Before(before) || ok && !timer.Due.Before(found.Due) {
			continue
		}
		found, ok = timer, true
	}
	return found, ok
}

// button is the data of the pressed button; where the new version has another
// for the same label, that one.
func (p *playback) button(data, label string) string {
	choices := p.rehearsal.Session.Choices
	if _, known := choices[data]; known || p.rehearsal.Flow.hears(data) {
		return data
	}
	for _, live := range slices.Backward(p.rehearsal.Live) {
		if _, known := choices[live.Data]; known && live.Text == label {
			return live.Data
		}
	}
	return data
}

// subscription is the same one in the new version, else its last.
func (p *playback) subscription(recorded string) (id string, found bool) {
	for _, one := range p.rehearsal.Known.Subscriptions {
		if id = one.ID; id == recorded {
			break
		}
	}
	return id, id != ""
}

// payment is what happened to a payment of the new version: the same one, else
// the last for the same product. A customer who paid in full does so again.
func (p *playback) payment(recorded *HeardPayment) (*PaymentEvent, bool) {
	if recorded == nil {
		return nil, false
	}
	r := p.rehearsal
	var found sales.Payment
	for _, payment := range r.Known.Payments {
		order := slices.IndexFunc(r.Known.Orders, func(o sales.Order) bool { return o.ID == payment.Order })
		sells := order >= 0 && r.Known.Orders[order].Product == recorded.Product
		if payment.ID == recorded.Payment || sells && found.ID != recorded.Payment {
			found = payment
		}
	}
	if found.ID == "" {
		return nil, false
	}
	event := PaymentEvent(*recorded)
	event.Payment, event.Order = found.ID, found.Order
	if event.Outcome == Success || event.Outcome == Refunded {
		event.Paid = found.Amount
	}
	event.Amount = found.Amount
	r.move(found.ID, func(payment *sales.Payment) {
		payment.Status, payment.Paid, payment.External = event.Outcome.ended(), event.Paid, event.External
	})
	return &event, true
}

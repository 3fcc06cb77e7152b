package sales

import "time"

// Deed is what a subscription needs done.
type Deed string

// Deeds of a subscription.
const (
	DeedNone   Deed = ""
	DeedRemind Deed = "remind" // tell of the coming charge
	DeedCard   Deed = "card"   // look whether the card lasts until the charge
	DeedCharge Deed = "charge"
	DeedEnd    Deed = "end"
)

// cardNotice is how long before a charge the card is looked at.
const cardNotice = 7 * 24 * time.Hour

// Due is what is to be done at a moment. While a charge is under way that is
// nothing: what becomes of it decides.
func (s Subscription) Due(now time.Time) Deed {
	if s.Charging != "" {
		return DeedNone
	}
	come := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	switch s.Status {
	case SubscriptionCancelled:
		if come(s.Until) {
			return DeedEnd
		}
	case SubscriptionOverdue:
		switch {
		case come(s.GraceEnd()):
			return DeedEnd
		case come(s.RetryAt):
			return DeedCharge
		}
	case SubscriptionTrial, SubscriptionActive:
		switch {
		case s.heldUp() && !come(s.RetryAt):
			return DeedNone
		case come(s.Until):
			return DeedCharge
		case come(s.remindAt()):
			return DeedRemind
		case come(s.cardAt()):
			return DeedCard
		}
	}
	return DeedNone
}

// Scheduled is the subscription with NextAt as its state asks for.
func (s Subscription) Scheduled() Subscription {
	s.NextAt = time.Time{}
	if s.Charging != "" {
		return s
	}
	switch s.Status {
	case SubscriptionCancelled:
		s.NextAt = s.Until
	case SubscriptionOverdue:
		s.NextAt = earliest(s.GraceEnd(), s.RetryAt)
	case SubscriptionTrial, SubscriptionActive:
		if s.NextAt = earliest(s.Until, s.remindAt(), s.cardAt()); s.heldUp() {
			s.NextAt = s.RetryAt
		}
	}
	return s
}

func earliest(moments ...time.Time) (first time.Time) {
	for _, at := range moments {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// GraceEnd is when an overdue subscription ends unless a charge succeeds.
func (s Subscription) GraceEnd() time.Time {
	if s.Overdue.IsZero() {
		return time.Time{}
	}
	return s.Overdue.Add(s.Plan.Grace)
}

// remindAt is the next reminder's moment, zero when all were heard.
func (s Subscription) remindAt() time.Time {
	if s.Reminded >= len(s.Plan.Remind) {
		return time.Time{}
	}
	return s.Until.Add(-s.Plan.Remind[s.Reminded])
}

func (s Subscription) cardAt() time.Time {
	if s.CardChecked {
		return time.Time{}
	}
	return s.Until.Add(-cardNotice)
}

// Remind notes that the flow hears of the coming charge. Of reminders that came
// due together, after a stop, only one is heard.
func (s Subscription) Remind(now time.Time) Subscription {
	for s.Reminded < len(s.Plan.Remind) && !now.Before(s.remindAt()) {
		s.Reminded++
	}
	return s.Scheduled()
}

// CheckCard notes that the card was looked at.
func (s Subscription) CheckCard() Subscription {
	s.CardChecked = true
	return s.Scheduled()
}

// Sum is what the coming charge comes to.
func (s Subscription) Sum() Money { return s.Coming().Price }

// Coming are the terms of the coming charge.
func (s Subscription) Coming() Plan {
	switch {
	case s.Change != nil:
		return *s.Change
	case s.Next != nil:
		return *s.Next
	}
	return s.Plan
}

// Charge notes that a payment for the coming period is under way.
func (s Subscription) Charge(payment string) Subscription {
	s.Charging = payment
	s.Charges++
	return s.Scheduled()
}

// Declined notes that the charge failed, and plans another try by its reason.
// An upgrade that was declined leaves everything as it was. What the shop itself
// did wrong is no decline: the charge waits, and access with it.
func (s Subscription) Declined(reason Decline, at time.Time) Subscription {
	s.Charging, s.Reason = "", reason
	if s.Change != nil {
		s.Change = nil
		return s.Scheduled()
	}
	if reason == DeclineShop {
		return s.held(at)
	}
	s.Failed++
	if s.Overdue.IsZero() {
		s.Overdue = at
	}
	if s.Status == SubscriptionTrial || s.Status == SubscriptionActive {
		s.Status = SubscriptionOverdue
	}
	s.RetryAt = time.Time{}
	for _, after := range s.ladder() {
		if next := s.Overdue.Add(after); next.After(at) {
			s.RetryAt = next
			break
		}
	}
	return s.Scheduled()
}

// shopPause is how often a charge that the shop's own fault holds up is tried.
const shopPause = 6 * time.Hour

// held puts a charge off without using up a try or the grace.
func (s Subscription) held(at time.Time) Subscription {
	switch s.Status {
	case SubscriptionTrial, SubscriptionActive:
		s.RetryAt = at.Add(shopPause)
	case SubscriptionOverdue:
		if s.NextAt = s.RetryAt; s.NextAt.IsZero() {
			s.NextAt = at
		}
		return s.Postponed(at.Add(shopPause))
	}
	return s.Scheduled()
}

// heldUp tells whether the shop's own fault holds up the charge of a
// subscription that is paid for until then.
func (s Subscription) heldUp() bool {
	return (s.Status == SubscriptionTrial || s.Status == SubscriptionActive) && s.Reason == DeclineShop && !s.RetryAt.IsZero()
}

// Mended has a charge that the shop's own fault held up tried at once.
func (s Subscription) Mended(at time.Time) Subscription {
	if s.Charging == "" && s.Reason == DeclineShop && (s.heldUp() || s.Status == SubscriptionOverdue) {
		s.RetryAt = at
		return s.Scheduled()
	}
	return s
}

// ladder is when a charge declined for a reason is tried again, counted from
// the first decline. No time helps a card that is lost.
func (s Subscription) ladder() []time.Duration {
	switch s.Reason {
	case DeclineMoney:
		return s.Plan.Retry
	case DeclineBank:
		const h = time.Hour
		return []time.Duration{h, 3 * h, 6 * h, 12 * h, 24 * h, 36 * h, 48 * h, 72 * h, 96 * h, 120 * h}
	}
	return nil
}

// NewCard notes that the customer has another card: a charge that waits for
// one is tried at once.
func (s Subscription) NewCard(at time.Time) Subscription {
	s.CardChecked = false
	if (s.Status == SubscriptionOverdue || s.heldUp()) && s.Charging == "" {
		s.RetryAt = at
	}
	return s.Scheduled()
}

// ChargeAt is when the card is charged next, zero when it is not.
func (s Subscription) ChargeAt() time.Time {
	switch {
	case s.Charging != "":
		return time.Time{}
	case s.heldUp():
		return s.RetryAt
	case s.Status == SubscriptionTrial || s.Status == SubscriptionActive:
		return s.Until
	case s.Status == SubscriptionOverdue && s.RetryAt.Before(s.GraceEnd()):
		return s.RetryAt
	}
	return time.Time{}
}

// Postponed puts what was due at NextAt off to a moment. The grace of an
// overdue subscription lasts as much longer.
func (s Subscription) Postponed(until time.Time) Subscription {
	by := until.Sub(s.NextAt)
	s.NextAt = until
	if s.Status == SubscriptionOverdue && by > 0 {
		s.Overdue = s.Overdue.Add(by)
		if !s.RetryAt.IsZero() {
			s.RetryAt = s.RetryAt.Add(by)
		}
	}
	return s
}

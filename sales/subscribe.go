package sales

import "time"

// MinCharge is the least that is ever charged: a rouble.
const MinCharge = Money(100)

// Begin starts a subscription with its first payment.
func (s Subscription) Begin(at time.Time, zone *time.Location) Subscription {
	s.Taken, s.Status = 1, SubscriptionActive
	s.Anchor, s.Period = at, 1
	s.Until = s.Plan.Every.After(at, 1, zone)
	if !s.Plan.Trial.Zero() {
		s.Until = s.Plan.Trial.After(at, 1, zone)
		s.Anchor, s.Period, s.Status = s.Until, 0, SubscriptionTrial
	}
	return s.missed(at).completed(at).Scheduled()
}

// Charged adds a period that is paid for. It begins where the last one ended;
// where that is longer ago than a period, or access had ended, it begins now:
// nobody pays for time without access, and nobody is charged for many periods at once.
func (s Subscription) Charged(at time.Time, zone *time.Location) Subscription {
	s.Charging = ""
	s.Taken++
	switch {
	case s.Change != nil:
		s.Plan, s.Change, s.Next = *s.Change, nil, nil
		s.Anchor, s.Period = at, 0
	case s.Next != nil:
		s.Plan, s.Next = *s.Next, nil
		s.Anchor, s.Period = s.Until, 0
	}
	if s.Status == SubscriptionPaused {
		s.Left += s.Plan.Every.After(at, 1, zone).Sub(at)
		return s.settled().completed(at).Scheduled()
	}
	if s.Status == SubscriptionEnded || !s.Plan.Every.After(s.Anchor, s.Period+1, zone).After(at) {
		s.Anchor, s.Period = at, 0
	}
	s.Period++
	s.Until = s.Plan.Every.After(s.Anchor, s.Period, zone)
	s.Status, s.Ended, s.Why = SubscriptionActive, time.Time{}, ""
	if !s.Cancelled.IsZero() {
		s.Status = SubscriptionCancelled
	}
	return s.settled().missed(at).completed(at).Scheduled()
}

// settled forgets the declines and reminders of the period before.
func (s Subscription) settled() Subscription {
	s.Failed, s.Overdue, s.Reason, s.RetryAt = 0, time.Time{}, "", time.Time{}
	s.Reminded, s.CardChecked = 0, false
	return s
}

// missed leaves out reminders whose moment is before the period itself.
func (s Subscription) missed(at time.Time) Subscription {
	for s.Reminded < len(s.Plan.Remind) && !s.remindAt().After(at) {
		s.Reminded++
	}
	return s
}

// completed ends instalments with the last of their payments.
func (s Subscription) completed(at time.Time) Subscription {
	if s.Plan.Instalments() && s.Taken >= s.Plan.Payments {
		return s.End(EndComplete, at)
	}
	return s
}

// Cancel stops all further charges. What is paid for stays until Until;
// without such time, or where now is set, the subscription ends at once.
func (s Subscription) Cancel(at time.Time, now bool) Subscription {
	s.Cancelled, s.Next = at, nil
	if s.Charging == "" {
		s.Change = nil
	}
	paid := (s.Status == SubscriptionTrial || s.Status == SubscriptionActive || s.Status == SubscriptionCancelled) && at.Before(s.Until)
	if now || !paid && s.Charging == "" {
		return s.End(EndCancelled, at)
	}
	s.Status = SubscriptionCancelled
	return s.Scheduled()
}

// Return takes a cancellation back while access lasts.
func (s Subscription) Return() Subscription {
	s.Cancelled, s.Status = time.Time{}, SubscriptionActive
	if s.Taken == 1 && !s.Plan.Trial.Zero() {
		s.Status = SubscriptionTrial
	}
	return s.Scheduled()
}

// End ends a subscription for good. Money that still comes, by a charge that
// was under way, begins it anew.
func (s Subscription) End(why EndReason, at time.Time) Subscription {
	s.Status, s.Ended, s.Why = SubscriptionEnded, at, why
	s.Next, s.RetryAt, s.Charging = nil, time.Time{}, ""
	return s.Scheduled()
}

// Pause stops charges and access; the time that is paid for is kept.
func (s Subscription) Pause(at time.Time) Subscription {
	s.Paused, s.Left = at, max(0, s.Until.Sub(at))
	if s.Status == SubscriptionOverdue {
		s.Left = 0
	}
	s.Status = SubscriptionPaused
	return s.settled().Scheduled()
}

// Resume goes on after a pause; without paid time left a charge is due at once.
func (s Subscription) Resume(at time.Time) Subscription {
	s.Until = at.Add(s.Left)
	s.Anchor, s.Period = s.Until, 0
	s.Status, s.Paused, s.Left = SubscriptionActive, time.Time{}, 0
	return s.settled().missed(at).Scheduled()
}

// Switch changes to another plan: a dearer one, by the day, at once for what it
// costs less the unused part of what is paid, given as due; another one from
// the next period on, and due is zero.
func (s Subscription) Switch(to Plan, at time.Time, zone *time.Location) (after Subscription, due Money) {
	if s.Status == SubscriptionActive && at.Before(s.Until) && to.PerDay() > s.Plan.PerDay() && !to.Instalments() {
		if due = to.Price - s.unused(at, zone); due >= MinCharge {
			s.Change = &to
			return s, due
		}
	}
	s.Next = &to
	if to.ID == s.Plan.ID {
		s.Next = nil
	}
	return s, 0
}

// unused is the part of the price that pays for the rest of the period, in
// whole kopecks, to the customer's favour.
func (s Subscription) unused(at time.Time, zone *time.Location) Money {
	begin := s.Plan.Every.After(s.Anchor, s.Period-1, zone)
	whole, rest := s.Until.Sub(begin)/time.Second, s.Until.Sub(at)/time.Second
	if whole <= 0 || rest <= 0 {
		return 0
	}
	return min(s.Plan.Price, (s.Plan.Price*Money(rest)+Money(whole)-1)/Money(whole))
}

package payments

import (
	"time"

	"voronka/sales"
)

// Grace is how long after its expiry an unpaid link is left to a payment that
// was begun in time, before the provider is asked for the last word.
const Grace = time.Minute

// neglect is when a payment that never came to an end is given up.
const neglect = 30 * 24 * time.Hour

// NextCheck is when to ask the provider about a payment that is silent, zero
// when nothing is awaited any more. The pauses grow with p.Checks; an unpaid
// link is asked about right after its expiry (and Grace), an expired one a few
// times more, for money that came late.
func NextCheck(p sales.Payment, now time.Time) time.Time {
	deadline := p.ExpiresAt.Add(Grace)
	switch p.Status {
	case sales.PaymentNew, sales.PaymentLinked, sales.PaymentDeclined:
		next := now.Add(pause(p.Checks))
		switch {
		case p.ExpiresAt.IsZero():
			return orNever(p.CreatedAt, next)
		case p.Status == sales.PaymentNew && now.Before(deadline), next.After(deadline) && now.Before(deadline):
			return deadline // nobody can pay before there is a link
		}
		return orNever(p.ExpiresAt, next)
	case sales.PaymentHeld:
		next := now.Add(pause(p.Checks))
		if warns := HoldWarns(p); !p.HoldTold && warns.After(now) && warns.Before(next) {
			next = warns
		}
		return orNever(p.CreatedAt, next)
	case sales.PaymentExpired:
		return afterExpiry(p.ExpiresAt, now)
	}
	return time.Time{}
}

// pause grows while a payment stays silent. A fresh link is asked about often:
// without a public address no notification comes, and whoever has just paid
// waits for this question in front of an open chat. Most pay within minutes;
// a link of half an hour costs fifteen questions.
func pause(checks int) time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	steps := []time.Duration{
		15 * s, 15 * s, 30 * s, m, m, m, m, 2 * m, 2 * m, 2 * m, 2 * m, 2 * m, 5 * m, 5 * m,
		10 * m, 20 * m, 30 * m, h, 2 * h, 6 * h,
	}
	return steps[max(0, min(checks, len(steps)-1))]
}

// afterExpiry follows a payment that was begun in time and confirmed late: a
// bank may close one that hangs in 3-D Secure after 36 hours (T-Bank API 1.80,
// statuses).
func afterExpiry(expired, now time.Time) time.Time {
	for _, after := range []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 40 * time.Hour, 72 * time.Hour} {
		if next := expired.Add(after); next.After(now) {
			return next
		}
	}
	return time.Time{}
}

func orNever(since, next time.Time) time.Time {
	if next.Sub(since) > neglect {
		return time.Time{}
	}
	return next
}

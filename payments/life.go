package payments

import (
	"cmp"
	"time"

	"voronka/sales"
)

// Life says which status of a payment may follow which. It is safe for
// concurrent use.
type Life struct{ machine *machine }

// NewLife builds the table of transitions once. A fault in the table is a
// fault of the program, and panics.
func NewLife() *Life {
	m, err := newMachine(sales.PaymentNew, edges())
	if err != nil {
		panic("payments: life of a payment: " + err.Error())
	}
	return &Life{m}
}

// Mermaid draws the life of a payment as a Mermaid state diagram.
func (l *Life) Mermaid() string { return l.machine.mermaid(sales.PaymentNew) }

// Apply moves a payment by what its provider says, forward only, and gives
// the word that the flow must hear.
//
//   - The amount decides between paid and other (different_amounts); nothing is
//     to be delivered for the second. Both keep what was really paid in Paid.
//     Of held money it is the part that we asked for.
//   - A status that cannot follow, such as a late hold or decline of a paid
//     payment, changes nothing. So does a repeated event.
//   - A hold is heard only of a payment that asked for one: with others it comes
//     together with the money.
//   - Declined is not final. The flow hears fail when the payment becomes
//     declined; another decline of the same link cannot be told from a repeated
//     notification (providers number no attempts) and is silent.
//   - Money counts whenever and by whichever link it comes. Any other news is
//     heard only about the link that the payment holds: one that was made but
//     lost on the way to us may expire without closing ours.
//   - A part given back is kept but not told to the flow; refunded is heard when
//     all of it went back. A part given back of money that we never saw coming
//     is heard as different_amounts: a person must look. News of its coming that
//     are late are kept and not heard, but of a charge: its period is paid.
//
// CheckAt becomes the next moment to ask the provider, whatever the event; who
// asks counts Checks up first. The result must be stored in the transaction
// that remembers e.Key.
func (l *Life) Apply(p sales.Payment, e Event, now time.Time) (sales.Payment, Outcome) {
	before, word := p.Status, Silence
	if e.State != "" && concerns(p, e) {
		status, moved := l.machine.move(before, verb(p, e))
		if moved || saysTheSame(p, e) {
			p.State = e.State
		}
		if moved {
			p.Status, word = status, heard(p, before, status)
			p = settle(p, e, now)
		}
		known := overtaken(p, e, now)
		if p.PaidAt.IsZero() && !known.PaidAt.IsZero() && p.Initiator != "" && known.Paid == known.Due() {
			word = Success
		}
		p = known
	}
	p.CheckAt = NextCheck(p, now)
	if p.CheckAt.IsZero() && p.Status == sales.PaymentHeld && before != p.Status {
		p.CheckAt = now.Add(Grace) // so late that nobody would ask any more, and money is in it
	}
	return p, word
}

// Link stores the link that the provider made. News that overtook it stay.
func (l *Life) Link(p sales.Payment, link Link, now time.Time) sales.Payment {
	if p.External == "" {
		p.External = link.External
	}
	p.URL = link.URL
	p.Status, _ = l.machine.move(p.Status, "link")
	p.CheckAt = NextCheck(p, now)
	return p
}

// Refuse closes a payment for which the provider would not make a link.
func (l *Life) Refuse(p sales.Payment, now time.Time) (sales.Payment, Outcome) {
	return l.close(p, "refuse", LinkError, now)
}

// Expire closes an unpaid payment whose time is over. The provider must have
// been asked after ExpiresAt: a payment that is not due yet, or whose money is
// held, stays as it is.
func (l *Life) Expire(p sales.Payment, now time.Time) (sales.Payment, Outcome) {
	if p.ExpiresAt.IsZero() || now.Before(p.ExpiresAt) || p.Status == sales.PaymentHeld {
		return p, Silence
	}
	return l.close(p, "expire", Expired, now)
}

func (l *Life) close(p sales.Payment, verb string, word Outcome, now time.Time) (sales.Payment, Outcome) {
	status, moved := l.machine.move(p.Status, verb)
	p.Status = status
	p.CheckAt = NextCheck(p, now)
	if !moved {
		word = Silence
	}
	return p, word
}

// concerns tells whether an event is about this payment's money, or about the link it holds.
func concerns(p sales.Payment, e Event) bool {
	switch e.Status {
	case sales.PaymentHeld, sales.PaymentPaid, sales.PaymentOther, sales.PaymentPartly, sales.PaymentRefunded:
		return true
	}
	return e.External == "" || e.External == p.External
}

func verb(p sales.Payment, e Event) string {
	switch e.Status {
	case sales.PaymentPaid, sales.PaymentOther:
		if e.Amount == p.Due() && e.Status == sales.PaymentPaid {
			return "pay"
		}
		return "differ"
	case sales.PaymentDeclined:
		return "decline"
	case sales.PaymentHeld:
		return "hold"
	case sales.PaymentExpired:
		return "expire"
	case sales.PaymentRefused:
		return "refuse"
	case sales.PaymentPartly:
		return "part"
	case sales.PaymentRefunded:
		return "refund"
	}
	return "link"
}

// saysTheSame tells whether an event repeats where the payment stands, in
// whatever word of the provider.
func saysTheSame(p sales.Payment, e Event) bool {
	return e.Status == p.Status || e.Status == sales.PaymentPaid && p.Status == sales.PaymentOther
}

// settle keeps what an event tells about the money.
func settle(p sales.Payment, e Event, now time.Time) sales.Payment {
	if e.External != "" {
		p.External = e.External
	}
	switch p.Status {
	case sales.PaymentHeld:
		p.HeldAt = now
	case sales.PaymentPaid, sales.PaymentOther:
		p.Paid, p.PaidAt = e.Amount, now
	case sales.PaymentRefunded:
		// The news of its coming were overtaken or lost.
		if p.PaidAt.IsZero() && !e.Released {
			p.Paid, p.PaidAt, p.Untold = cmp.Or(e.Amount, p.Due()), now, true
		}
	}
	return p
}

// overtaken takes from late news of a payment how much had come, where it was
// not known when a part of it, or the last of it, went back. Whether the sum of
// a payment that went back in part is the part, the rest or the whole no
// document tells (T-Bank API 1.80, GetState); what is due can only be the whole.
func overtaken(p sales.Payment, e Event, now time.Time) sales.Payment {
	came := e.Status == sales.PaymentPaid || e.Status == sales.PaymentOther
	switch {
	case e.External != p.External:
	case p.Status == sales.PaymentPartly && p.PaidAt.IsZero() && (came || e.Status == p.Status && e.Amount == p.Due()):
		p.Paid, p.PaidAt = e.Amount, now
	case (came || e.Status == sales.PaymentRefunded) && p.Untold && e.Amount > p.Paid:
		p.Paid = e.Amount // only what was left then was told
	}
	return p
}

func heard(p sales.Payment, before, after sales.PaymentStatus) Outcome {
	switch after {
	case sales.PaymentHeld:
		if p.Hold {
			return Held
		}
	case sales.PaymentPaid:
		return Success
	case sales.PaymentOther:
		return DifferentAmounts
	case sales.PaymentDeclined:
		return Fail
	case sales.PaymentExpired:
		return Expired
	case sales.PaymentRefused:
		return LinkError
	case sales.PaymentRefunded:
		return Refunded
	case sales.PaymentPartly:
		if before != sales.PaymentPaid && before != sales.PaymentOther {
			return DifferentAmounts
		}
	}
	return Silence
}

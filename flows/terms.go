package flows

import (
	"strings"
	"time"

	"voronka/sales"
)

// Terms are how a product is to be paid for.
type Terms struct {
	// Expires is until when; zero leaves a day.
	Expires     time.Time
	Description Template
	// Language is the page's: ru or en; empty is the customer's.
	Language string
	// Method is the one way it is to be paid; empty leaves the choice.
	Method sales.Method
	// Hold blocks the money until it is confirmed; SaveCard keeps the card for one tap.
	Hold, SaveCard bool
}

// Deadline is how long a link lives: a span, or a moment on the project's
// clock. It may hold variables.
type Deadline struct {
	text Template
	span time.Duration
}

// endOfDay is the deadline at the next midnight.
const endOfDay = "end of day"

// ReadDeadline reads 30m, 25.12.2026 (to the end of that day), 25.12.2026
// 12:00, end of day, and texts with variables that give one of these. Spans
// have bounds; a moment is bounded when it is known.
func ReadDeadline(n Node, least, most time.Duration) Deadline {
	if n.Zero() {
		return Deadline{}
	}
	d := Deadline{text: ReadTemplate(n)}
	if !d.text.Constant() {
		return d
	}
	text := strings.TrimSpace(n.Text())
	if text == endOfDay {
		return d
	}
	if _, moment := parseMoment(text); moment {
		return d
	}
	d.span = n.DurationWithin(least, most)
	return d
}

// Reads are the variables that the deadline needs.
func (d Deadline) Reads() []Ref { return d.text.Reads() }

// Span is the deadline as a span from now, zero where it is none.
func (d Deadline) Span() time.Duration { return d.span }

// Deadline is the moment of a deadline, never further than most; ok is false
// where variables gave no moment, or one that has passed.
func (r *Run) Deadline(d Deadline, otherwise, most time.Duration) (at time.Time, ok bool) {
	now := r.Input.At
	switch {
	case d.text.Zero():
		return now.Add(otherwise), true
	case d.span > 0:
		return now.Add(d.span), true
	}
	text := strings.TrimSpace(r.Fill(d.text))
	if text == endOfDay {
		local := now.In(r.zone())
		at = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, r.zone())
		return latest(at, now.Add(most)), true
	}
	if span, isSpan := ParseDuration(text); isSpan && span > 0 {
		return latest(now.Add(span), now.Add(most)), true
	}
	m, isMoment := parseMoment(text)
	switch {
	case !isMoment:
		return now.Add(otherwise), false
	case !m.exact.IsZero():
		at = m.exact
	case m.minutes < 0:
		at = wall(m.year, m.month, m.day+1, 0, r.zone())
	default:
		at = wall(m.year, m.month, m.day, m.minutes, r.zone())
	}
	if at.Before(now.Add(time.Minute)) { // T-Bank API 1.80, Init: RedirectDueDate is a minute ahead at least
		return now.Add(otherwise), false
	}
	return latest(at, now.Add(most)), true
}

// latest is a moment, or the bound that it goes beyond.
func latest(at, bound time.Time) time.Time {
	if at.After(bound) {
		return bound
	}
	return at
}

package flows

import (
	"regexp"
	"strconv"
	"time"
)

// monthsPart is what a delay may begin with: "1mo", "6mo 1d".
var monthsPart = regexp.MustCompile(`^\s*(\d{1,3})\s*mo\s*`)

// maxMonths is as long as a delay may be; see maxDuration.
const maxMonths = 120

// MonthsAndDuration reads a delay that may begin with months of the calendar.
func MonthsAndDuration(text string) (months int, rest time.Duration, ok bool) {
	found := monthsPart.FindStringSubmatch(text)
	if found == nil {
		rest, ok = ParseDuration(text)
		return 0, rest, ok
	}
	months, _ = strconv.Atoi(found[1]) // up to three digits
	if text = text[len(found[0]):]; text == "" {
		return months, 0, months > 0 && months <= maxMonths
	}
	rest, ok = ParseDuration(text)
	return months, rest, ok && months > 0 && months <= maxMonths
}

// months reads a delay that may begin with months.
func (n Node) months() (int, time.Duration) {
	if n.Zero() {
		return 0, 0
	}
	months, rest, ok := MonthsAndDuration(n.Text())
	if !ok {
		return 0, n.Duration() // which tells what is wrong
	}
	return months, rest
}

// delay writes how long it waits, as it is read.
func (t *TimerRule) delay() string {
	switch {
	case t.Months == 0:
		return FormatDuration(t.After)
	case t.After == 0:
		return strconv.Itoa(t.Months) + "mo"
	}
	return strconv.Itoa(t.Months) + "mo" + FormatDuration(t.After)
}

// delayed tells whether it waits at all.
func (t *TimerRule) delayed() bool { return t.After > 0 || t.Months > 0 }

// monthsLater is the same day of a later month, the last one where the month is
// shorter.
func monthsLater(year int, month time.Month, day, months int) (int, time.Month, int) {
	first := time.Date(year, month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.Year(), first.Month(), min(day, last)
}

// begins is the moment that a delay is counted from: now, or that many months
// later by the customer's calendar and clock.
func (p plan) begins() time.Time {
	if p.rule.Months == 0 {
		return p.now
	}
	now := p.now.In(p.customer)
	year, month, day := now.Date()
	year, month, day = monthsLater(year, month, day, p.rule.Months)
	return wall(year, month, day, clockOf(now), p.customer).Add(time.Duration(now.Second()) * time.Second)
}

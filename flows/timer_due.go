package flows

import (
	"errors"
	"time"
)

// Why an alarm is not planned.
var (
	errPast     = errors.New("the moment has passed")
	errTooLate  = errors.New("allowed hours begin after the event")
	errNoMoment = errors.New("no date to read in")
	errNoClock  = errors.New("a date without a time of day in")
)

// plan is an alarm being planned: whose clocks count, and what the rule says.
type plan struct {
	rule *TimerRule
	now  time.Time
	// project is where dates of events are meant, customer where people wake up.
	project, customer *time.Location
}

// plan gathers what an alarm's moment depends on. The customer's zone is the
// variable `timezone`; one that cannot be read does not count.
func (r *Run) plan(rule *TimerRule) plan {
	p := plan{rule: rule, now: r.Input.At, project: r.Now().Location()}
	p.customer = p.project
	if rule.At != nil || !rule.Window.always() {
		if zone, ok := ParseZone(r.Lookup("timezone")); ok {
			p.customer = zone
		}
	}
	return p
}

// due is when an alarm set now rings. errPast and errTooLate mean that this is
// as declared; any other error that the flow's author has to know.
func (r *Run) due(rule *TimerRule) (time.Time, error) {
	p := r.plan(rule)
	clock, dated := -1, moment{}
	if rule.At != nil {
		minutes, ok := parseClock(r.Fill(rule.At.Template))
		if !ok {
			return time.Time{}, errNoMoment
		}
		clock = minutes
	}
	if rule.On != nil {
		ok := false
		if dated, ok = parseMoment(r.Fill(rule.On.Template)); !ok {
			return time.Time{}, errNoMoment
		}
		return p.onDate(dated, clock)
	}
	return p.window(p.fromNow(clock)), nil
}

// fromNow counts from now. Whole days and a time of the day mean that day on
// the calendar; anything else the first such time after the delay.
func (p plan) fromNow(clock int) time.Time {
	after, from := p.rule.After, p.begins()
	if clock < 0 {
		return from.Add(after)
	}
	days, past := int(after/(24*time.Hour)), p.now
	if after%(24*time.Hour) != 0 {
		from = from.Add(after)
		days, past = 0, from
	}
	year, month, day := from.In(p.customer).Date()
	due := wall(year, month, day+days, clock, p.customer)
	if !due.After(past) {
		due = wall(year, month, day+days+1, clock, p.customer)
	}
	return due
}

// onDate counts from a date: whole days on the calendar, the rest by the clock.
func (p plan) onDate(date moment, clock int) (time.Time, error) {
	zone := p.project
	if !date.exact.IsZero() {
		there := date.exact.In(zone)
		date = moment{year: there.Year(), month: there.Month(), day: there.Day(), minutes: clockOf(there)}
	}
	minutes := date.minutes
	if clock >= 0 {
		zone, minutes = p.customer, clock
	}
	if minutes < 0 {
		return time.Time{}, errNoClock
	}
	shift := p.rule.After - p.rule.Before
	days, rest := int(shift/(24*time.Hour)), shift%(24*time.Hour)
	year, month, day := monthsLater(date.year, date.month, date.day, p.rule.Months)
	due := wall(year, month, day+days, minutes, zone).Add(rest)
	if !due.After(p.now) {
		var err error
		if due, err = p.late(due); err != nil {
			return due, err
		}
	}
	rings := p.window(due)
	event := wall(date.year, date.month, date.day, max(date.minutes, 0), p.project)
	if date.minutes >= 0 && p.rule.Before > 0 && rings.After(due) && !rings.Before(event) {
		return due, errTooLate
	}
	return rings, nil
}

// late does with a moment that has passed what the rule says.
func (p plan) late(due time.Time) (time.Time, error) {
	switch p.rule.Late {
	case LateNow:
		return p.now, nil
	case LateTomorrow:
		year, month, day := p.now.In(due.Location()).Date()
		return wall(year, month, day+1, clockOf(due), due.Location()), nil
	}
	return due, errPast
}

// window moves a moment into the allowed hours.
func (p plan) window(due time.Time) time.Time {
	return p.rule.Window.next(due.In(p.customer))
}

package sales

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is a span of the calendar: days, weeks, months or years.
type Period struct {
	Count int        `json:"count"`
	Unit  PeriodUnit `json:"unit"`
}

// PeriodUnit is what a Period counts.
type PeriodUnit string

// Units of a Period.
const (
	Days   PeriodUnit = "day"
	Weeks  PeriodUnit = "week"
	Months PeriodUnit = "month"
	Years  PeriodUnit = "year"
)

// longest is how many of a unit a Period may have: ten years at most.
func (u PeriodUnit) longest() int {
	switch u {
	case Days:
		return 3650
	case Weeks:
		return 520
	case Months:
		return 120
	case Years:
		return 10
	}
	return 0
}

// ParsePeriod reads "month", "3 months", "2 weeks", "30 days", "year", and in
// short "30d", "2w".
func ParsePeriod(s string) (Period, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	unit := strings.TrimLeft(text, "0123456789")
	count := text[:len(text)-len(unit)]
	p := Period{Count: 1, Unit: PeriodUnit(strings.TrimSuffix(strings.TrimSpace(unit), "s"))}
	switch p.Unit {
	case "d":
		p.Unit = Days
	case "w":
		p.Unit = Weeks
	}
	if count != "" {
		n, err := strconv.Atoi(count)
		if err != nil {
			return Period{}, fmt.Errorf("read period %q: %w", s, err)
		}
		p.Count = n
	}
	if p.Count < 1 || p.Count > p.Unit.longest() {
		return Period{}, fmt.Errorf("read period %q: want days, weeks, months or years, ten years at most", s)
	}
	return p, nil
}

// Zero tells whether there is no period at all.
func (p Period) Zero() bool { return p.Count == 0 }

// String writes a period as ParsePeriod reads it.
func (p Period) String() string {
	if p.Count == 1 {
		return string(p.Unit)
	}
	return strconv.Itoa(p.Count) + " " + string(p.Unit) + "s"
}

// After is the moment n periods after another one, by the wall clock of a
// zone. A day that the month lacks becomes its last one, and only in that
// month: counted from one anchor, the 31st of January gives the 28th of
// February and the 31st of March.
func (p Period) After(anchor time.Time, n int, zone *time.Location) time.Time {
	local := anchor.In(zone)
	year, month, day := local.Date()
	count := p.Count * n
	switch p.Unit {
	case Days:
		day += count
	case Weeks:
		day += 7 * count
	case Months, Years:
		if p.Unit == Years {
			count *= 12
		}
		month += time.Month(count)
		last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
		day = min(day, last)
	}
	hour, minute, second := local.Clock()
	return time.Date(year, month, day, hour, minute, second, 0, zone)
}

// About is roughly how long a period is, to compare prices by the day.
func (p Period) About() time.Duration {
	const day = 24 * time.Hour
	switch p.Unit {
	case Weeks:
		return time.Duration(p.Count) * 7 * day
	case Months:
		return time.Duration(p.Count) * 365 * day / 12
	case Years:
		return time.Duration(p.Count) * 365 * day
	}
	return time.Duration(p.Count) * day
}

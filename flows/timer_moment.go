package flows

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// moment is a date and a time on somebody's clock, before it is known on whose.
type moment struct {
	year, day int
	month     time.Month
	// minutes since midnight; -1 where only the date is given.
	minutes int
	// exact is set where the text names the zone itself.
	exact time.Time
}

var (
	clockText  = regexp.MustCompile(`^(\d{1,2})[:.](\d{2})$`)
	dottedDate = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[,T ]\s*(?:в )?(\d{1,2}:\d{2})(?::\d{2})?)?$`)
	dashedDate = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}:\d{2})(?::\d{2})?)?$`)
)

// parseClock reads 10:00 as minutes since midnight.
func parseClock(text string) (int, bool) {
	found := clockText.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi(found[1])
	minutes, _ := strconv.Atoi(found[2])
	return hours*60 + minutes, hours < 24 && minutes < 60
}

// parseMoment reads 25.12.2026, 25.12.2026 10:00, 2026-12-25 10:00 and
// 2026-12-25T10:00:00+03:00. A day that no calendar has is refused.
func parseMoment(text string) (moment, bool) {
	text = strings.TrimSpace(text)
	if exact, err := time.Parse(time.RFC3339, text); err == nil {
		return moment{exact: exact}, true
	}
	year, month, day, clock := "", "", "", ""
	if found := dottedDate.FindStringSubmatch(text); found != nil {
		day, month, year, clock = found[1], found[2], found[3], found[4]
	} else if found := dashedDate.FindStringSubmatch(text); found != nil {
		year, month, day, clock = found[1], found[2], found[3], found[4]
	} else {
		return moment{}, false
	}
	m := moment{minutes: -1}
	m.year, _ = strconv.Atoi(year)
	m.day, _ = strconv.Atoi(day)
	number, _ := strconv.Atoi(month)
	m.month = time.Month(number)
	if real := time.Date(m.year, m.month, m.day, 0, 0, 0, 0, time.UTC); real.Day() != m.day || real.Month() != m.month {
		return moment{}, false
	}
	if clock == "" {
		return m, true
	}
	minutes, ok := parseClock(clock)
	m.minutes = minutes
	return m, ok
}

// wall is when clocks in a zone show so many minutes after midnight of a day,
// which may lie beyond the end of its month. Where clocks go back and show it
// twice, the first time counts; where they go forward and never show it, the
// time that many minutes after the change.
func wall(year int, month time.Month, day, minutes int, zone *time.Location) time.Time {
	shown := time.Date(year, month, day, 0, minutes, 0, 0, time.UTC)
	// No zone changes its clocks twice within two days.
	_, before := shown.Add(-26 * time.Hour).In(zone).Zone()
	_, after := shown.Add(26 * time.Hour).In(zone).Zone()
	first := shown.Add(-time.Duration(before) * time.Second).In(zone)
	second := shown.Add(-time.Duration(after) * time.Second).In(zone)
	if !shows(first, shown) && shows(second, shown) {
		return second
	}
	return first
}

func shows(t, shown time.Time) bool {
	return t.Hour() == shown.Hour() && t.Minute() == shown.Minute() && t.Day() == shown.Day()
}

// clockOf is how many minutes after midnight a clock shows.
func clockOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

var offsetZone = regexp.MustCompile(`(?i)^(utc|gmt|мск|msk)?\s*(?:([+\-−])\s*(\d{1,2})(?::?(\d{2}))?)?$`)

var namedZone = regexp.MustCompile(`^[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}$`)

// ParseZone reads a time zone as people and phones write it: Europe/Berlin,
// +5, UTC+05:30, МСК+2. Offsets go from -12 to +14 (tz database).
func ParseZone(text string) (*time.Location, bool) {
	text = strings.TrimSpace(text)
	if namedZone.MatchString(text) {
		zone, err := time.LoadLocation(text)
		return zone, err == nil
	}
	found := offsetZone.FindStringSubmatch(text)
	if text == "" || found == nil {
		return nil, false
	}
	hours, _ := strconv.Atoi(found[3])
	minutes, _ := strconv.Atoi(found[4])
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if found[2] != "" && found[2] != "+" {
		offset = -offset
	}
	if base := strings.ToLower(found[1]); base == "мск" || base == "msk" {
		offset += 3 * time.Hour
	}
	if minutes > 59 || offset < -12*time.Hour || offset > 14*time.Hour {
		return nil, false
	}
	return time.FixedZone(text, int(offset.Seconds())), true
}

package calc

import (
	"cmp"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/govalues/decimal"
)

// The forms of a date, a time of day, and of both.
const (
	dateForm   = "02.01.2006"
	timeForm   = "15:04"
	momentForm = dateForm + " " + timeForm
)

// form tells which of them a text has; "" when none.
func form(s string) string {
	if len(s) < 4 || len(s) > 16 || s[0] < '0' || s[0] > '9' {
		return ""
	}
	date, clock, both := strings.Cut(s, " ")
	switch {
	case both && looksDate(date) && isClock(clock):
		return momentForm
	case both:
		return ""
	case looksDate(s):
		return dateForm
	case isClock(s):
		return timeForm
	}
	return ""
}

func looksDate(s string) bool {
	parts := strings.Split(s, ".")
	return len(parts) == 3 && digits(parts[0], 1, 2) && digits(parts[1], 1, 2) && digits(parts[2], 4, 4)
}

func isClock(s string) bool {
	hour, minute, ok := strings.Cut(s, ":")
	return ok && digits(hour, 1, 2) && digits(minute, 2, 2)
}

func digits(s string, least, most int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}

// moment reads a date, a time of day, or both; form is "" when it is none of
// them. A day that no calendar has is ErrNotDate.
func moment(v Value) (at time.Time, shape string, err error) {
	if v.kind != textual {
		return at, "", nil
	}
	shape = form(v.text)
	layout := map[string]string{dateForm: "2.1.2006", timeForm: "15:4", momentForm: "2.1.2006 15:4"}[shape]
	if shape == "" {
		return at, "", nil
	}
	if at, err = time.Parse(layout, v.text); err != nil {
		return at, shape, ErrNotDate
	}
	return at.AddDate(0, 0, int(v.carry)), shape, nil
}

// compareMoments orders two dates, two times, or a date and one with a time.
func compareMoments(a, b Value) (int, bool) {
	x, shapeX, errX := moment(a)
	y, shapeY, errY := moment(b)
	if errX != nil || errY != nil || shapeX == "" || shapeY == "" || (shapeX == timeForm) != (shapeY == timeForm) {
		return 0, false
	}
	return x.Compare(y), true
}

// reckonMoment adds days to a date and minutes to a time, and tells the
// difference of two in the same; false when a is neither.
func reckonMoment(operator string, a, b Value) (Value, bool, error) {
	at, shape, err := moment(a)
	if shape == "" {
		return Value{}, false, nil
	}
	by, isNumber := b.asNumber()
	other, shapeB, errB := moment(b)
	switch {
	case !isNumber && shapeB == "" && operator == "-":
		return Value{}, true, ErrNotDate
	case !isNumber && (shapeB == "" || operator == "+"):
		return Value{}, false, nil // a text behind a date
	case cmp.Or(err, errB) != nil:
		return Value{}, true, cmp.Or(err, errB)
	case isNumber:
		amount, err := wholeOf(by)
		if err != nil {
			return Value{}, true, ErrNotDate
		}
		if operator == "-" {
			amount = -amount
		}
		value, err := shifted(at, shape, amount)
		return value, true, err
	case (shape == timeForm) != (shapeB == timeForm):
		return Value{}, true, ErrNotDate
	}
	minutes := (at.Unix() - other.Unix()) / 60
	if shape == dateForm && shapeB == dateForm {
		return whole(int(minutes / (24 * 60))), true, nil
	}
	return whole(int(minutes)), true, nil
}

// shifted moves a date by days, a time by minutes. A time that passes midnight
// remembers by how many days.
func shifted(at time.Time, shape string, by int) (Value, error) {
	if shape == dateForm {
		at = at.AddDate(0, 0, by)
	} else {
		at = at.Add(time.Duration(by) * time.Minute)
	}
	if shape != timeForm {
		return written(at, shape)
	}
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	days := math.Floor(at.Sub(midnight).Hours() / 24)
	if math.Abs(days) > math.MaxInt16 {
		return Value{}, ErrNotDate
	}
	return Value{text: at.Format(timeForm), carry: int16(days)}, nil
}

func written(at time.Time, shape string) (Value, error) {
	if year := at.Year(); shape != timeForm && (year < 1 || year > 9999) {
		return Value{}, ErrNotDate
	}
	return text(at.Format(shape)), nil
}

var lastDate = regexp.MustCompile(`(\d{1,2}\.\d{1,2}\.\d{4})(\s+)$`)

// shiftDate moves the date at the end of a text.
func shiftDate(s string, days int) string {
	found := lastDate.FindStringSubmatchIndex(s)
	if found == nil {
		return s
	}
	day, err := time.Parse("2.1.2006", s[found[2]:found[3]])
	if err != nil {
		return s
	}
	return s[:found[2]] + day.AddDate(0, 0, days).Format(dateForm) + s[found[4]:]
}

// Moment reads a date ("25.01.2021": its first minute) or a date with a time
// ("25.01.2021 12:23") in a zone; false when the text is neither.
func Moment(s string, zone *time.Location) (time.Time, bool) {
	at, shape, err := moment(text(strings.TrimSpace(s)))
	if err != nil || shape != dateForm && shape != momentForm {
		return time.Time{}, false
	}
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, zone), true
}

// IsDate tells whether a text is a date, with or without a time of day.
func IsDate(s string) bool {
	_, shape, err := moment(text(s))
	return (shape == dateForm || shape == momentForm) && err == nil
}

// IsTime tells whether a text is a time of day: "9:30".
func IsTime(s string) bool {
	_, shape, err := moment(text(s))
	return shape == timeForm && err == nil
}

func wholeOf(d decimal.Decimal) (int, error) {
	n, _, ok := d.Trunc(0).Int64(0)
	if !ok || n > math.MaxInt32 || n < math.MinInt32 {
		return 0, ErrNotNumber
	}
	return int(n), nil
}

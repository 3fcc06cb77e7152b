package calc

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func dates() map[string]function {
	return map[string]function{
		"adddays":    eager(2, 2, func(_ *frame, args []Value) (Value, error) { return movedBy(args, 0, 0, 1) }),
		"addmonth":   eager(2, 2, func(_ *frame, args []Value) (Value, error) { return movedBy(args, 0, 1, 0) }),
		"addyear":    eager(2, 2, func(_ *frame, args []Value) (Value, error) { return movedBy(args, 1, 0, 0) }),
		"addminutes": eager(2, 2, addMinutes),
		"time_interval": eager(2, 2, func(f *frame, args []Value) (Value, error) {
			return timeInterval(f, args)
		}),
		"weekday_date":     eager(1, 2, weekdayDate),
		"month_date":       eager(1, 2, monthDate),
		"birthdate":        eager(1, 1, birthdate),
		"convert_datetime": eager(3, 3, convertDatetime),
		"get_datetime": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			return f.formatted(f.Now, args[0].String())
		}),
		"date_rus": eager(1, 1, func(_ *frame, args []Value) (Value, error) {
			at, shape, err := moment(args[0])
			if err != nil || shape == "" || shape == timeForm {
				return Value{}, ErrNotDate
			}
			return text(Format(at, "d MMMM yyyy")), nil
		}),
		"current_date_rus": eager(0, 0, func(f *frame, _ []Value) (Value, error) {
			return text(Format(f.Now, "d MMMM yyyy")), nil
		}),
	}
}

// movedBy moves a date by years, months or days; the 31st becomes the last day
// of a shorter month.
func movedBy(args []Value, years, months, days int) (Value, error) {
	at, shape, err := moment(args[0])
	by, errBy := integer(args, 1, 0)
	if cmp.Or(err, errBy) != nil || shape == "" || shape == timeForm || by > 1e6 || by < -1e6 {
		return Value{}, cmp.Or(errBy, ErrNotDate)
	}
	if days != 0 {
		return written(at.AddDate(0, 0, by*days), shape)
	}
	first := time.Date(at.Year()+years*by, at.Month()+time.Month(months*by), 1, at.Hour(), at.Minute(), 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return written(first.AddDate(0, 0, min(at.Day(), last)-1), shape)
}

func addMinutes(_ *frame, args []Value) (Value, error) {
	at, shape, err := moment(args[0])
	by, errBy := integer(args, 1, 0)
	if cmp.Or(err, errBy) != nil || shape == "" || shape == dateForm {
		return Value{}, cmp.Or(errBy, ErrNotDate)
	}
	return shifted(at, shape, by)
}

// timeInterval tells whether it is now between two times of day, which may
// have midnight between them, or between two dates with times.
func timeInterval(f *frame, args []Value) (Value, error) {
	from, shape, err := moment(args[0])
	to, shapeTo, errTo := moment(args[1])
	if cmp.Or(err, errTo) != nil || shape != shapeTo || shape == "" {
		return Value{}, ErrNotDate
	}
	now := time.Date(f.Now.Year(), f.Now.Month(), f.Now.Day(), f.Now.Hour(), f.Now.Minute(), 0, 0, time.UTC)
	if shape == timeForm {
		now = time.Date(0, 1, 1, now.Hour(), now.Minute(), 0, 0, time.UTC)
		if to.Before(from) {
			return truth(!now.Before(from) || !now.After(to)), nil
		}
	}
	return truth(!now.Before(from) && !now.After(to)), nil
}

func (f *frame) today() time.Time {
	return time.Date(f.Now.Year(), f.Now.Month(), f.Now.Day(), 0, 0, 0, 0, time.UTC)
}

// weekdayDate is the date of the next Monday (1) to Sunday (7), today only
// when the second argument allows it.
func weekdayDate(f *frame, args []Value) (Value, error) {
	day, err := integer(args, 0, 0)
	if err != nil || day < 1 || day > 7 {
		return Value{}, ErrNotDate
	}
	at := f.today()
	if len(args) < 2 || !args[1].True() {
		at = at.AddDate(0, 0, 1)
	}
	for (int(at.Weekday())+6)%7+1 != day {
		at = at.AddDate(0, 0, 1)
	}
	return written(at, dateForm)
}

// monthDate is the next date with that day of the month, or the last day of a
// shorter month.
func monthDate(f *frame, args []Value) (Value, error) {
	day, err := integer(args, 0, 0)
	if err != nil || day < 1 || day > 31 {
		return Value{}, ErrNotDate
	}
	today := f.today()
	least := today
	if len(args) < 2 || !args[1].True() {
		least = today.AddDate(0, 0, 1)
	}
	first := today.AddDate(0, 0, 1-today.Day())
	for {
		last := first.AddDate(0, 1, -1).Day()
		if at := first.AddDate(0, 0, min(day, last)-1); !at.Before(least) {
			return written(at, dateForm)
		}
		first = first.AddDate(0, 1, 0)
	}
}

// birthdate is the next birthday, today included; the 29th of February is kept
// on the 28th in other years.
func birthdate(f *frame, args []Value) (Value, error) {
	born, shape, err := moment(args[0])
	if err != nil || shape != dateForm {
		return Value{}, ErrNotDate
	}
	for year := f.Now.Year(); ; year++ {
		first := time.Date(year, born.Month(), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		if at := first.AddDate(0, 0, min(born.Day(), last)-1); !at.Before(f.today()) {
			return written(at, dateForm)
		}
	}
}

// strftime are the codes of a form and what they are in Go's layouts.
func strftime() map[byte]string {
	return map[byte]string{'d': "02", 'm': "01", 'Y': "2006", 'y': "06", 'H': "15", 'M': "04", 'S': "05"}
}

// formatted writes a moment in strftime's codes; %s is seconds since 1970.
func (f *frame) formatted(at time.Time, codes string) (Value, error) {
	var out strings.Builder
	for i := 0; i < len(codes); i++ {
		switch {
		case codes[i] != '%' || i+1 == len(codes):
			out.WriteByte(codes[i])
			continue
		case codes[i+1] == 's':
			out.WriteString(strconv.FormatInt(at.Unix(), 10))
		case codes[i+1] == '%':
			out.WriteByte('%')
		default:
			layout, known := strftime()[codes[i+1]]
			if !known {
				return Value{}, fmt.Errorf("%w: %%%c", ErrNotDate, codes[i+1])
			}
			out.WriteString(at.Format(layout))
		}
		i++
	}
	return f.bounded(out.String())
}

// convertDatetime reads a moment in one form and writes it in another.
func convertDatetime(f *frame, args []Value) (Value, error) {
	value, codes := args[0].String(), args[1].String()
	if codes == "%s" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > 1<<40 || seconds < -1<<40 {
			return Value{}, ErrNotDate
		}
		return f.formatted(time.Unix(seconds, 0).In(f.zone()), args[2].String())
	}
	var layout strings.Builder
	for i := 0; i < len(codes); i++ {
		if codes[i] == '%' && i+1 < len(codes) {
			i++
			layout.WriteString(strftime()[codes[i]])
			continue
		}
		layout.WriteByte(codes[i])
	}
	at, err := time.ParseInLocation(layout.String(), value, f.zone())
	if err != nil {
		return Value{}, ErrNotDate
	}
	return f.formatted(at, args[2].String())
}

func (f *frame) zone() *time.Location {
	if f.Now.IsZero() {
		return time.UTC
	}
	return f.Now.Location()
}

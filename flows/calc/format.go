package calc

import (
	"strconv"
	"strings"
	"time"
)

// Format writes a moment as a pattern says: d and dd the day, MM, MMM and MMMM
// the month, yy and yyyy the year, E and EEEE the day of the week, H, HH and mm
// the time. Names are Russian, the month as it stands behind a day: 5 марта.
// Anything else is written as it is.
func Format(at time.Time, pattern string) string {
	var out strings.Builder
	for i := 0; i < len(pattern); {
		end := i + 1
		for end < len(pattern) && pattern[end] == pattern[i] {
			end++
		}
		out.WriteString(field(at, pattern[i:end]))
		i = end
	}
	return out.String()
}

func field(at time.Time, code string) string {
	switch code {
	case "d":
		return strconv.Itoa(at.Day())
	case "M":
		return strconv.Itoa(int(at.Month()))
	case "MMM":
		return string([]rune(months()[at.Month()-1])[:3])
	case "MMMM":
		return months()[at.Month()-1]
	case "E", "EEE":
		return []string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}[at.Weekday()]
	case "EEEE":
		return []string{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"}[at.Weekday()]
	case "H":
		return strconv.Itoa(at.Hour())
	}
	layout := map[string]string{"dd": "02", "MM": "01", "yy": "06", "yyyy": "2006", "HH": "15", "mm": "04"}[code]
	if layout == "" {
		return code
	}
	return at.Format(layout)
}

func months() []string {
	return []string{"января", "февраля", "марта", "апреля", "мая", "июня",
		"июля", "августа", "сентября", "октября", "ноября", "декабря"}
}

// FormatText writes a date, a time of day or both, given as text, as a pattern
// says; false when the text is none of them.
func FormatText(s, pattern string) (string, bool) {
	at, shape, err := moment(text(strings.TrimSpace(s)))
	if err != nil || shape == "" {
		return "", false
	}
	return Format(at, pattern), true
}

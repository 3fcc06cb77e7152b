package flows

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Window is when an alarm may ring on the customer's clock; the zero one is always.
type Window struct {
	// From and To are minutes since midnight; To is no longer within. A window
	// over midnight has From above To. Both zero: any hour.
	From, To int
	// Days holds a bit for each allowed weekday, Sunday the lowest; zero: any day.
	Days uint8
}

func (w Window) always() bool { return w == Window{} }

func (w Window) allows(t time.Time) bool {
	return w.onDay(t.Weekday()) && w.atClock(clockOf(t))
}

func (w Window) onDay(day time.Weekday) bool { return w.Days == 0 || w.Days&(1<<day) != 0 }

func (w Window) atClock(minutes int) bool {
	switch {
	case w.From == w.To:
		return true
	case w.From < w.To:
		return minutes >= w.From && minutes < w.To
	}
	return minutes >= w.From || minutes < w.To
}

// next is the first allowed moment from t on, in t's zone. Where only days are
// given, the time of the day stays.
func (w Window) next(t time.Time) time.Time {
	if w.always() || w.allows(t) {
		return t
	}
	starts := []int{w.From}
	switch {
	case w.From == w.To:
		starts = []int{clockOf(t)}
	case w.From > w.To:
		starts = []int{0, w.From}
	}
	for ahead := range 9 {
		for _, start := range starts {
			year, month, day := t.Date()
			// Clocks that go forward may show another time than was asked for.
			if at := wall(year, month, day+ahead, start, t.Location()); at.After(t) && w.onDay(at.Weekday()) {
				return at
			}
		}
	}
	return t
}

var hoursText = regexp.MustCompile(`^(\d{1,2}(?::\d{2})?)\s*[-–—]\s*(\d{1,2}(?::\d{2})?)$`)

// readHours reads 10:00–20:00, or 10-20, or 22:00–06:00 over midnight.
func (n Node) readHours(w *Window) {
	if n.Zero() {
		return
	}
	if !w.parseHours(n.Text()) {
		n.Error("bad_hours", "Value", n.Text())
	}
}

func (w *Window) parseHours(text string) bool {
	found := hoursText.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return false
	}
	from, ok := parseHour(found[1])
	to, ok2 := parseHour(found[2])
	if !ok || !ok2 || from == to || from == 24*60 {
		return false
	}
	w.From, w.To = from, to
	return true
}

func parseHour(text string) (int, bool) {
	if !strings.Contains(text, ":") {
		text += ":00"
	}
	if text == "24:00" {
		return 24 * 60, true
	}
	return parseClock(text)
}

// weekdays are the days of the week as people shorten them, Monday first.
func weekdays() [][]string {
	return [][]string{
		{"mon", "monday", "пн", "понедельник"}, {"tue", "tuesday", "вт", "вторник"},
		{"wed", "wednesday", "ср", "среда"}, {"thu", "thursday", "чт", "четверг"},
		{"fri", "friday", "пт", "пятница"}, {"sat", "saturday", "сб", "суббота"},
		{"sun", "sunday", "вс", "воскресенье"},
	}
}

// readDays reads weekdays, spans of them such as пн–пт, будни and выходные.
func (n Node) readDays(w *Window) {
	for _, item := range n.Items() {
		for word := range strings.SplitSeq(item.Text(), ",") {
			days, ok := parseDays(fold(word))
			if !ok {
				item.Error("bad_days", "Value", strings.TrimSpace(word))
				continue
			}
			w.Days |= days
		}
	}
}

func parseDays(word string) (uint8, bool) {
	switch word {
	case "weekdays", "будни":
		return parseDays("mon-fri")
	case "weekends", "weekend", "выходные":
		return parseDays("sat-sun")
	}
	from, to, span := strings.Cut(strings.NewReplacer("–", "-", "—", "-", " ", "").Replace(word), "-")
	if !span {
		to = from
	}
	first, last := dayIndex(from), dayIndex(to)
	if first < 0 || last < 0 {
		return 0, false
	}
	var days uint8
	for i := first; ; i = (i + 1) % 7 {
		days |= 1 << ((i + 1) % 7)
		if i == last {
			return days, true
		}
	}
}

func dayIndex(word string) int {
	return slices.IndexFunc(weekdays(), func(names []string) bool { return slices.Contains(names, word) })
}

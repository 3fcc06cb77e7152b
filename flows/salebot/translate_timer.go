package salebot

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// timer translates an arrow that fires by itself.
func (t *translation) timer(a *arrow, target *block) []*yaml.Node {
	span := ""
	if a.delay != "" && strings.Trim(a.delay, "0") != "" {
		var ok bool
		if span, ok = t.span(a, true); !ok {
			return nil
		}
	}
	pairs := []any{"after", span}
	switch {
	case a.date != "" && a.clock == "":
		// Salebot sends on a date without a time at 23:59 of the day before.
		t.noteArrow(a, "date_without_time")
		pairs = []any{"on", a.date, "at", "23:59", "before", "1d", "late", late(a)}
	case a.date != "":
		pairs = []any{"on", a.date, "at", a.clock, "after", span, "late", late(a)}
	case a.clock != "":
		if span != "" {
			t.noteArrow(a, "time_and_delay")
		}
		pairs = []any{"after", span, "at", a.clock}
	case span == "":
		pairs = []any{"after", "1s"}
	}
	pairs = append(pairs, "if", a.guard.formula(), "once", a.guard.once)
	if a.keep {
		pairs = append(pairs, "unless", []*yaml.Node{scalar("blocked")})
	}
	t.rules++
	return []*yaml.Node{mapping(append(pairs, t.action(target, map[string]bool{})...)...)}
}

// late is what happens to a moment that has passed (salebot, "send if the date
// has passed").
func late(a *arrow) string {
	if a.ifPast {
		return "tomorrow"
	}
	return "skip"
}

// span is an arrow's delay as we write it; only timers count months by the calendar.
func (t *translation) span(a *arrow, calendar bool) (string, bool) {
	number, err := strconv.Atoi(a.delay)
	if err != nil || number < 0 || number > 1_000_000_000 {
		t.noteArrow(a, "delay", "Delay", clip(a.delay+" "+a.unit, 60))
		return "", false
	}
	unit := strings.ToLower(a.unit)
	for _, one := range []struct{ begins, ours string }{
		{"sec", "s"}, {"сек", "s"}, {"min", "m"}, {"мин", "m"}, {"hour", "h"}, {"час", "h"},
		{"day", "d"}, {"дн", "d"}, {"ден", "d"}, {"сут", "d"}, {"week", "w"}, {"нед", "w"},
	} {
		if strings.HasPrefix(unit, one.begins) {
			return strconv.Itoa(number) + one.ours, true
		}
	}
	switch {
	case unit == "s" || unit == "m" || unit == "h" || unit == "d" || unit == "w":
		return strconv.Itoa(number) + unit, true
	case calendar && number > 0 && number <= 120 && (strings.HasPrefix(unit, "mon") || strings.HasPrefix(unit, "мес")):
		return strconv.Itoa(number) + "mo", true
	case strings.HasPrefix(unit, "mon"), strings.HasPrefix(unit, "мес"):
		t.noteArrow(a, "month")
		return strconv.Itoa(30*number) + "d", true
	case unit != "":
		t.noteArrow(a, "delay", "Delay", clip(a.delay+" "+a.unit, 60))
		return "", false
	}
	t.noteArrow(a, "delay_unit", "Delay", a.delay)
	return strconv.Itoa(number) + "s", true
}

package flows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
)

// TestMonths: a month is one of the calendar, by the clock on the customer's
// wall; where the day is missing it is the month's last.
func TestMonths(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		timer      string
		from, want time.Time
	}{
		{"after: 1mo", time.Date(2027, 1, 31, 15, 4, 5, 0, berlin), time.Date(2027, 2, 28, 15, 4, 5, 0, berlin)},
		{"after: 13mo", time.Date(2027, 1, 31, 9, 0, 0, 0, berlin), time.Date(2028, 2, 29, 9, 0, 0, 0, berlin)},
		{"after: 1mo2d", time.Date(2027, 1, 31, 9, 0, 0, 0, berlin), time.Date(2027, 3, 2, 9, 0, 0, 0, berlin)},
		{"after: 1mo 1h", time.Date(2027, 11, 30, 9, 0, 0, 0, berlin), time.Date(2027, 12, 30, 10, 0, 0, 0, berlin)},
		// Clocks go forward on 28 March 2027: the same time on the wall.
		{"after: 1mo", time.Date(2027, 3, 15, 9, 0, 0, 0, berlin), time.Date(2027, 4, 15, 9, 0, 0, 0, berlin)},
		{`after: 1mo, at: "10:00"`, time.Date(2027, 1, 31, 15, 0, 0, 0, berlin), time.Date(2027, 2, 28, 10, 0, 0, 0, berlin)},
		{`on: 31.01.2027 10:00, after: 1mo, late: skip`, time.Date(2027, 1, 1, 9, 0, 0, 0, berlin), time.Date(2027, 2, 28, 10, 0, 0, 0, berlin)},
	} {
		source := fmt.Sprintf("start: a\nstates:\n  a: {do: [{say: Жду}], on: [{text: x, to: b}], timers: [{%s, to: b}]}\n  b: {end: true}\n", one.timer)
		stage := flows.NewRehearsal(flows.Engine{Zone: berlin}, load(t, source), one.from)
		perform(t, stage, "/start")
		if len(stage.Session.Timers) != 1 || !stage.Session.Timers[0].Due.Equal(one.want) {
			t.Errorf("%s from %s: %+v, want %s", one.timer, one.from, stage.Session.Timers, one.want)
		}
	}
	for _, wrong := range []string{"0mo", "121mo", "1mo x", "mo", "1d1mo", "1.5mo"} {
		source := "start: a\nstates:\n  a: {on: [{text: x, to: b}], timers: [{after: " + wrong + ", to: b}]}\n  b: {end: true}\n"
		_, found := flows.Loader{Kinds: steps.All()}.LoadText("a.yaml", source)
		if len(found) == 0 || found[0].Code != "want_duration" {
			t.Errorf("%s: %+v", wrong, found)
		}
	}
	months, rest, ok := flows.MonthsAndDuration("2mo3d")
	if diff := cmp.Diff([]any{2, 72 * time.Hour, true}, []any{months, rest, ok}); diff != "" {
		t.Error(diff)
	}
}

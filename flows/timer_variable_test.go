package flows_test

import (
	"testing"
	"time"

	"voronka/flows"
)

// TestAlarmReadsWhatItsOwnStateSets: the date may be set by the very steps
// beside it, and a new one takes the place of the old.
func TestAlarmReadsWhatItsOwnStateSets(t *testing.T) {
	t.Parallel()
	flow, found := loader().LoadText("a.yaml", `start: hi
states:
  hi:
    do: [{set: {day: "02.12.2026 19:00"}}, {say: Записал}, {wait: 10s}, {say: Придёте?}]
    on: [{text: позже, to: later}]
    timers: [{on: day, before: 1h, late: skip, do: [{say: Через час}]}]
  later:
    do: [{set: {day: "03.12.2026 19:00"}}, {goto: hi2}]
    timers: [{on: day, before: 1h, late: skip, do: [{say: Никогда}]}]
  hi2:
    do: [{say: Перенёс}]
    timers: [{on: day, before: 1h, late: skip, do: [{say: Ещё через час}]}]
`)
	if flow == nil {
		t.Fatal(found)
	}
	r := flows.NewRehearsal(flows.Engine{}, flow, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	if got := told(t, r, "/start", "/wait 1d", "/wait 7h"); got != "Записал | Придёте? | Через час | @hi" {
		t.Error(got)
	}
	if got := told(t, r, "/start", "позже", "/wait 2d"); got != "Записал | Перенёс | Ещё через час | @hi2" {
		t.Error(got)
	}
}

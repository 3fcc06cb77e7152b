package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/flows"
)

func finds(found []flows.Diagnostic, code string) bool {
	return slices.ContainsFunc(found, func(one flows.Diagnostic) bool { return one.Code == code })
}

// TestTrapCancelIfLeftTheBlock: salebot's "cancel if left the block" overlooks
// answers that do not move the customer. Here `unless: answered` is any answer,
// `unless: left` any move, and lint warns of a reminder that survives the answer.
func TestTrapCancelIfLeftTheBlock(t *testing.T) {
	t.Parallel()
	const source = `start: offer
anywhere: [{text: цена, do: [{say: 4900}]}]
states:
  offer:
    do: [{say: Берёте?}]
    on: [{text: позже, do: [{say: Хорошо}]}, {text: беру, to: done}]
    timers: [{after: 1h, do: [{say: Ну что?}], unless: WORD}]
  done: {end: true}
`
	for _, one := range []struct {
		word, said string
		rings      bool
	}{
		{"answered", "цена", false}, {"answered", "позже", false}, {"answered", "чушь", false}, {"answered", "беру", false},
		{"left", "цена", true}, {"left", "позже", true}, {"left", "беру", false},
		{"[answered, left]", "цена", false},
	} {
		stage := rehearse(t, strings.Replace(source, "WORD", one.word, 1), "/start", one.said)
		if got := said(t, stage, 2*time.Hour); (len(got) > 0) != one.rings {
			t.Errorf("unless %s, said %s: %q", one.word, one.said, got)
		}
	}
	_, found := loader().LoadText("a.yaml", "start: hi\nstates:\n  hi:\n    do: [{ask: Имя?, into: name}]\n    timers: [{after: 1h, do: [{say: Ну что?}]}]\n")
	if !finds(found, "reminder_survives") {
		t.Errorf("lint is silent: %+v", found)
	}
}

// TestTrapDateWithoutTime: at salebot a date without a time means 23:59 of the
// day before. Here lint asks for the time, and a variable that lacks it calls a person.
func TestTrapDateWithoutTime(t *testing.T) {
	t.Parallel()
	flow, found := loader().LoadText("a.yaml", "start: hi\nstates:\n  hi: {do: [{say: Привет}], timers: [{on: 25.12.2026, late: skip, to: hi}]}\n")
	if flow != nil || !finds(found, "date_without_time") {
		t.Errorf("found %+v", found)
	}
	rings, turn := reminders(t, "Europe/Moscow", "1.12.2026 12:00", `{on: web, late: skip, to: done}`, "web", "25.12.2026")
	if rings != "" || len(all[flows.CallOperator](turn)) != 1 {
		t.Errorf("rings %q, effects %+v", rings, turn.Effects)
	}
	if rings, _ := reminders(t, "Europe/Moscow", "1.12.2026 12:00", `{on: web, at: "00:00", late: skip, to: done}`, "web", "25.12.2026"); rings != "25.12.2026 00:00" {
		t.Errorf("rings %q", rings)
	}
}

// TestTrapPastDateSticksSilently: at salebot a date that has passed leaves the
// customer in the block and says nothing. Here the flow must say what happens,
// what was left out stands in the journal, and a date that cannot be read calls a person.
func TestTrapPastDateSticksSilently(t *testing.T) {
	t.Parallel()
	_, found := loader().LoadText("a.yaml", "start: hi\nstates:\n  hi: {do: [{say: Привет}], timers: [{on: 25.12.2026 10:00, to: hi}]}\n")
	if !finds(found, "late_unsaid") {
		t.Errorf("found %+v", found)
	}
	_, turn := reminders(t, "Europe/Moscow", "1.12.2026 12:00", `{on: 30.11.2026 10:00, late: skip, to: done}`)
	if !slices.ContainsFunc(turn.Journal, func(line flows.Line) bool {
		return line.Kind == "timer" && strings.Contains(line.Text, "left out")
	}) {
		t.Errorf("journal %+v", turn.Journal)
	}
	for _, value := range []string{"", "завтра", "31.11.2026 10:00", "99.99.9999", "25.12.2026 25:00"} {
		rings, turn := reminders(t, "Europe/Moscow", "1.12.2026 12:00", `{on: web, late: now, to: done}`, "web", value)
		if rings != "" || len(all[flows.CallOperator](turn)) != 1 {
			t.Errorf("%q: rings %q, effects %+v", value, rings, turn.Effects)
		}
	}
}

// TestTrap32PendingMessages: no number of reminders is too many.
func TestTrap32PendingMessages(t *testing.T) {
	t.Parallel()
	var timers strings.Builder
	for i := range 100 {
		fmt.Fprintf(&timers, "      - {after: %dh, do: [{say: Раз %d}]}\n", i+1, i)
	}
	stage := rehearse(t, "start: hi\nstates:\n  hi:\n    do: [{say: Привет}]\n    on: [{text: дальше, to: hi}]\n    timers:\n"+timers.String(), "/start")
	if got := said(t, stage, 101*time.Hour); len(got) != 100 || got[99] != "Раз 99" {
		t.Errorf("%d of 100 rang", len(got))
	}
}

// TestTrapReminderPlannedTwice: at salebot a state entered again plans its
// reminders again beside the old ones.
func TestTrapReminderPlannedTwice(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, "start: hi\nstates:\n  hi:\n    do: [{say: Привет}]\n    on: [{text: снова, to: hi}]\n"+
		"    timers: [{at: \"15:00\", do: [{say: Пора}], unless: paid}]\n", "/start", "снова", "снова")
	if got := said(t, stage, 10*time.Hour); !slices.Equal(got, []string{"Пора"}) {
		t.Errorf("rang %q", got)
	}
}

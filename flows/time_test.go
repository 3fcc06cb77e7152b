package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/flows"
)

func place(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// reminders enters a state with one timer at a moment of a zone, and gives when
// it is to ring there, "" when it is not planned.
func reminders(t *testing.T, zone, at, timer string, vars ...string) (rings string, turn flows.Turn) {
	t.Helper()
	here := place(t, zone)
	now, err := time.ParseInLocation("2.1.2006 15:04", at, here)
	if err != nil {
		t.Fatal(err)
	}
	set := ""
	for i := 0; i+1 < len(vars); i += 2 {
		set += fmt.Sprintf(", {set: {%s: %q}}", vars[i], vars[i+1])
	}
	flow := load(t, "start: hi\nstates:\n  hi: {do: [{say: Привет}"+set+"], next: wait}\n  wait:\n    do: [{say: Ждём}]\n    on: [{text: дальше, to: done}]\n    timers: ["+timer+"]\n  done: {end: true}\n")
	stage := flows.NewRehearsal(flows.Engine{Zone: here}, flow, now)
	turn = perform(t, stage, "/start")
	if len(stage.Session.Timers) == 0 {
		return "", turn
	}
	return stage.Session.NextTimer().In(here).Format("02.01.2006 15:04"), turn
}

func TestMoments(t *testing.T) {
	t.Parallel()
	const moscow, berlin = "Europe/Moscow", "Europe/Berlin"
	for _, one := range []struct {
		zone, now, timer string
		vars             []string
		want             string
	}{
		// The next such moment, over midnight, the end of a month, of a year.
		{moscow, "1.12.2026 09:59", `{at: "10:00", to: done}`, nil, "01.12.2026 10:00"},
		{moscow, "1.12.2026 10:00", `{at: "10:00", to: done}`, nil, "02.12.2026 10:00"},
		{moscow, "31.12.2026 23:59", `{at: "0:00", to: done}`, nil, "01.01.2027 00:00"},
		{moscow, "31.01.2027 12:00", `{after: 1d, at: "10:00", to: done}`, nil, "01.02.2027 10:00"},
		{moscow, "27.02.2028 12:00", `{after: 2d, at: "10:00", to: done}`, nil, "29.02.2028 10:00"},
		{moscow, "1.12.2026 23:30", `{after: 3h, at: "10:00", to: done}`, nil, "02.12.2026 10:00"},
		{moscow, "1.12.2026 23:30", `{after: 1h, to: done}`, nil, "02.12.2026 00:30"},
		{moscow, "1.12.2026 12:00", `{at: when, to: done}`, []string{"when", "9:05"}, "02.12.2026 09:05"},
		// A day on the calendar may have 23 or 25 hours; clocks may leave out or repeat a time.
		{berlin, "27.03.2027 12:00", `{after: 1d, at: "12:00", to: done}`, nil, "28.03.2027 12:00"},
		{berlin, "27.03.2027 12:00", `{after: 1d, to: done}`, nil, "28.03.2027 13:00"},
		{berlin, "27.03.2027 12:00", `{at: "02:30", to: done}`, nil, "28.03.2027 03:30"},
		{berlin, "30.10.2027 12:00", `{at: "02:30", to: done}`, nil, "31.10.2027 02:30"},
		{berlin, "30.10.2027 12:00", `{after: 1d, at: "12:00", to: done}`, nil, "31.10.2027 12:00"},
		// Dates, before and after them.
		{moscow, "1.12.2026 12:00", `{on: 25.12.2026 10:00, late: skip, to: done}`, nil, "25.12.2026 10:00"},
		{moscow, "1.12.2026 12:00", `{on: 2026-12-25 10:00, late: skip, to: done}`, nil, "25.12.2026 10:00"},
		{moscow, "1.12.2026 12:00", `{on: web, late: skip, to: done}`, []string{"web", "2026-12-25T10:00:00+05:00"}, "25.12.2026 08:00"},
		{moscow, "1.12.2026 12:00", `{on: web, before: 1h, late: skip, to: done}`, []string{"web", "25.12.2026, 19:00"}, "25.12.2026 18:00"},
		{moscow, "1.02.2028 12:00", `{on: web, before: 1d, at: "10:00", late: skip, to: done}`, []string{"web", "1.03.2028"}, "29.02.2028 10:00"},
		{moscow, "1.12.2026 12:00", `{on: "#{web} 10:00", after: 1d2h, late: skip, to: done}`, []string{"web", "31.12.2026"}, "01.01.2027 12:00"},
		{berlin, "27.03.2027 10:00", `{on: 29.03.2027 10:00, before: 1d, late: skip, to: done}`, nil, "28.03.2027 10:00"},
		// What has passed is done as it says.
		{moscow, "1.12.2026 12:00", `{on: 30.11.2026 10:00, late: now, to: done}`, nil, "01.12.2026 12:00"},
		{moscow, "31.12.2026 12:00", `{on: 30.11.2026 10:00, late: tomorrow, to: done}`, nil, "01.01.2027 10:00"},
		{moscow, "1.12.2026 12:00", `{on: 30.11.2026 10:00, late: skip, to: done}`, nil, ""},
		{moscow, "1.12.2026 23:00", `{on: 30.11.2026 10:00, late: now, hours: 10–20, to: done}`, nil, "02.12.2026 10:00"},
		// Allowed hours and days.
		{moscow, "1.12.2026 19:30", `{after: 1h, hours: 10:00–20:00, to: done}`, nil, "02.12.2026 10:00"},
		{moscow, "1.12.2026 18:30", `{after: 1h, hours: 10:00–20:00, to: done}`, nil, "01.12.2026 19:30"},
		{moscow, "4.12.2026 19:30", `{after: 1h, hours: 10-20, days: будни, to: done}`, nil, "07.12.2026 10:00"},
		{moscow, "4.12.2026 19:30", `{after: 1h, days: [пн, вс], to: done}`, nil, "06.12.2026 20:30"},
		{moscow, "4.12.2026 12:00", `{after: 1h, hours: 22:00–06:00, to: done}`, nil, "04.12.2026 22:00"},
		{moscow, "4.12.2026 12:00", `{after: 1h, hours: 22:00–06:00, days: сб-вс, to: done}`, nil, "05.12.2026 00:00"},
		{moscow, "4.12.2026 02:00", `{after: 1h, hours: 22:00–06:00, to: done}`, nil, "04.12.2026 03:00"},
		{berlin, "27.03.2027 23:00", `{after: 1h, hours: 02:30–04:00, to: done}`, nil, "28.03.2027 03:30"},
		// A reminder that could only come after the event does not come.
		{moscow, "1.12.2026 12:00", `{on: 2.12.2026 09:00, before: 1h, late: skip, hours: 10–20, to: done}`, nil, ""},
		{moscow, "1.12.2026 12:00", `{on: 2.12.2026 10:30, before: 1h, late: skip, hours: 10–20, to: done}`, nil, "02.12.2026 10:00"},
		// The customer's own clock for hours of the day, the project's for events.
		{moscow, "1.12.2026 12:00", `{at: "10:00", to: done}`, []string{"timezone", "Asia/Vladivostok"}, "02.12.2026 03:00"},
		{moscow, "1.12.2026 12:00", `{after: 1h, hours: 10–20, to: done}`, []string{"timezone", "МСК+7"}, "02.12.2026 03:00"},
		{moscow, "1.12.2026 12:00", `{on: 25.12.2026 19:00, late: skip, to: done}`, []string{"timezone", "+10"}, "25.12.2026 19:00"},
		{moscow, "1.12.2026 12:00", `{on: 25.12.2026, at: "10:00", late: skip, to: done}`, []string{"timezone", "UTC+10"}, "25.12.2026 03:00"},
		{moscow, "1.12.2026 12:00", `{at: "13:00", to: done}`, []string{"timezone", "Нью-Васюки"}, "01.12.2026 13:00"},
	} {
		if got, _ := reminders(t, one.zone, one.now, one.timer, one.vars...); got != one.want {
			t.Errorf("%s, %s, %s %q = %q, want %q", one.zone, one.now, one.timer, one.vars, got, one.want)
		}
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"Europe/Berlin": "+01:00", "+5": "+05:00", "UTC+05:30": "+05:30", "МСК+2": "+05:00", "мск": "+03:00", "msk-1": "+02:00",
		"GMT": "Z", "−3": "-03:00", "UTC-0330": "-03:30",
		"": "", "Local": "", "../etc/passwd": "", "+25": "", "5": "", "Europe/Atlantis": "", "МСК+": "", "+5:99": "",
	} {
		zone, ok := flows.ParseZone(text)
		got := ""
		if ok {
			got = now.In(zone).Format("Z07:00")
		}
		if got != want {
			t.Errorf("%q = %q, want %q", text, got, want)
		}
	}
}

// TestLadder: rungs are counted from entering, and only the last one moves.
func TestLadder(t *testing.T) {
	t.Parallel()
	const source = `start: hi
states:
  hi:
    do: [{ask: Как вас зовут?, into: name}]
    next: bye
    timers:
      - {ladder: [1h, 1d, 3d], do: [{say: Вы тут?}], to: cold, unless: answered}
  cold: {do: [{say: Тогда прощайте}], end: true}
  bye: {do: [{say: До встречи}], end: true}
`
	stage := rehearse(t, source, "/start")
	for _, one := range []struct {
		wait time.Duration
		want string
	}{
		{59 * time.Minute, ""}, {time.Minute, "Вы тут?"}, {22 * time.Hour, ""}, {time.Hour, "Вы тут?"}, {48 * time.Hour, "Вы тут?|Тогда прощайте"},
	} {
		if got := strings.Join(said(t, stage, one.wait), "|"); got != one.want {
			t.Errorf("after %s: %q, want %q", one.wait, got, one.want)
		}
	}
	if stage.Session.State != "cold" {
		t.Errorf("stands in %s", stage.Session.State)
	}
	stage = rehearse(t, source, "/start", "/wait 2h", "Анна")
	if got := said(t, stage, 10*24*time.Hour); len(got) > 0 || len(stage.Session.Timers) > 0 {
		t.Errorf("after the answer: %q", got)
	}
}

// TestUnless: each word of `unless` stops its alarm, the others do not.
func TestUnless(t *testing.T) {
	t.Parallel()
	inputs := map[string][]flows.Input{
		"answered": {text("бу")},
		"left":     {text("дальше")},
		"blocked":  {{Kind: flows.Blocked}, {Kind: flows.Unblocked}},
		"":         {{Kind: flows.Left, Text: "news"}, {Kind: flows.Operator, Text: "Добрый день"}},
		"joined":   {{Kind: flows.Joined, Text: "news"}},
		"operator": {{Kind: flows.Operator, Payload: flows.Join}, {Kind: flows.Operator, Payload: flows.Leave}},
		"stage":    {{Kind: flows.Stage, Text: "won"}},
		"webhook":  {{Kind: flows.Webhook, Text: "crm"}},
	}
	for _, word := range flows.TimerEvents() {
		for event, happens := range inputs {
			stage := rehearse(t, "start: hi\nstates:\n  hi:\n    do: [{say: Привет}]\n    on: [{text: дальше, to: done}]\n"+
				"    timers: [{after: 1h, do: [{say: Эй}], unless: "+word+"}]\n  done: {end: true}\n", "/start")
			for _, input := range happens {
				if _, err := stage.Send(input); err != nil {
					t.Fatal(err)
				}
			}
			cancelled := word == event || word == "answered" && event == "left"
			if got := said(t, stage, 2*time.Hour); (len(got) == 0) != cancelled {
				t.Errorf("unless %s, and it %s: %q", word, event, got)
			}
		}
	}
}

// TestAlarmAsksWhenItRings: `if` is asked then, `hours` too, `once` is for ever.
func TestAlarmAsksWhenItRings(t *testing.T) {
	t.Parallel()
	const source = `start: hi
states:
  hi:
    do: [{set: {sent: "нет"}}, {say: Привет}]
    on:
      - {text: отправил, do: [{set: {sent: "да"}}]}
      - {text: снова, to: hi}
    timers:
      - {after: 1h, if: sent == 'нет', do: [{say: Ждём}]}
      - {after: 2h, once: true, hours: 10–20, do: [{say: Подарок}]}
`
	for script, want := range map[string][]string{
		"":                      {"Ждём", "Подарок"},
		"отправил":              {"Подарок"},
		"/wait 3h|снова":        {"Ждём"},
		"снова|снова|/wait 30m": {"Ждём", "Подарок"},
	} {
		stage := rehearse(t, source, "/start")
		if script != "" {
			perform(t, stage, strings.Split(script, "|")...)
		}
		if got := said(t, stage, 24*time.Hour); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
	// The process slept until the night: the alarm waits for the morning, under
	// an id of its own, or it would be taken for one that rang before.
	stage := rehearse(t, source, "/start")
	stage.Now = stage.Now.Add(11 * time.Hour)
	late := stage.Session.Timers[1].ID
	if turn, err := stage.Send(flows.Input{Kind: flows.Rang, Timer: late}); err != nil || len(turn.Effects) > 0 {
		t.Fatalf("%v %+v", err, turn.Effects)
	}
	next := stage.Session.Timers[len(stage.Session.Timers)-1]
	if want := time.Date(2026, 12, 2, 10, 0, 0, 0, time.UTC); !next.Due.Equal(want) || next.ID == late {
		t.Errorf("rings at %s, want %s; id %s", next.Due, want, next.ID)
	}
}

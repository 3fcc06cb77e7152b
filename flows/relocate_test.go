package flows_test

import (
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/steps"
)

const before = `start: mail
states:
  mail:
    do: [{ask: Почта?, into: email, as: email}]
    next: bye
    timers: [{after: 1h, to: nudge, unless: left}]
  nudge: {do: [{say: Напоминаю}], end: true}
  bye: {end: true, do: [{say: Пока}]}
`

// TestMovedTakesTheDialogAlong renames a state under a customer who stands in
// it: the question goes on waiting, the alarm still rings.
func TestMovedTakesTheDialogAlong(t *testing.T) {
	t.Parallel()
	load := func(text string) *flows.Flow {
		flow, found := flows.Loader{Kinds: steps.All()}.LoadText("flow.yaml", text)
		if flow == nil {
			t.Fatalf("%+v", found)
		}
		return flow
	}
	after := load(strings.NewReplacer("start: mail", "start: address", "  mail:", "  address:").Replace(before) + "moved: {mail: address}\n")
	for name, test := range map[string]struct{ line, want string }{
		"the question waits": {"anna@mail.ru", "Пока"},
		"the alarm rings":    {"/wait 2h", "Напоминаю"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := flows.NewRehearsal(flows.Engine{}, load(before), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
			if _, err := r.Do("/start"); err != nil {
				t.Fatal(err)
			}
			r.Flow = after
			turns, err := r.Do(test.line)
			if err != nil || len(turns) == 0 {
				t.Fatalf("%v %v", turns, err)
			}
			var said []string
			for _, line := range turns[0].Journal {
				if line.Who == flows.Bot {
					said = append(said, line.Text)
				}
			}
			if strings.Join(said, " ") != test.want {
				t.Errorf("said %q in %+v", said, turns[0].Journal)
			}
		})
	}
}

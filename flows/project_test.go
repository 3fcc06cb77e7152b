package flows_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
)

const counting = `start: a
vars:
  places: {type: number, default: 3, scope: project}
  last: {type: text, scope: project}
states:
  a:
    do:
      - calc: |
          project.places = places - 1
          project.last = name
          project.note = 'x'
      - say: "#{places} #{last} #{note}"
    on:
      - {text: занять, to: a}
      - {text: сломать, do: [{calc: project.places = 'много'}, {set: {places: 100}}, {say: "#{places}"}]}
      - {text: моё, do: [{calc: note = 'deal'}, {say: "#{note}"}, {calc: note = ''}, {say: "#{note}"}]}
`

// TestProjectVariables: one customer's write is read at once in the same turn
// and by every other customer once it is committed; the deal's and the
// customer's own come before it.
func TestProjectVariables(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, counting)
	if diff := cmp.Diff([]string{"last", "note", "places"}, stage.Flow.ProjectVariables()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	turn := perform(t, stage, "/start")
	if diff := cmp.Diff(map[string]string{"places": "2", "last": "Анна", "note": "x"}, turn.Project); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	other := flows.NewRehearsal(flows.Engine{}, stage.Flow, noon())
	other.Profile.Name = "Пётр"
	other.Known.Project = stage.Known.Project
	for line, want := range map[string][]string{"/start": {"1 Пётр x"}} {
		if diff := cmp.Diff(want, spoken(perform(t, other, line))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
	for _, one := range []struct {
		line string
		want []string
	}{{"моё", []string{"deal", "x"}}, {"сломать", []string{"1"}}} {
		turn := perform(t, other, one.line)
		if diff := cmp.Diff(one.want, spoken(turn)); diff != "" || len(turn.Project) > 0 {
			t.Errorf("%s: project %v (-want +got):\n%s", one.line, turn.Project, diff)
		}
	}
}

func spoken(turn flows.Turn) []string {
	var texts []string
	for _, say := range all[flows.Say](turn) {
		texts = append(texts, say.Text)
	}
	return texts
}

// TestBeen: a flow that asks where the customer was remembers it, others do not.
func TestBeen(t *testing.T) {
	t.Parallel()
	const source = `start: a
states:
  a:
    do: [{say: "#{was_in_state('b')} #{been.b == 'true'}"}]
    on: [{text: дальше, to: b}]
  b:
    do: [{say: Здесь}]
    on: [{text: назад, to: a}, {text: ещё, if: been.a, do: [{say: Были}]}]
`
	stage := rehearse(t, source)
	for _, one := range [][2]string{{"/start", "false false"}, {"дальше", "Здесь"}, {"ещё", "Были"}, {"назад", "true true"}} {
		if diff := cmp.Diff([]string{one[1]}, spoken(perform(t, stage, one[0]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", one[0], diff)
		}
	}
	if stage := rehearse(t, shop, "/start", "[Купить]"); stage.Session.Been != nil {
		t.Errorf("a flow that does not ask remembers %v", stage.Session.Been)
	}
}

// TestPendedMessages: salebot's function takes alarms away, and keeps those
// that are meant to outlive their state when it is told False.
func TestPendedMessages(t *testing.T) {
	t.Parallel()
	const source = `start: a
states:
  a:
    do: [{say: Здесь}]
    timers: [{after: 1h, do: [{say: час}]}, {after: 2h, do: [{say: два}], unless: paid}]
    on:
      - {text: все, do: [{calc: delete_pended_messages()}]}
      - {text: часть, do: [{calc: delete_pended_messages(False)}]}
`
	for line, want := range map[string]int{"все": 0, "часть": 1} {
		stage := rehearse(t, source, "/start", line)
		if got := len(stage.Session.Timers); got != want {
			t.Errorf("%s: %d alarms are left, want %d", line, got, want)
		}
	}
}

// TestInSegment: the calculator's word reads the segment, and a misspelt one is found.
func TestInSegment(t *testing.T) {
	t.Parallel()
	const source = `start: a
segments: {rich: n > 3}
states:
  a:
    do: [{set: {n: 5}}, {say: "#{in_segment('rich')} #{segment.rich == 'true'}"}, {set: {n: 1}}, {say: "#{in_segment('rich')}"}]
    end: true
`
	if diff := cmp.Diff([]string{"true true", "false"}, spoken(perform(t, rehearse(t, source), "/start"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, found := flows.Loader{Kinds: steps.All()}.LoadText("a.yaml", strings.ReplaceAll(source, "in_segment('rich')", "in_segment('reach')"))
	if len(found) == 0 || found[0].Code != "unknown_segment" || found[0].Args["Suggest"] != "rich" {
		t.Errorf("%+v", found)
	}
}

// TestNone: salebot's #{none} says nothing, and complains of nothing.
func TestNone(t *testing.T) {
	t.Parallel()
	turn := perform(t, rehearse(t, "start: a\nstates: {a: {do: [{say: '#{none}'}, {say: Привет}], end: true}}\n"), "/start")
	if diff := cmp.Diff([]string{"Привет"}, spoken(turn)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, line := range turn.Journal {
		if line.Kind == "error" {
			t.Errorf("complains: %s", line.Text)
		}
	}
}

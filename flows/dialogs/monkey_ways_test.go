package dialogs_test

import (
	"slices"
	"testing"

	"voronka/flows"
	"voronka/flows/dialogs"
	"voronka/flows/steps"
)

// TestMonkeyGoesDeep: random customers turn the pages of a menu, and come back
// from a sub-flow; what is wrong behind it is found with a short way.
func TestMonkeyGoesDeep(t *testing.T) {
	t.Parallel()
	const storm = "  storm: {do: [{say: 1}, {say: 2}, {say: 3}, {say: 4}, {say: 5}, {say: 6}, {say: 7}], end: true}\n"
	for name, one := range map[string]struct {
		states  string
		longest int
	}{
		"behind a menu": {"  hello: {do: [{choose: Что?, into: what, options: [а, б, в, г, д, е, ж], page: 3}], next: pick}\n" +
			"  pick: {do: [{say: Жду, buttons: [[{text: Назад, to: hello}]]}], timers: [{after: 1h, if: what == 'ж', to: storm}]}\n" + storm, 5},
		"behind a sub-flow": {"  hello: {do: [{call: sub}, {goto: storm}]}\n" +
			"  sub: {do: [{ask: Имя?, into: nick}, {return: true}]}\n" + storm, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flow, found := flows.Loader{Kinds: steps.All()}.LoadText("deep.yaml", "start: hello\nstates:\n"+one.states)
			if flow == nil {
				t.Fatal(found)
			}
			troubles := walk(t, flow, 3, 200).Troubles()
			i := slices.IndexFunc(troubles, func(trouble dialogs.Trouble) bool { return trouble.Kind == "storm" })
			if i < 0 || len(troubles[i].Path) > one.longest {
				t.Errorf("%+v", troubles)
			}
		})
	}
}

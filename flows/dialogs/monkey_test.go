package dialogs_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/dialogs"
	"voronka/flows/steps"
)

func walk(t *testing.T, flow *flows.Flow, seed uint64, walks int) *dialogs.Monkey {
	t.Helper()
	monkey := &dialogs.Monkey{
		Engine: engine(), Flow: flow, Pick: rand.New(rand.NewPCG(seed, 0)).IntN,
		Start: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC),
	}
	for range walks {
		monkey.Walk()
	}
	return monkey
}

// TestMonkeyFindsNothing in the ready funnel.
func TestMonkeyFindsNothing(t *testing.T) {
	t.Parallel()
	for _, trouble := range walk(t, course(t), 7, 100).Troubles() {
		t.Errorf("%+v", trouble)
	}
}

// TestMonkey: each planted fault is found with the shortest way to it, and the
// same seed finds the same.
func TestMonkey(t *testing.T) {
	t.Parallel()
	const goods = "products:\n  a: {title: А, price: 10, deliver: {link: 'https://example.ru/a'}}\n"
	for name, one := range map[string]struct {
		flow, kind string
		path       []string
	}{
		"unanswered": {"states:\n  hello: {do: [{say: Да?, buttons: [[{text: Ещё, to: hello}]]}], on: [{text: [тс], do: [{set: {a: 1}}]}]}\n",
			"unanswered", []string{"/start", "тс"}},
		"storm": {"states:\n  hello: {do: [{say: 1}, {say: 2}, {say: 3}, {say: 4}, {say: 5}, {say: 6}, {say: 7}], end: true}\n",
			"storm", []string{"/start"}},
		"nagging": {"states:\n  hello: {do: [{say: Эй}], timers: [{after: 1h, to: hello}]}\n",
			"storm", []string{"/start", "/wait 1d"}},
		"error": {goods + "states:\n  hello: {do: [{set: {what: b}}, {pay: '#{what}'}], on: [{fail: pay, different_amounts: pay, expired: pay, success: pay}]}\n  pay: {do: [{say: Да}], end: true}\n",
			"error", []string{"/start"}},
		"unserved": {goods + "states:\n  hello: {do: [{pay: a}], on: [{fail: bye, different_amounts: bye, expired: bye, success: bye}]}\n  bye: {do: [{say: Да}], end: true}\n",
			"unserved", []string{"/start", "/pay success"}},
		"stuck": {goods + "states:\n  hello: {do: [{say: Привет}], on: [{refunded: bye}]}\n  bye: {do: [{say: Да}], end: true}\n",
			"stuck", []string{"/start"}},
		"beyond a server": {"states:\n  hello: {do: [{http: https://e.ru, into: {a: x.0.y, b: z}, failed: sorry}, {goto: gone}]}\n  sorry: {do: [{say: Нет}], end: true}\n" +
			"  gone: {do: [{say: 1}, {say: 2}, {say: 3}, {say: 4}, {say: 5}, {say: 6}, {say: 7}], end: true}\n",
			"storm", []string{"/start", `/http 200 {"x":[{"y":1}],"z":1}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flow, found := flows.Loader{Kinds: steps.All()}.LoadText("planted.yaml", "start: hello\n"+one.flow)
			if flow == nil {
				t.Fatal(found)
			}
			troubles := walk(t, flow, 1, 60).Troubles()
			i := slices.IndexFunc(troubles, func(trouble dialogs.Trouble) bool { return trouble.Kind == one.kind })
			if i < 0 {
				t.Fatalf("not found among %+v", troubles)
			}
			if diff := cmp.Diff(one.path, troubles[i].Path); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(troubles, walk(t, flow, 1, 60).Troubles()); diff != "" {
				t.Errorf("the same seed finds something else:\n%s", diff)
			}
		})
	}
}

package flows

import (
	"slices"
	"strings"
)

// circles reports states of several flows that lead to each other without ever
// waiting; those of one flow are reported with it.
func (w *loading) circles() {
	if len(w.links.linked) == 0 {
		return
	}
	onward, states := map[string][]string{}, map[string]*State{}
	var order []string
	for _, c := range w.drafts {
		if !w.links.linked[c.flow.ID] {
			continue
		}
		for from, list := range atOnce(c.flow, c.moves) {
			for _, to := range list {
				onward[c.flow.whole(from)] = append(onward[c.flow.whole(from)], c.flow.whole(to))
			}
		}
		for _, state := range c.flow.States {
			name := c.flow.whole(state.Name)
			states[name], order = state, append(order, name)
		}
	}
	done := map[string]bool{}
	for _, name := range order {
		circle := findCircle(name, onward, done, nil)
		if circle != nil && slices.ContainsFunc(circle, func(one string) bool { return flowOf(one) != flowOf(circle[0]) }) {
			w.diags.Add(Error, states[circle[0]].Pos, "endless_loop", "States", strings.Join(circle, " → "))
		}
	}
}

func flowOf(name string) string {
	flow, _, _ := splitState(name)
	return flow
}

// Returner is a step that comes back behind the last Call.
type Returner interface {
	Step
	Returns()
}

// recursion warns of calls that lead to themselves again before they come back:
// each round is one more to come back from, and the oldest is forgotten.
func (w *loading) recursion() {
	type call struct {
		step Caller
		from *State
	}
	var calls []call
	for _, c := range w.drafts {
		for _, state := range c.flow.States {
			for _, step := range state.Do {
				if caller, is := step.(Caller); is {
					calls = append(calls, call{caller, state})
				}
			}
		}
	}
	for _, one := range calls {
		if one.from.flow.leads(one.step.Calls(), one.from) {
			w.diags.Add(Warning, one.step.Uses().Pos, "call_recursion", "State", one.from.Name, "Call", one.step.Calls())
		}
	}
}

// leads tells whether a state is come to from another by itself, once the
// questions on the way are answered, with no return in between.
func (f *Flow) leads(from string, to *State) bool {
	seen, queue := map[*State]bool{}, []*State{f.State(from)}
	for ; len(queue) > 0; queue = queue[1:] {
		state := queue[0]
		switch {
		case state == to:
			return true
		case state == nil || seen[state]:
			continue
		}
		seen[state] = true
		if slices.ContainsFunc(state.Do, func(step Step) bool { _, back := step.(Returner); return back }) {
			continue
		}
		for _, way := range stateMoves(state) {
			if way.event == "next" || way.jump {
				queue = append(queue, state.flow.State(way.to))
			}
		}
	}
	return false
}

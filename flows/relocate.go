package flows

import (
	"maps"
	"slices"
)

// relocated is where `moved:` sends what stood in a state that is gone; states
// that are there stay, and so do those that the flow says nothing of.
func (f *Flow) relocated(name string) string {
	owner, state := f, name
	if flow, inner, elsewhere := splitState(name); elsewhere {
		owner, state = f.sibling(flow), inner
	}
	if owner == nil || owner.states[state] != nil {
		return name
	}
	if to := owner.State(owner.Moved[state]); to != nil {
		return f.key(to)
	}
	return name
}

// relocate takes a dialog along when its states were renamed: where it stands,
// the question that waits, its alarms, its buttons and what it was asked to pay.
func (r *Run) relocate() {
	if !r.home.renames {
		return
	}
	if old := r.Session.State; r.home.relocated(old) != old {
		r.Session.State = r.home.relocated(old)
		r.Event("moved", old+" ✕ → "+r.Session.State)
	}
	r.Session.Asking = r.relocateQuestion(r.Session.Asking)
	if slices.ContainsFunc(r.Session.Timers, func(t Timer) bool { return r.home.relocated(t.State) != t.State }) {
		r.Session.Timers = slices.Clone(r.Session.Timers)
		for i, timer := range r.Session.Timers {
			r.Session.Timers[i].State = r.home.relocated(timer.State)
		}
	}
	choices := maps.Clone(r.Session.Choices)
	for data, choice := range choices {
		choice.Ask, choice.State = r.relocateQuestion(choice.Ask), r.home.relocated(choice.State)
		choices[data] = choice
	}
	r.Session.Choices = choices
	asked := maps.Clone(r.Session.Asked)
	for product, state := range asked {
		asked[product] = r.home.relocated(state)
	}
	r.Session.Asked = asked
}

func (r *Run) relocateQuestion(asking *Asking) *Asking {
	if asking == nil || r.home.relocated(asking.State) == asking.State {
		return asking
	}
	renamed := *asking
	renamed.State = r.home.relocated(asking.State)
	return &renamed
}

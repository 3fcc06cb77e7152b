package flows

import (
	"maps"
	"slices"
)

// relocated is where `moved:` sends what stood in a state that is gone; states
// that are there stay, and so do those that the flow says nothing of.
func (f *Flow) relocated(state string) string {
	if to := f.Moved[state]; f.State(state) == nil && f.State(to) != nil {
		return to
	}
	return state
}

// relocate takes a dialog along when its states were renamed: where it stands,
// the question that waits, its alarms, its buttons and what it was asked to pay.
func (r *Run) relocate() {
	if len(r.Flow.Moved) == 0 {
		return
	}
	if old := r.Session.State; r.Flow.relocated(old) != old {
		r.Session.State = r.Flow.relocated(old)
		r.Event("moved", old+" ✕ → "+r.Session.State)
	}
	r.Session.Asking = r.relocateQuestion(r.Session.Asking)
	if slices.ContainsFunc(r.Session.Timers, func(t Timer) bool { return r.Flow.relocated(t.State) != t.State }) {
		r.Session.Timers = slices.Clone(r.Session.Timers)
		for i, timer := range r.Session.Timers {
			r.Session.Timers[i].State = r.Flow.relocated(timer.State)
		}
	}
	choices := maps.Clone(r.Session.Choices)
	for data, choice := range choices {
		choice.Ask, choice.State = r.relocateQuestion(choice.Ask), r.Flow.relocated(choice.State)
		choices[data] = choice
	}
	r.Session.Choices = choices
	asked := maps.Clone(r.Session.Asked)
	for product, state := range asked {
		asked[product] = r.Flow.relocated(state)
	}
	r.Session.Asked = asked
}

func (r *Run) relocateQuestion(asking *Asking) *Asking {
	if asking == nil || r.Flow.relocated(asking.State) == asking.State {
		return asking
	}
	renamed := *asking
	renamed.State = r.Flow.relocated(asking.State)
	return &renamed
}

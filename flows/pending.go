package flows

import (
	"slices"
	"time"
)

// Pending is something that waits for its moment in a dialog.
type Pending struct {
	ID string `json:"id"`
	// State is where it belongs, as the session calls it.
	State string    `json:"state"`
	Due   time.Time `json:"due"`
	// Pause is set for a `wait`, behind which the next step follows.
	Pause bool `json:"pause,omitempty"`
	// Rule is the alarm in short, "after 24h"; To is where it leads. Both are
	// empty where it is no longer in the flow, and then nothing will happen.
	Rule string `json:"rule,omitempty"`
	To   string `json:"to,omitempty"`
	// Says is the first thing the customer would read, with its variables unfilled.
	Says string `json:"says,omitempty"`
}

// Pending lists what waits in a dialog of this project, the earliest first.
func (p *Project) Pending(session Session) []Pending {
	flow := p.Flow(session.Flow)
	if flow == nil {
		flow = p.Flows[0]
	}
	var all []Pending
	for _, timer := range session.Timers {
		timer.State = flow.relocated(timer.State)
		one := Pending{ID: timer.ID, State: timer.State, Due: timer.Due, Pause: timer.At != nil}
		if timer.At != nil {
			one.Says = flow.saysBehind(*timer.At)
		} else if rule := flow.timer(timer); rule != nil {
			one.Rule, one.To = rule.String(), rule.To
			one.Says = firstText(rule.Do)
			if state := flow.State(timer.State).flow.State(rule.To); one.Says == "" && state != nil {
				one.Says = firstText(state.Do)
			}
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Pending) int { return a.Due.Compare(b.Due) })
	return all
}

// saysBehind is what follows a pause.
func (f *Flow) saysBehind(at Asking) string {
	r := &Run{Flow: f, home: f}
	at.State = f.relocated(at.State)
	b, found := r.block(&at)
	if !found || at.Step+1 >= len(b.steps) {
		return ""
	}
	return firstText(b.steps[at.Step+1:])
}

// firstText is the first text of the steps that a customer reads.
func firstText(steps []Step) string {
	for _, step := range steps {
		for _, text := range step.Uses().Texts {
			if (text.What == "text" || text.What == "caption") && text.Text != "" {
				return PlainText(text.Text)
			}
		}
	}
	return ""
}

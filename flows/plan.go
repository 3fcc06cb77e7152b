package flows

import (
	"cmp"
	"slices"
)

// Plan counts what publishing a project would do to dialogs. Show it each
// session, then read it.
type Plan struct {
	project *Project
	// was gives a flow's version by its digest; nil where nobody kept it.
	was func(digest string) *Flow

	stands map[Stand]int
	alarms map[Alarm]int
	// Questions counts dialogs whose waiting question would be gone.
	Questions int
	Dialogs   int
}

// Stand is where dialogs stand and where they would go on.
type Stand struct {
	Flow, State string
	// To is the state that takes them over; State itself where nothing changes.
	To string
	// Lost is set when they begin anew: their state is gone, and `moved:` does
	// not say what took its place.
	Lost bool
	// Dialogs counts them.
	Dialogs int
}

// Alarm is a reminder that waits, with what it does now and would do then. Was
// is empty where the version that set it is not kept, Becomes where it is gone.
type Alarm struct {
	Flow, State, Was, Becomes string
	Timers                    int
}

// NewPlan begins a plan; was finds published versions.
func NewPlan(project *Project, was func(digest string) *Flow) *Plan {
	return &Plan{project: project, was: was, stands: map[Stand]int{}, alarms: map[Alarm]int{}}
}

// Add counts one dialog.
func (p *Plan) Add(session Session) {
	if session.State == "" {
		return
	}
	p.Dialogs++
	flow := p.project.Flow(session.Flow)
	if flow == nil {
		flow = p.project.Flows[0]
	}
	stand := Stand{Flow: session.Flow, State: session.State, To: flow.relocated(session.State)}
	if flow.State(stand.To) == nil {
		stand.To, stand.Lost = flow.Start, true
	}
	p.stands[stand]++
	r := &Run{Flow: flow, home: flow}
	if asking := r.relocateQuestion(session.Asking); asking != nil && r.asker(asking) == nil {
		p.Questions++
	}
	before := p.was(session.Version)
	for _, timer := range session.Timers {
		alarm := Alarm{Flow: session.Flow, State: timer.State}
		known := before != nil
		if known {
			alarm.Was = describe(before.timer(timer))
		}
		timer.State = flow.relocated(timer.State)
		alarm.Becomes = describe(flow.timer(timer))
		if known && alarm.Was != alarm.Becomes || alarm.Becomes == "" {
			p.alarms[alarm]++
		}
	}
}

// describe is what an alarm does: "24h → nudge".
func describe(rule *TimerRule) string {
	if rule == nil {
		return ""
	}
	if rule.To == "" {
		return rule.String()
	}
	return rule.String() + " → " + rule.To
}

// Stands lists where dialogs stand: those that would move first, by flow and state.
func (p *Plan) Stands() []Stand {
	var list []Stand
	for stand, n := range p.stands {
		stand.Dialogs = n
		list = append(list, stand)
	}
	rank := func(s Stand) int {
		switch {
		case s.Lost:
			return 0
		case s.To != s.State:
			return 1
		}
		return 2
	}
	slices.SortFunc(list, func(a, b Stand) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.State, b.State))
	})
	return list
}

// Alarms lists the pending reminders that would change, by flow and state.
func (p *Plan) Alarms() []Alarm {
	var list []Alarm
	for alarm, n := range p.alarms {
		alarm.Timers = n
		list = append(list, alarm)
	}
	slices.SortFunc(list, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.State, b.State), cmp.Compare(a.Was, b.Was), cmp.Compare(a.Becomes, b.Becomes))
	})
	return list
}

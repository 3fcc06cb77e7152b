package flows

import (
	"errors"
	"slices"
	"strconv"
	"time"
)

// schedule sets the alarms of a state that was entered. Those whose date or time
// is a variable's wait for the end of the turn: the state's own steps may set it.
func (r *Run) schedule(state *State) {
	r.unplanned = nil
	if len(state.Timers) == 0 {
		return
	}
	r.Session.Timers = slices.Grow(slices.Clone(r.Session.Timers), len(state.Timers))
	r.planAlarms(state, false)
	if slices.ContainsFunc(state.Timers, (*TimerRule).varies) {
		r.unplanned = state
	}
}

// planRest sets the alarms that schedule has left, unless the state was left too.
func (r *Run) planRest() {
	state := r.unplanned
	if state == nil || r.Session.State != r.home.key(state) {
		return
	}
	r.Flow, r.unplanned = state.flow, nil
	r.Session.Timers = slices.Clone(r.Session.Timers)
	r.planAlarms(state, true)
}

// varies tells whether the alarm's moment comes from a variable.
func (t *TimerRule) varies() bool {
	return t.On != nil && !t.On.Template.Constant() || t.At != nil && !t.At.Template.Constant()
}

// planAlarms sets those alarms of a state that vary, or those that do not. One
// that cannot be planned is said aloud: nobody waits in silence for a reminder
// that will not come.
func (r *Run) planAlarms(state *State, varying bool) {
	for i, rule := range state.Timers {
		if rule.varies() != varying || rule.Once != "" && slices.Contains(r.Session.Once, r.once(rule.Once)) {
			continue
		}
		due, err := r.due(rule)
		name := state.Name + " " + label("timer", i) + ": " + rule.String()
		switch {
		case err == nil:
			r.Session.Timers = append(r.Session.Timers, r.alarm(r.home.key(state), i, due))
		case errors.Is(err, errPast), errors.Is(err, errTooLate):
			r.Event("timer", name+": left out, "+err.Error())
		default:
			r.Trouble(name + ": not planned, " + err.Error() + " " + rule.from())
		}
	}
}

// from is where an alarm's moment comes from.
func (t *TimerRule) from() string {
	if t.On != nil {
		return t.On.Source
	}
	return t.At.Source
}

// alarm is a new alarm of a rule, with an id that no other of the session had.
func (r *Run) alarm(state string, index int, due time.Time) Timer {
	r.timers++
	return Timer{
		ID:    "t" + strconv.FormatInt(r.Session.Turns, 10) + "." + strconv.Itoa(r.timers),
		State: state, Index: index, Set: r.Input.At, Due: due.UTC(),
	}
}

// ring does what an alarm was set for. An alarm that was cancelled, or rang
// before, changes nothing.
func (r *Run) ring() {
	i := slices.IndexFunc(r.Session.Timers, func(timer Timer) bool { return timer.ID == r.Input.Timer })
	if i < 0 {
		return
	}
	timer := r.Session.Timers[i]
	r.rang = &timer
	r.Session.Timers = slices.Delete(slices.Clone(r.Session.Timers), i, i+1)
	if timer.At != nil {
		r.resume(timer)
		return
	}
	rule := r.home.timer(timer)
	name := timer.State + " " + label("timer", timer.Index)
	if rule == nil {
		r.Event("timer", name+": no longer in the flow")
		return
	}
	state := r.state(timer.State)
	r.Flow, rule = state.flow, state.Timers[timer.Index]
	p := r.plan(rule)
	opens := p.window(p.now)
	switch {
	case r.Session.Manual:
		r.Event("timer", name+": silent, an operator leads the dialog")
	case r.Contact.Blocked:
		r.Event("timer", name+": silent, the customer has blocked the bot")
	case opens.After(p.now):
		// The process slept, or the customer moved to another zone.
		r.Event("timer", name+": waits for "+opens.Format("02.01 15:04"))
		r.Session.Timers = append(r.Session.Timers, r.alarm(timer.State, timer.Index, opens))
	case !r.holds(rule.If):
		r.Event("timer", name+": silent, not "+rule.If.Source)
	default:
		r.Event("timer", name+": "+rule.String())
		r.consider(place(rule.Pos), rule.String(), matched)
		r.markOnce(rule.Once)
		r.do(block{steps: rule.Do, then: rule.To, flow: r.Flow, state: timer.State, list: "timer", index: timer.Index}, 0)
	}
}

// holds tells whether a condition is true or absent.
func (r *Run) holds(formula *Formula) bool {
	if formula == nil {
		return true
	}
	_, yes, _ := r.Compute(formula)
	return yes
}

package flows

import (
	"slices"
	"strconv"
	"strings"
)

// block is a list of steps, where it stands, and where it leads.
type block struct {
	steps []Step
	then  string
	// flow is the one whose words the steps are.
	flow *Flow
	// state is where the customer is meant to be, as the session calls it; list
	// and index name a rule of it, or of the flow: "on" 2. The state's own steps
	// have no list.
	state, list string
	index       int
}

func (b block) in() string {
	if b.list == "" || b.list == "otherwise" {
		return b.list
	}
	return label(b.list, b.index)
}

// block finds the steps that a question stands in.
func (r *Run) block(at *Asking) (block, bool) {
	state := r.state(at.State)
	if state == nil {
		return block{}, false
	}
	b := block{state: at.State, flow: state.flow}
	if at.In == "" {
		b.steps, b.then = state.Do, state.Next
		return b, true
	}
	list, number, _ := strings.Cut(at.In, ":")
	index, _ := strconv.Atoi(number)
	b.list, b.index = list, index
	var rules []*Rule
	switch list {
	case "otherwise":
		b.steps = state.flow.Otherwise
		return b, true
	case "timer":
		if index >= len(state.Timers) {
			return block{}, false
		}
		b.steps, b.then = state.Timers[index].Do, state.Timers[index].To
		return b, true
	case "anywhere":
		rules = state.flow.Anywhere
	case homeAnywhere:
		rules, b.flow = r.home.Anywhere, r.home
	case "on":
		rules = state.On
	case "fallback":
		rules = state.flow.Fallback
	}
	if index >= len(rules) {
		return block{}, false
	}
	b.steps, b.then = rules[index].Do, rules[index].To
	return b, true
}

// homeAnywhere are the rules of `anywhere` of the session's own flow, heard in
// the states of other flows as well.
const homeAnywhere = "home"

// String names the question's place as the flow's author would: "email/do:0".
func (a Asking) String() string {
	in := a.In
	if in == "" {
		in = "do"
	}
	return a.State + "/" + label(in, a.Step)
}

// asker is the step that asks, nil when it is gone.
func (r *Run) asker(at *Asking) Asker {
	found, ok := r.block(at)
	if !ok || at.Step >= len(found.steps) {
		return nil
	}
	asker, _ := found.steps[at.Step].(Asker)
	return asker
}

// do runs the steps of a block from one of them on, then goes where it leads.
func (r *Run) do(b block, from int) {
	r.waits, r.Flow = false, b.flow
	for i := from; i < len(b.steps); i++ {
		if r.steps++; r.steps > maxSteps {
			r.halt("loop: more than " + strconv.Itoa(maxSteps) + " steps")
		}
		if r.halted {
			return
		}
		r.here, r.step = b, i
		b.steps[i].Run(r)
		if r.waits || r.halted {
			return
		}
		if r.target != "" {
			break
		}
	}
	target := r.target
	if target == "" {
		target = b.then
	}
	if r.target = ""; target != "" {
		r.enter(b.flow, target)
	}
}

// enter moves to a state, as the flow calls it, and runs its steps.
func (r *Run) enter(flow *Flow, name string) {
	language := spokenBy(r.Session, r.Contact, r.Input) // a button may have chosen another
	flow, r.home = flow.In(language), r.home.In(language)
	state := r.spoken(flow.State(name))
	if state == nil {
		state = r.spoken(flow.State(flow.successor(name)))
		r.Event("moved", name+" ✕ → "+state.Name)
	}
	if r.moves++; r.moves > maxMoves {
		r.halt("loop: more than " + strconv.Itoa(maxMoves) + " moves, last to " + state.Name)
		return
	}
	if state.flow.ID == r.home.ID && state.Name == r.home.Start {
		r.Session.Calls = nil
	}
	r.stand(state)
	r.do(block{steps: state.Do, then: state.Next, flow: state.flow, state: r.Session.State}, 0)
}

// stand makes a state the one the customer is in.
func (r *Run) stand(state *State) {
	left, key := r.Session.State, r.home.key(state)
	r.cancel(func(timer Timer, rule *TimerRule) bool {
		return timer.State == key || timer.State == left && rule.cancelledBy("left")
	})
	r.Flow = state.flow
	r.Session.State, r.Session.Entered, r.Session.Asking, r.Session.Request = key, r.Input.At, nil, nil
	r.visit(key)
	r.schedule(state)
	if left == "" {
		r.Event("moved", "→ "+key)
	} else {
		r.Event("moved", left+" → "+key)
	}
	r.Emit(Mirror{State: key, Stage: state.flow.Stages[state.Name], Contact: left == ""})
}

// cancel drops the alarms that gone names.
func (r *Run) cancel(gone func(Timer, *TimerRule) bool) {
	drops := func(timer Timer) bool { return gone(timer, r.home.timer(timer)) }
	if slices.ContainsFunc(r.Session.Timers, drops) {
		r.Session.Timers = slices.DeleteFunc(slices.Clone(r.Session.Timers), drops)
	}
}

// timer is the rule behind an alarm, nil when it is gone from the flow.
func (f *Flow) timer(timer Timer) *TimerRule {
	if timer.At != nil {
		return &TimerRule{} // a pause ends when its state is left
	}
	if state := f.State(timer.State); state != nil && timer.Index < len(state.Timers) {
		return state.Timers[timer.Index]
	}
	return nil
}

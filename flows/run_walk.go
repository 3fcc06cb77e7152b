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
	// state is where the customer is meant to be; list and index name a rule
	// of it, or of the flow: "on" 2. The state's own steps have no list.
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
func (f *Flow) block(at *Asking) (block, bool) {
	state := f.State(at.State)
	if state == nil {
		return block{}, false
	}
	b := block{state: state.Name}
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
		b.steps = f.Otherwise
		return b, true
	case "timer":
		if index >= len(state.Timers) {
			return block{}, false
		}
		b.steps, b.then = state.Timers[index].Do, state.Timers[index].To
		return b, true
	case "anywhere":
		rules = f.Anywhere
	case "on":
		rules = state.On
	case "fallback":
		rules = f.Fallback
	}
	if index >= len(rules) {
		return block{}, false
	}
	b.steps, b.then = rules[index].Do, rules[index].To
	return b, true
}

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
	found, ok := r.Flow.block(at)
	if !ok || at.Step >= len(found.steps) {
		return nil
	}
	asker, _ := found.steps[at.Step].(Asker)
	return asker
}

// do runs the steps of a block from one of them on, then goes where it leads.
func (r *Run) do(b block, from int) {
	r.waits = false
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
		r.enter(target)
	}
}

// enter moves to a state and runs its steps.
func (r *Run) enter(name string) {
	r.Flow = r.Flow.In(spokenBy(r.Session, r.Contact, r.Input)) // a button may have chosen another
	state := r.Flow.State(name)
	if state == nil {
		state = r.Flow.State(r.Flow.successor(name))
		r.Event("moved", name+" ✕ → "+state.Name)
	}
	if r.moves++; r.moves > maxMoves {
		r.halt("loop: more than " + strconv.Itoa(maxMoves) + " moves, last to " + state.Name)
		return
	}
	if state.Name == r.Flow.Start {
		r.Session.Calls = nil
	}
	r.stand(state)
	r.do(block{steps: state.Do, then: state.Next, state: state.Name}, 0)
}

// stand makes a state the one the customer is in.
func (r *Run) stand(state *State) {
	left := r.Session.State
	r.cancel(func(timer Timer, rule *TimerRule) bool {
		return timer.State == state.Name || timer.State == left && rule.cancelledBy("left")
	})
	r.Session.State, r.Session.Entered, r.Session.Asking, r.Session.Request = state.Name, r.Input.At, nil, nil
	r.schedule(state)
	if left == "" {
		r.Event("moved", "→ "+state.Name)
	} else {
		r.Event("moved", left+" → "+state.Name)
	}
	r.Emit(Mirror{State: state.Name, Stage: r.Flow.Stages[state.Name], Contact: left == ""})
}

// cancel drops the alarms that gone names.
func (r *Run) cancel(gone func(Timer, *TimerRule) bool) {
	drops := func(timer Timer) bool { return gone(timer, r.Flow.timer(timer)) }
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

package flows

import (
	"slices"
	"strconv"
)

// maxCalls is how deep calls nest. The oldest is forgotten beyond it: a
// customer may leave a sub-flow by any other way as often as they like.
const maxCalls = 10

// Caller is a step that goes away and is come back to.
type Caller interface {
	Step
	// Calls is the state it goes to.
	Calls() string
}

// Call moves to a state once the running step, a Caller, is done; Return there
// comes back to the step behind it.
func (r *Run) Call(state string) {
	calls := append(slices.Clone(r.Session.Calls), *r.place())
	r.Session.Calls = calls[max(0, len(calls)-maxCalls):]
	r.Go(state)
}

// Return goes back behind the last Call; without one the next step follows.
func (r *Run) Return() {
	depth := len(r.Session.Calls)
	if depth == 0 {
		return
	}
	at := r.Session.Calls[depth-1]
	r.Session.Calls = slices.Clone(r.Session.Calls[:depth-1])
	b, found := r.block(&at)
	if found && at.Step < len(b.steps) {
		_, found = b.steps[at.Step].(Caller)
	}
	if !found {
		r.Event("error", "call is gone: "+at.String())
		return
	}
	if r.moves++; r.moves > maxMoves {
		r.halt("loop: more than " + strconv.Itoa(maxMoves) + " moves, last to " + at.State)
		return
	}
	r.stand(r.state(at.State))
	r.do(b, at.Step+1)
	r.waits = true // what called Return has nothing left to do
}

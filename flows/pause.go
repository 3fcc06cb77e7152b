package flows

import (
	"slices"
	"strconv"
	"time"
)

// Pauser is a step that lets time pass before the next one runs.
type Pauser interface {
	Step
	// Pauses is for how long.
	Pauses() time.Duration
}

// Pause ends the turn; the steps behind the running one, a Pauser, follow
// after d unless the customer leaves the state. A pause that runs already at
// the same place begins anew.
func (r *Run) Pause(d time.Duration) {
	at := r.place()
	r.cancel(func(timer Timer, _ *TimerRule) bool { return timer.At != nil && *timer.At == *at })
	r.timers++
	r.Session.Timers = append(slices.Clone(r.Session.Timers), Timer{
		ID:    "t" + strconv.FormatInt(r.Session.Turns, 10) + "." + strconv.Itoa(r.timers),
		State: at.State, At: at, Set: r.Input.At, Due: r.Input.At.Add(d),
	})
	r.waits = true
}

// resume goes on behind a pause that is over. Like an alarm it keeps silent
// while an operator leads the dialog.
func (r *Run) resume(timer Timer) {
	b, found := r.block(timer.At)
	pauses := false
	if found && timer.At.Step < len(b.steps) {
		_, pauses = b.steps[timer.At.Step].(Pauser)
	}
	name := timer.At.String()
	switch {
	case !pauses:
		r.Event("timer", name+": no longer in the flow")
	case r.Session.Manual:
		r.Event("timer", name+": silent, an operator leads the dialog")
	case r.Contact.Blocked:
		r.Event("timer", name+": silent, the customer has blocked the bot")
	default:
		waited := "wait " + FormatDuration(timer.Due.Sub(timer.Set))
		r.Event("timer", name+": "+waited)
		r.consider(name, waited, matched)
		r.do(b, timer.At.Step+1)
	}
}

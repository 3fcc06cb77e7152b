package flows

import "slices"

// ring does what an alarm was set for. An alarm that was cancelled, or rang
// before, changes nothing.
func (r *Run) ring() {
	i := slices.IndexFunc(r.Session.Timers, func(timer Timer) bool { return timer.ID == r.Input.Timer })
	if i < 0 {
		return
	}
	timer := r.Session.Timers[i]
	r.Session.Timers = slices.Delete(slices.Clone(r.Session.Timers), i, i+1)
	if timer.At != nil {
		r.resume(timer)
		return
	}
	rule := r.Flow.timer(timer)
	name := timer.State + " " + label("timer", timer.Index)
	switch {
	case rule == nil:
		r.Event("timer", name+": no longer in the flow")
	case r.Session.Manual:
		r.Event("timer", name+": silent, an operator leads the dialog")
	case r.Contact.Blocked:
		r.Event("timer", name+": silent, the customer has blocked the bot")
	default:
		r.Event("timer", name+": after "+FormatDuration(rule.After))
		r.consider(place(rule.Pos), "after "+FormatDuration(rule.After), matched)
		r.do(block{steps: rule.Do, then: rule.To, state: timer.State, list: "timer", index: timer.Index}, 0)
	}
}

package flows

import "slices"

// reminders reports alarms that a careful author would not have meant: those
// that ring although the customer has answered, and those that may leave the
// customer where nothing else leads on.
func (c *checker) reminders() {
	for _, state := range c.flow.States {
		for _, timer := range state.Timers {
			if state.survives(timer) {
				c.diags.Add(Warning, timer.Pos, "reminder_survives", "State", state.Name)
			}
		}
		if state.stuckWhenLate() {
			c.diags.Add(Warning, state.Timers[0].Pos, "late_stuck", "State", state.Name)
		}
	}
}

// survives tells whether an alarm of a state that asks rings for those who
// have answered: nothing it says stops it, and answering leads nowhere else.
// One with a condition of its own, or that waits for money, is meant so.
func (s *State) survives(timer *TimerRule) bool {
	if !s.waits() || timer.If != nil || timer.cancelledBy("answered") {
		return false
	}
	return s.Next == "" && timer.To == "" && timer.cancelledBy("left") && !s.leads() || len(timer.Unless) > 0 && !timer.cancelledBy("left") && !timer.cancelledBy("paid")
}

// leads tells whether the customer's answer may lead to another state.
func (s *State) leads() bool {
	return slices.ContainsFunc(stateMoves(s), func(way move) bool { return way.timer == nil })
}

// stuckWhenLate tells whether nothing leads on once the moment has passed.
func (s *State) stuckWhenLate() bool {
	if s.End || len(s.On) > 0 || len(s.Timers) == 0 {
		return false
	}
	return !s.leads() && !slices.ContainsFunc(s.Timers, func(timer *TimerRule) bool {
		return timer.On == nil || timer.Late != LateSkip
	}) && slices.ContainsFunc(s.Timers, func(timer *TimerRule) bool { return timer.To != "" })
}

package flows

import (
	"slices"
	"strings"
)

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

// circling reports states that reminders lead through in a circle: a customer
// who is silent would be written to for ever. Alarms with a condition, or that
// ring once, are meant so.
func (c *checker) circling() {
	onward := map[string][]string{}
	for _, state := range c.flow.States {
		for _, way := range stateMoves(state) {
			silent := way.event == "next" && !state.waits() || way.jump && way.step <= state.firstWait()
			rings := way.timer != nil && way.timer.If == nil && way.timer.Once == "" && !way.timer.immediate()
			if silent || rings {
				onward[way.from] = append(onward[way.from], way.to)
			}
		}
	}
	done := map[string]bool{}
	for _, state := range c.flow.States {
		circle := findCircle(state.Name, onward, done, nil)
		if circle == nil {
			continue
		}
		for _, name := range circle {
			if one := c.flow.State(name); one != nil && len(one.Timers) > 0 {
				c.diags.Add(Warning, one.Timers[0].Pos, "timer_circle", "States", strings.Join(circle, " → "))
				break
			}
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

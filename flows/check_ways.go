package flows

import (
	"slices"
	"strings"
)

// reach reports states that no way leads to.
func (c *checker) reach() {
	reached := reachable(append([]string{c.flow.Start}, c.links.into[c.flow.ID]...), inside(c.moves))
	for _, state := range c.flow.States {
		if !reached[state.Name] {
			c.fail(state.Pos, "unreachable", "State", state.Name)
		}
	}
}

// ends reports states where a customer would be stuck: nothing is awaited,
// nothing leads on, and neither `end: true` nor a step that may well be the
// last says that this is meant.
func (c *checker) ends() {
	for _, state := range c.flow.States {
		if state.End || len(stateMoves(state)) > 0 || len(state.On) > 0 || len(state.Timers) > 0 {
			continue
		}
		if !slices.ContainsFunc(state.Do, func(step Step) bool {
			uses := step.Uses()
			return uses.Ends || len(uses.Outcomes) > 0
		}) {
			c.fail(state.Pos, "dead_end", "State", state.Name)
		}
	}
}

// loops reports states that lead to each other without ever waiting.
func (c *checker) loops() {
	onward := atOnce(c.flow, inside(c.moves))
	done := map[string]bool{}
	for _, state := range c.flow.States {
		if circle := findCircle(state.Name, onward, done, nil); circle != nil {
			c.fail(c.flow.State(circle[0]).Pos, "endless_loop", "States", strings.Join(circle, " → "))
		}
	}
}

// atOnce are the states that each state leads to without waiting.
func atOnce(f *Flow, moves []move) map[string][]string {
	onward := map[string][]string{}
	for _, way := range moves {
		state := f.State(way.from)
		next := way.event == "next" || way.jump && way.step <= state.firstWait()
		if next && (way.jump || !state.waits()) || way.timer != nil && way.timer.immediate() {
			onward[way.from] = append(onward[way.from], way.to)
		}
	}
	return onward
}

// inside are the ways that stay in the flow.
func inside(moves []move) []move {
	return slices.DeleteFunc(slices.Clone(moves), func(way move) bool { return strings.Contains(way.to, "/") })
}

// findCircle looks for a way back to a state on the path; done are states
// that are known to be in none, or in one already reported.
func findCircle(here string, onward map[string][]string, done map[string]bool, path []string) []string {
	if i := slices.Index(path, here); i >= 0 {
		return append(path[i:], here)
	}
	if done[here] {
		return nil
	}
	done[here] = true
	path = append(path, here)
	for _, to := range onward[here] {
		if circle := findCircle(to, onward, done, path); circle != nil {
			return circle
		}
	}
	return nil
}

// outcomes reports payments of which some outcome would find nobody at home. A
// bank that makes no link is worth a warning only: the engine then tells the
// customer and calls an operator.
func (c *checker) outcomes() {
	for _, state := range c.flow.States {
		handled := func(outcome Outcome) bool {
			return handles(state.On, outcome) || handles(c.flow.Anywhere, outcome) || handles(c.flow.Fallback, outcome)
		}
		for _, step := range state.Do {
			uses := step.Uses()
			for _, outcome := range uses.Outcomes {
				if !handled(outcome) {
					c.fail(uses.Pos, "unhandled_outcome", "Outcome", string(outcome), "State", state.Name)
				}
			}
			if len(uses.Outcomes) > 0 && !slices.Contains(uses.Outcomes, LinkError) && !handled(LinkError) {
				c.diags.Add(Warning, uses.Pos, "unhandled_error", "State", state.Name)
			}
		}
	}
	c.strayPayments()
}

// strayPayments reports payments asked for by a rule or a timer that stays
// where it is, so that no state hears how they end.
func (c *checker) strayPayments() {
	stray := func(steps []Step) {
		for _, step := range steps {
			uses := step.Uses()
			for _, outcome := range uses.Outcomes {
				if !handles(c.flow.Anywhere, outcome) && !handles(c.flow.Fallback, outcome) {
					c.fail(uses.Pos, "stray_payment", "Outcome", string(outcome))
					break
				}
			}
		}
	}
	stray(c.flow.Otherwise)
	for _, rule := range c.rules() {
		stray(rule.Do)
	}
	for _, state := range c.flow.States {
		for _, timer := range state.Timers {
			stray(timer.Do)
		}
	}
}

func handles(rules []*Rule, outcome Outcome) bool {
	return slices.ContainsFunc(rules, func(rule *Rule) bool {
		return rule.If == nil && rule.When.Kind == Paid && rule.When.Outcome == outcome
	})
}

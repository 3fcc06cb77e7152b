package flows

import (
	"slices"
	"strings"
)

// personal reports questions for personal data that can be reached before the
// customer has agreed to its use; of a flow that never asks for an agreement,
// the first one that needs it.
func (c *checker) personal() {
	if !c.agrees() {
		c.unagreed()
		return
	}
	judge := func(step Step, known facts, state *State) {
		if uses := step.Uses(); uses.Personal && known&agreed == 0 {
			c.diags.Add(Warning, uses.Pos, "personal_before_consent", "State", state.Name)
		}
	}
	for _, state := range c.flow.States {
		entered, reached := c.entry[state.Name]
		if !reached {
			continue
		}
		course := c.courses[state.Name]
		for i, step := range state.Do {
			judge(step, entered|course.known[i], state)
		}
		for _, rule := range state.On {
			known := entered | course.known[course.waits]
			for _, step := range rule.Do {
				judge(step, known, state)
				known |= c.learned(step.Uses().Sets)
			}
		}
	}
}

// agrees tells whether the flow, or a sub-flow of its, asks for an agreement to
// the use of personal data.
func (c *checker) agrees() bool {
	for _, course := range c.courses {
		if course.known[len(course.known)-1]&agreed != 0 {
			return true
		}
	}
	return slices.ContainsFunc(c.uses, func(uses Uses) bool { return c.learned(uses.Sets)&agreed != 0 })
}

// unagreed reports the first question for personal data that no purchase is the
// reason for. What a contract with the customer needs may be asked for without
// an agreement (152-FZ, article 6, part 1, item 5), all else may not (item 1).
// What another flow has asked before or asks afterwards is not looked into.
func (c *checker) unagreed() {
	if len(c.links.into[c.flow.ID]) > 0 {
		return
	}
	ways := inside(c.moves)
	var paying, leaving []string
	for _, state := range c.flow.States {
		if sells(state) {
			paying = append(paying, state.Name)
		}
	}
	for _, way := range c.moves {
		if strings.Contains(way.to, "/") {
			leaving = append(leaving, way.from)
		}
	}
	bought := map[string]bool{}
	if len(paying) > 0 {
		bought = reachable(paying, ways)
	}
	for _, state := range c.flow.States {
		at, asks := asksPersonal(state)
		if _, entered := c.entry[state.Name]; !asks || !entered || bought[state.Name] {
			continue
		}
		onward := reachable([]string{state.Name}, ways)
		if !slices.ContainsFunc(slices.Concat(paying, leaving), func(name string) bool { return onward[name] }) {
			c.diags.Add(Warning, at, "personal_without_consent", "State", state.Name)
			return
		}
	}
}

// sells tells whether money is asked for in a state.
func sells(state *State) bool {
	return slices.ContainsFunc(everyStep(state), func(step Step) bool { return len(step.Uses().Outcomes) > 0 })
}

// asksPersonal finds the first question for personal data in a state.
func asksPersonal(state *State) (Pos, bool) {
	for _, step := range everyStep(state) {
		if uses := step.Uses(); uses.Personal {
			return uses.Pos, true
		}
	}
	return Pos{}, false
}

// everyStep is a state's own steps, those of its rules and of its timers.
func everyStep(state *State) []Step {
	steps := slices.Clone(state.Do)
	for _, rule := range state.On {
		steps = append(steps, rule.Do...)
	}
	for _, timer := range state.Timers {
		steps = append(steps, timer.Do...)
	}
	return steps
}

package flows

import "slices"

// personal reports questions for personal data that can be reached before the
// customer has agreed to its use, in flows that ask for an agreement at all.
func (c *checker) personal() {
	asks := func(uses Uses) bool { return c.learned(uses.Sets)&agreed != 0 }
	if !slices.ContainsFunc(c.uses, asks) {
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

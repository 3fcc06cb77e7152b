package flows

import "slices"

// newChecker gathers what the checks ask for.
func newChecker(d *draft, w *loading) *checker {
	c := &checker{draft: d, diags: w.diags}
	c.collect()
	return c
}

// check proves what can be proved before a customer finds out.
func (c *checker) check(w *loading) {
	if len(c.flow.States) == 0 {
		return
	}
	c.links = w.links
	c.targets()
	whole := !c.blurred()
	c.shares()
	c.flow.charges = c.charges()
	c.names()
	c.attachments(w.files)
	c.texts()
	c.shadows()
	c.outcomes()
	c.plans()
	c.reminders()
	c.circling()
	if !whole {
		return
	}
	c.calls()
	c.moves = flowMoves(c.flow)
	c.entry = c.entryFacts()
	c.reach()
	c.ends()
	c.loops()
	c.receipts()
	c.personal()
	c.consents()
}

// blurred tells whether something was found that hides parts of the flow, so
// that judging its ways would only add false alarms.
func (c *checker) blurred() bool {
	hides := []string{"unknown_step", "empty_step", "want_mapping", "want_rule", "want_text", "no_condition",
		"many_conditions", "bad_regexp", "no_words", "unknown_key", "comma_in_text", "repeated_key",
		"unknown_state", "unknown_flow", "no_start", "rule_without_action"}
	return slices.ContainsFunc(c.diags.list, func(found Diagnostic) bool {
		return found.Pos.File == c.flow.File && slices.Contains(hides, found.Code)
	})
}

// checker holds what the checks share.
type checker struct {
	*draft
	diags *Diagnostics
	links links
	// uses are those of all steps, in the order of the file's sections.
	uses  []Uses
	moves []move
	// courses are those of the states, entry what is known on entering them.
	courses map[string]course
	entry   map[string]facts
}

func (c *checker) fail(pos Pos, code string, args ...any) { c.diags.Add(Error, pos, code, args...) }

// collect gathers the uses of every step.
func (c *checker) collect() {
	add := func(steps []Step) {
		for _, step := range steps {
			c.uses = append(c.uses, step.Uses())
		}
	}
	for _, rules := range [][]*Rule{c.flow.Anywhere, c.flow.Fallback} {
		for _, rule := range rules {
			add(rule.Do)
		}
	}
	add(c.flow.Otherwise)
	c.courses = make(map[string]course, len(c.flow.States))
	for _, state := range c.flow.States {
		course := c.courseOf(state)
		c.courses[state.Name] = course
		c.uses = append(c.uses, course.uses...)
		for _, rule := range state.On {
			add(rule.Do)
		}
		for _, timer := range state.Timers {
			add(timer.Do)
		}
	}
}

// rules are all rules of the flow.
func (c *checker) rules() []*Rule {
	rules := append(append([]*Rule{}, c.flow.Anywhere...), c.flow.Fallback...)
	for _, state := range c.flow.States {
		rules = append(rules, state.On...)
	}
	return rules
}

func (c *checker) stateNames() []string {
	var names []string
	for _, state := range c.flow.States {
		names = append(names, state.Name)
	}
	return names
}

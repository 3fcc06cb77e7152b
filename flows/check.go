package flows

// check proves what can be proved before a customer finds out.
func check(d *draft, w *loading) {
	if len(d.flow.States) == 0 {
		return
	}
	c := &checker{draft: d, diags: w.diags}
	c.collect()
	c.targets()
	c.names()
	c.attachments(w.files)
	c.texts()
	c.shadows()
	if w.diags.Failed() {
		return // what follows reasons about the whole flow
	}
	c.moves = flowMoves(d.flow)
	c.reach()
	c.ends()
	c.loops()
	c.outcomes()
	c.receipts()
}

// checker holds what the checks share.
type checker struct {
	*draft
	diags *Diagnostics
	// uses are those of all steps, in the order of the file's sections.
	uses  []Uses
	moves []move
	// known tells which states can be reached.
	reached map[string]bool
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
	for _, state := range c.flow.States {
		add(state.Do)
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

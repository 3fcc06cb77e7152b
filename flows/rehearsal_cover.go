package flows

import "slices"

// Place is a state, rule or timer of a flow, with how often rehearsals came there.
type Place struct {
	// Kind is "state", "rule" or "timer".
	Kind string `json:"kind"`
	// Name is a state's name, or what a rule or a timer waits for.
	Name string `json:"name"`
	Pos  Pos    `json:"pos"`
	// Times counts: entered, fired, rung.
	Times int `json:"times"`
}

// Coverage counts which states, rules and timers of a flow were played.
type Coverage struct {
	flow   *Flow
	places []Place
	states map[string]int
	timers map[*TimerRule]int
	// rules of one line and label, in the order they are tried.
	rules map[[2]string][]int
}

// NewCoverage lists the places of a flow, none of them played.
func NewCoverage(flow *Flow) *Coverage {
	c := &Coverage{flow: flow, states: map[string]int{}, timers: map[*TimerRule]int{}, rules: map[[2]string][]int{}}
	c.addRules(flow.Anywhere)
	for _, state := range flow.States {
		c.states[state.Name] = c.place("state", state.Name, state.Pos)
		c.addRules(state.On)
		for _, timer := range state.Timers {
			c.timers[timer] = c.place("timer", timer.String(), timer.Pos)
		}
	}
	c.addRules(flow.Fallback)
	return c
}

func (c *Coverage) place(kind, name string, pos Pos) int {
	c.places = append(c.places, Place{Kind: kind, Name: name, Pos: pos})
	return len(c.places) - 1
}

func (c *Coverage) addRules(rules []*Rule) {
	for _, rule := range rules {
		name := rule.When.label
		if rule.If != nil {
			name += " if " + rule.If.Source
		}
		key := [2]string{rule.When.where, rule.When.label}
		c.rules[key] = append(c.rules[key], c.place("rule", name, rule.Pos))
	}
}

// Add counts what one turn played; before is the session that the input met.
// It is what Rehearsal.Watch may be set to.
func (c *Coverage) Add(before Session, input Input, turn Turn) {
	for _, effect := range turn.Effects {
		if mirror, ok := effect.(Mirror); ok && mirror.State != "" {
			if i, known := c.states[mirror.State]; known {
				c.places[i].Times++
			}
		}
	}
	if input.Kind == Rang {
		c.rang(before, input, turn)
		return
	}
	// Rules that share line and label are told apart by their turn to be tried.
	tried := map[[2]string]int{}
	for _, considered := range turn.Trace {
		key := [2]string{considered.Rule, considered.Label}
		nth := tried[key]
		tried[key]++
		if considered.Result == matched && nth < len(c.rules[key]) {
			c.places[c.rules[key][nth]].Times++
		}
	}
}

func (c *Coverage) rang(before Session, input Input, turn Turn) {
	i := slices.IndexFunc(before.Timers, func(timer Timer) bool { return timer.ID == input.Timer })
	if i < 0 || len(turn.Trace) == 0 || before.Timers[i].At != nil {
		return // cancelled or silent; or the end of a pause
	}
	if at, known := c.timers[c.flow.timer(before.Timers[i])]; known {
		c.places[at].Times++
	}
}

// Places are all places in the order of the file.
func (c *Coverage) Places() []Place { return slices.Clone(c.places) }

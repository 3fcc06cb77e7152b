package flows

import (
	"cmp"
	"slices"
	"strings"
)

// facts are what is surely known at some point of the funnel, of all that the
// checks ask for.
type facts uint64

const (
	knowsEmail facts = 1 << iota
	knowsPhone
	agreed       // to anything that no plan wants: the use of personal data
	knowsConsent // the first of the consents that plans want; the others follow
)

// consent is the fact that the customer agreed to what plans call by this name,
// zero for one that no plan wants. Names beyond the 61st share a fact.
func (c *checker) consent(name string) facts {
	var names []string
	for _, plan := range c.flow.Plans {
		if plan.Consent == "" || slices.Contains(names, plan.Consent) {
			continue
		}
		if plan.Consent == name {
			return knowsConsent << min(len(names), 60)
		}
		names = append(names, plan.Consent)
	}
	return 0
}

// learned is what setting variables tells.
func (c *checker) learned(refs []Ref) facts {
	var known facts
	for _, ref := range refs {
		switch {
		case ref.Name == "email":
			known |= knowsEmail
		case ref.Name == "phone":
			known |= knowsPhone
		default:
			if name, consent := strings.CutPrefix(ref.Name, "consent."); consent {
				known |= cmp.Or(c.consent(name), agreed)
			}
		}
	}
	return known
}

func (f facts) namesBuyer() bool { return f&(knowsEmail|knowsPhone) != 0 }

// course is how a state's own steps go: what is learned before each of them
// and after the last, and what each uses.
type course struct {
	uses  []Uses
	known []facts
	// waits is the first step that waits, pays the last that asks for money: 0
	// when none does.
	waits, pays int
}

// courseOf goes through a state's steps once.
func (k *checker) courseOf(state *State) course {
	c := course{waits: len(state.Do), known: make([]facts, 1, len(state.Do)+1), uses: make([]Uses, 0, len(state.Do))}
	for i, step := range state.Do {
		uses := step.Uses()
		c.uses = append(c.uses, uses)
		c.known = append(c.known, c.known[i]|k.learned(uses.Sets))
		if uses.Waits {
			c.waits = min(c.waits, i)
		}
		if len(uses.Outcomes) > 0 {
			c.pays = i
		}
	}
	return c
}

// calls adds what sub-flows teach to the courses of the states that call them.
func (c *checker) calls() {
	for _, state := range c.flow.States {
		course := c.courses[state.Name]
		for i, step := range state.Do {
			caller, is := step.(Caller)
			if !is {
				continue
			}
			taught := c.called(caller.Calls())
			for after := i + 1; after < len(course.known); after++ {
				course.known[after] |= taught
			}
		}
	}
}

// leaving is what is surely known when a way is taken: rules and timers may
// strike as soon as the state first waits, a payment once it was asked for.
func (c course) leaving(k *checker, entered facts, way move) facts {
	steps := way.step
	if steps < 0 {
		steps = c.waits
	}
	if way.rule == nil {
		return entered | c.known[steps]
	}
	if way.rule.When.Kind == Paid {
		steps = max(steps, c.pays)
	}
	known := entered | c.known[steps]
	for _, step := range way.rule.Do {
		known |= k.learned(step.Uses().Sets)
	}
	return known
}

// entryFacts finds what is surely known on entering each state: what every way
// into it has in common, however many rounds it takes to settle. A state that
// is never entered has none.
func (c *checker) entryFacts() map[string]facts {
	brought := make([]facts, len(c.moves)) // by each way, to those who enter knowing nothing
	for i, way := range c.moves {
		brought[i] = c.courses[way.from].leaving(c, 0, way)
	}
	entry := map[string]facts{c.flow.Start: 0}
	for _, state := range c.links.into[c.flow.ID] {
		if state != c.flow.Start {
			entry[state] = ^facts(0) // what the other flow has learned is not looked into
		}
	}
	for changed := true; changed; {
		changed = false
		for i, way := range c.moves {
			here, entered := entry[way.from]
			if !entered {
				continue
			}
			there, known := entry[way.to]
			common := here | brought[i]
			if known {
				common &= there
			}
			if !known || common != there {
				entry[way.to], changed = common, true
			}
		}
	}
	return entry
}

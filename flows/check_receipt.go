package flows

import (
	"maps"
	"slices"

	"voronka/sales"
)

// facts are the variables surely known at some point of the funnel.
type facts map[string]bool

// receipts reports payments with a receipt that can be reached before the
// customer has told an e-mail or a phone number: the bank refuses such a
// payment (T-Bank API 1.80, error 329).
func (c *checker) receipts() {
	entry := c.entryFacts()
	for _, state := range c.flow.States {
		known := entry[state.Name]
		if known == nil {
			continue
		}
		for i, step := range state.Do {
			uses := step.Uses()
			if c.wantsReceipt(uses) && !namesBuyer(state.after(known, i)) {
				c.fail(uses.Pos, "receipt_without_buyer", "State", state.Name)
			}
		}
	}
}

func namesBuyer(known facts) bool { return known["email"] || known["phone"] }

// wantsReceipt tells whether a step may ask for money with a receipt. One that
// finds its product only in the dialog may ask for any of them.
func (c *checker) wantsReceipt(uses Uses) bool {
	if uses.Receipt || uses.OwnReceipt || len(uses.Outcomes) == 0 {
		return uses.Receipt
	}
	return slices.ContainsFunc(c.flow.Products, func(product sales.Product) bool {
		asked := len(uses.Products) == 0 || slices.ContainsFunc(uses.Products, func(ref Ref) bool { return ref.Name == product.ID })
		return asked && product.Taxation != ""
	})
}

// entryFacts finds what is surely known on entering each state: what every way
// into it has in common, however many rounds it takes to settle. A state that
// is never entered has none.
func (c *checker) entryFacts() map[string]facts {
	entry := map[string]facts{c.flow.Start: {}}
	for changed := true; changed; {
		changed = false
		for _, way := range c.moves {
			if entry[way.from] == nil {
				continue
			}
			brought := c.flow.State(way.from).leaving(entry[way.from], way)
			if merged := common(entry[way.to], brought); len(merged) != len(entry[way.to]) || entry[way.to] == nil {
				entry[way.to] = merged
				changed = true
			}
		}
	}
	return entry
}

// leaving is what is surely known when a way is taken: rules and timers may
// strike as soon as the state first waits, a payment once it was asked for.
func (s *State) leaving(known facts, way move) facts {
	steps := way.step
	if steps < 0 {
		steps = s.firstWait()
	}
	if way.rule != nil && way.rule.When.Kind == Paid {
		steps = max(steps, s.lastPay())
	}
	known = s.after(known, steps)
	if way.rule != nil {
		for _, step := range way.rule.Do {
			known = with(known, step.Uses().Sets)
		}
	}
	return known
}

// lastPay is the index of the last step that asks for money, 0 when none does.
func (s *State) lastPay() int {
	for i := len(s.Do) - 1; i > 0; i-- {
		if len(s.Do[i].Uses().Outcomes) > 0 {
			return i
		}
	}
	return 0
}

// after is what is known once the first n steps are done.
func (s *State) after(known facts, n int) facts {
	for _, step := range s.Do[:min(n, len(s.Do))] {
		known = with(known, step.Uses().Sets)
	}
	return known
}

func with(known facts, refs []Ref) facts {
	more := maps.Clone(known)
	for _, ref := range refs {
		more[ref.Name] = true
	}
	return more
}

// common is what both know; nil knows everything, as nothing has come that way yet.
func common(old, brought facts) facts {
	if old == nil {
		return maps.Clone(brought)
	}
	both := facts{}
	for name := range old {
		if brought[name] {
			both[name] = true
		}
	}
	return both
}

package flows

import (
	"slices"
	"strings"
)

// shadows reports rules that can never match, because an earlier one takes
// everything that they do.
func (c *checker) shadows() {
	c.shadowed(c.flow.Anywhere, nil)
	for _, state := range c.flow.States {
		c.shadowed(state.On, c.flow.Anywhere)
	}
	c.shadowed(c.flow.Fallback, c.flow.Anywhere)
}

func (c *checker) shadowed(rules, earlier []*Rule) {
	earlier = slices.Clone(earlier)
	for _, rule := range rules {
		for _, first := range earlier {
			if first.If == nil && first.When.covers(rule.When) {
				c.fail(rule.Pos, "shadowed_rule", "Line", first.Pos.Line)
				break
			}
		}
		earlier = append(earlier, rule)
	}
}

// covers tells whether w matches every input that other does. It may say no
// where the answer is yes, never the other way round.
func (w Condition) covers(other Condition) bool {
	if w.Any {
		return other.Any || other.Kind.FromCustomer()
	}
	if other.Any || w.Kind != other.Kind || w.Outcome != other.Outcome || !strings.HasPrefix(other.Payload, w.Payload) {
		return false
	}
	if len(w.Words) == 0 {
		return true
	}
	return len(other.Words) > 0 && !slices.ContainsFunc(other.Words, func(word string) bool {
		return !w.takes(word, other.Match)
	})
}

// takes tells whether w matches every text that a word of kind match does.
func (w Condition) takes(word string, match Match) bool {
	if w.Match == Regexp && match == Regexp {
		return slices.Contains(w.Words, word)
	}
	return match != Regexp && (match == w.Match || w.Match != Exact && match == Exact) && w.says(fold(word))
}

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
			if first.guarded() {
				continue
			}
			if first.When.covers(rule.When) {
				c.fail(rule.Pos, "shadowed_rule", "Line", first.Pos.Line)
				break
			}
			c.taken(first, rule)
		}
		earlier = append(earlier, rule)
	}
}

// guarded tells whether a rule may let pass what its condition matches.
func (r *Rule) guarded() bool { return r.If != nil || r.Not != nil || r.Once != "" }

// taken reports words of a rule that an earlier one always takes, though other
// words of it still have their turn.
func (c *checker) taken(first, rule *Rule) {
	if first.When.Any || first.When.Kind != rule.When.Kind || len(first.When.Words) == 0 {
		return
	}
	for _, word := range rule.When.Words {
		if c.bearable() && (first.When.takes(word, rule.When) || first.When.takesPart(word, rule.When)) {
			c.diags.Add(Warning, rule.Pos, "taken_word", "Word", word, "Line", first.Pos.Line)
		}
	}
}

// covers tells whether w matches every input that other does. It may say no
// where the answer is yes, never the other way round.
func (w Condition) covers(other Condition) bool {
	if w.Any {
		return other.Any || other.Kind.FromCustomer()
	}
	if other.Any || w.Kind != other.Kind || w.Outcome != other.Outcome {
		return false
	}
	if w.Start {
		return other.startsWith(w.Payload)
	}
	if other.Start {
		return len(w.Words) == 0 || w.says("start")
	}
	if len(w.Words) == 0 {
		return true
	}
	return len(other.Words) > 0 && !slices.ContainsFunc(other.Words, func(word string) bool {
		return !w.takes(word, other)
	})
}

// startsWith tells whether the condition matches nothing but a /start with
// such a payload.
func (w Condition) startsWith(payload string) bool {
	if w.Start {
		return strings.HasPrefix(w.Payload, payload)
	}
	return payload == "" && len(w.folded) > 0 && !slices.ContainsFunc(w.folded, func(word string) bool { return word != "start" })
}

// takes tells whether w matches every text that a word of another condition does.
func (w Condition) takes(word string, other Condition) bool {
	folds := w.Match == Contains || w.Match == Keywords
	switch other.Match {
	case Exact:
		return w.says(fold(channel(other.Kind, word)))
	case Contains:
		return folds && w.says(fold(word))
	case Keywords:
		return folds && w.takesKeywords(word)
	case Fuzzy:
		return w.Match == Fuzzy && w.Threshold <= other.Threshold && slices.Contains(w.folded, fold(word))
	}
	return w.Match == other.Match && slices.Contains(w.Words, word)
}

// takesPart tells whether w matches some text that another condition waits for
// word by word: the very word of a near miss, or one alternative of keywords.
func (w Condition) takesPart(word string, other Condition) bool {
	switch {
	case other.Match == Fuzzy:
		return w.says(fold(word))
	case other.Match != Keywords || w.Match != Contains && w.Match != Keywords:
		return false
	}
	alternatives, _ := readKeywords(word)
	return slices.ContainsFunc(alternatives, func(k keywords) bool {
		examples := k.examples()
		return len(examples) > 0 && !slices.ContainsFunc(examples, func(text string) bool { return !w.says(text) })
	})
}

func (w Condition) takesKeywords(source string) bool {
	alternatives, _ := readKeywords(source)
	return len(alternatives) > 0 && !slices.ContainsFunc(alternatives, func(k keywords) bool {
		examples := k.examples()
		return len(examples) == 0 || slices.ContainsFunc(examples, func(text string) bool { return !w.says(text) })
	})
}

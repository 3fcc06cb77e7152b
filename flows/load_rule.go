package flows

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// rules reads `anywhere`, `fallback` and `on`. Outcomes may also be written as
// one mapping, since each is a rule by itself:
//
//	on: {success: thanks, fail: pay_again}
func (n Node) rules() []*Rule {
	var rules []*Rule
	for _, item := range n.Items() {
		if !item.IsMap() {
			item.Error("want_rule")
			continue
		}
		for _, one := range item.perOutcome() {
			if rule, ok := one.rule(); ok {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// onceIn names the rules with `once:` of one list, so that each is remembered
// by itself and an edit elsewhere in the file changes no name.
func onceIn(place string, rules []*Rule) []*Rule {
	count := map[string]int{}
	for _, rule := range rules {
		if rule.Once == "" {
			continue
		}
		count[rule.Once]++
		if n := count[rule.Once]; n > 1 {
			rule.Once += " #" + strconv.Itoa(n)
		}
		rule.Once = place + "/" + rule.Once
	}
	return rules
}

// perOutcome splits a mapping of nothing but outcomes into one mapping for each.
func (n Node) perOutcome() []Node {
	entries := n.Entries()
	if len(entries) < 2 || slices.ContainsFunc(entries, func(e Entry) bool { return !isOutcome(e.Name) }) {
		return []Node{n}
	}
	var split []Node
	for _, entry := range entries {
		pair := &yaml.Node{
			Kind: yaml.MappingNode, Tag: "!!map", Line: entry.Key.yaml.Line, Column: entry.Key.yaml.Column,
			Content: []*yaml.Node{entry.Key.yaml, entry.Value.yaml},
		}
		split = append(split, n.at(pair))
	}
	return split
}

// RuleKeys are the keys of a rule beside its condition.
func RuleKeys() []string { return []string{"to", "do", "if", "not", "once", "threshold"} }

// rule reads one rule; it has no use when its condition could not be read.
func (n Node) rule() (*Rule, bool) {
	n.Only(append(ConditionKeys(), RuleKeys()...)...)
	when, ok := ReadCondition(n)
	rule := &Rule{Pos: n.Pos(), When: when}
	body := n.body()
	rule.If = ReadFormula(body.Field("if"))
	rule.Not = body.Field("not").readKeywords()
	if body.Field("once").Bool() {
		rule.Once = when.label
	}
	to := body.Field("to").Ref()
	if target := n.outcome(); to.Name == "" && target.IsScalar() && target.yaml.Tag != "!!bool" {
		to = target.Ref()
	}
	rule.To, rule.ToPos = to.Name, to.Pos
	rule.Do = body.Field("do").Steps()
	if rule.To == "" && len(rule.Do) == 0 {
		n.Error("rule_without_action")
	}
	return rule, ok
}

// body is where a rule's `to`, `do` and `if` stand: beside the trigger, or
// under an outcome.
func (n Node) body() Node {
	if inner := n.outcome(); inner.IsMap() {
		inner.Only("to", "do", "if", "not", "once")
		return inner
	}
	return n
}

// outcome is the value under the outcome of a payment: a target or a body.
func (n Node) outcome() Node {
	for _, entry := range n.Entries() {
		if isOutcome(entry.Name) {
			return entry.Value
		}
	}
	return n.Field("")
}

func isOutcome(word string) bool {
	return slices.Contains(Outcomes(), Outcome(word)) || slices.Contains(SubscriptionOutcomes(), Outcome(word))
}

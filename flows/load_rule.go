package flows

import (
	"slices"

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
			rules = append(rules, one.rule())
		}
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

func (n Node) rule() *Rule {
	n.Only(append(ConditionKeys(), "to", "do", "if")...)
	rule := &Rule{Pos: n.Pos()}
	rule.When, _ = ReadCondition(n)
	body := n.body()
	rule.If = ReadFormula(body.Field("if"))
	to := body.Field("to").Ref()
	if body.IsScalar() {
		to = body.Ref()
	}
	rule.To, rule.ToPos = to.Name, to.Pos
	rule.Do = body.Field("do").Steps()
	if rule.To == "" && len(rule.Do) == 0 {
		n.Error("rule_without_action")
	}
	return rule
}

// body is where a rule's `to`, `do` and `if` stand: beside the trigger, or
// under an outcome, whose plain value is the target.
func (n Node) body() Node {
	for _, entry := range n.Entries() {
		if !isOutcome(entry.Name) {
			continue
		}
		if entry.Value.IsMap() {
			entry.Value.Only("to", "do", "if")
			return entry.Value
		}
		if !entry.Value.Zero() && entry.Value.Text() != "true" {
			return entry.Value
		}
	}
	return n
}

func isOutcome(word string) bool { return slices.Contains(Outcomes(), Outcome(word)) }

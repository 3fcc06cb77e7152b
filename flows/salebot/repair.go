package salebot

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// repair answers what is the scheme's own nature rather than a fault: salebot
// needs no declarations, forgets outcomes, sends blocks that no arrow leads to, and lets blocks
// follow each other for ever. False when nothing of that kind was found, or when
// the answer was given before and did not help.
func (a *acceptance) repair(found *flows.Diagnostic) bool {
	text := func(key string) string { value, _ := found.Args[key].(string); return value }
	once := fmt.Sprint(found.Code, found.Args)
	if a.repaired[once] {
		return false
	}
	a.repaired[once] = true
	switch found.Code {
	case "unknown_variable":
		return a.declare(text("Variable"))
	case "unreachable":
		return a.open(text("State"))
	case "endless_loop":
		return a.cut(text("States"))
	case "unhandled_outcome":
		return a.answer(text("State"), text("Outcome"))
	}
	return false
}

// answer calls a person when a payment comes to what the scheme does not await:
// salebot lets the customer stay without an answer.
func (a *acceptance) answer(name, outcome string) bool {
	state := child(a.translation.states, name)
	if state == nil || outcome == "" {
		return false
	}
	rules := listed(state, "on")
	for _, rule := range rules.Content {
		if child(rule, outcome) != nil {
			return false
		}
	}
	call := mapping("operator", "Исход оплаты «"+outcome+"»: в воронке не сказано, что делать")
	// Outcomes come first: a rule for anything never stands before them.
	rules.Content = append([]*yaml.Node{mapping(outcome, true, "do", []*yaml.Node{call})}, rules.Content...)
	a.translation.rules++
	if from := a.translation.origin[state]; from != nil {
		a.translation.note(from, "outcome", "Outcome", outcome)
	}
	return true
}

// listed is the list under a key of a state, made when it is not there.
func listed(state *yaml.Node, key string) *yaml.Node {
	if list := child(state, key); list != nil {
		return list
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	state.Content = append(state.Content, scalar(key), list)
	return list
}

// declare puts a variable into `vars:`.
func (a *acceptance) declare(name string) bool {
	if strings.Contains(name, ".") || !bareName.MatchString(name) {
		return false
	}
	vars := child(a.root, "vars")
	if vars == nil {
		vars = mapping()
		at := slices.IndexFunc(a.root.Content, func(one *yaml.Node) bool { return one.Value == "start" })
		a.root.Content = slices.Insert(a.root.Content, at+2, scalar("vars"), vars)
	}
	put(vars, name, "text")
	a.translation.notes = append(a.translation.notes, newNote("", "", "variable", "Variable", name))
	return true
}

// open lets a webhook lead to a state that nothing else leads to: salebot's
// operators and programs send such blocks.
func (a *acceptance) open(name string) bool {
	state := child(a.translation.states, name)
	if state == nil {
		return false
	}
	anywhere := child(a.root, "anywhere")
	if anywhere == nil {
		anywhere = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		at := slices.Index(a.root.Content, a.translation.states)
		a.root.Content = slices.Insert(a.root.Content, at-1, scalar("anywhere"), anywhere)
	}
	for _, rule := range anywhere.Content {
		if word := child(rule, "webhook"); word != nil && word.Value == name {
			return false
		}
	}
	anywhere.Content = append(anywhere.Content, mapping("webhook", name, "to", name))
	a.translation.rules++
	if from := a.translation.origin[state]; from != nil {
		a.translation.note(from, "unreachable", "State", name)
	}
	return true
}

// cut turns the `next` of the first state in an endless circle into a way out
// by anything that is said.
func (a *acceptance) cut(circle string) bool {
	name, _, _ := strings.Cut(circle, " → ")
	state := child(a.translation.states, name)
	if state == nil || child(state, "next") == nil {
		return false
	}
	at := slices.Index(state.Content, child(state, "next"))
	to := state.Content[at].Value
	state.Content = slices.Delete(state.Content, at-1, at+1)
	rules := listed(state, "on")
	rules.Content = append(rules.Content, mapping("any", true, "to", to))
	a.translation.rules++
	if from := a.translation.origin[state]; from != nil {
		a.translation.note(from, "endless", "State", to)
	}
	return true
}

package salebot

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// state translates a block the customer stands in, with its arrows.
func (t *translation) state(b *block) *yaml.Node {
	var on, timers []*yaml.Node
	next, capture := "", t.capture(b)
	steps := t.steps(b, capture)
	for _, one := range t.scheme.from[b.id] {
		target := t.scheme.byID[one.to]
		switch {
		case target == nil || target.kind == comment:
			t.noteArrow(one, "target", "Target", one.to)
		case one == capture:
			next = t.names[target.id]
		case one.variable != "":
			on = append(on, t.captured(b, one, target)...)
		case one.timed() && one.immediate() && target.moves() && next == "":
			next = t.names[target.id]
		case one.timed() && one.immediate() && !target.moves():
			steps = append(steps, t.inside(target, map[string]bool{})...)
		case one.timed():
			timers = append(timers, t.timer(one, target)...)
		default:
			on = append(on, t.rule(b, one, target)...)
		}
	}
	title := b.title
	if b.kind == closeDeal {
		t.note(b, "close_deal")
		steps = append(steps, mapping("close_deal", "true"))
	}
	node := mapping("title", clip(title, 60), "do", steps, "on", on, "timers", timers, "next", next)
	if len(on)+len(timers) == 0 && next == "" {
		put(node, "end", true)
	}
	return node
}

// immediate is an arrow that is passed at once, whatever the variables.
func (a *arrow) immediate() bool {
	return a.clock == "" && a.date == "" && strings.Trim(a.delay, "0") == "" && a.guard.compare == "" && !a.guard.once
}

// capture is the arrow whose answer the block asks for; nil when its message
// cannot be a question: it is empty, or has buttons.
func (t *translation) capture(b *block) *arrow {
	if b.said() == "" || len(b.buttons) > 0 {
		return nil
	}
	var found *arrow
	for _, one := range t.scheme.from[b.id] {
		if one.asButton {
			return nil
		}
		target := t.scheme.byID[one.to]
		if found == nil && one.variable != "" && one.guard.condition == "" && one.guard.compare == "" && target != nil && target.moves() {
			found = one
		}
	}
	return found
}

// captured keeps the answer by a rule, where `ask` cannot.
func (t *translation) captured(b *block, a *arrow, target *block) []*yaml.Node {
	keep := mapping("set", mapping(t.variable(a), "= question"))
	action := []any{"do", []*yaml.Node{keep}, "to", t.names[target.id]}
	if !target.moves() {
		action = []any{"do", append([]*yaml.Node{keep}, t.inside(target, map[string]bool{})...)}
	}
	return t.guarded(b, a.guard, a.people(), action)
}

// variable is the name an answer is kept by.
func (t *translation) variable(a *arrow) string {
	name := strings.TrimSuffix(strings.TrimPrefix(a.variable, "#{"), "}")
	for _, prefix := range []string{"client.", "клиент.", "project.", "проект."} {
		if short, cut := strings.CutPrefix(name, prefix); cut {
			t.noteArrow(a, "scope", "Variable", name)
			return short
		}
	}
	return name
}

// rule translates an arrow that waits for a message.
func (t *translation) rule(b *block, a *arrow, target *block) []*yaml.Node {
	if a.asButton && a.guard.match == "" {
		a.guard.match = "full"
	}
	if a.asButton && b.inline() {
		for _, word := range alternatives(a.guard.condition) {
			t.heard[strings.ToLower(word)] = true
		}
	}
	action := t.action(target, map[string]bool{})
	if a.delay != "" && strings.Trim(a.delay, "0") != "" {
		span, ok := t.span(a, false)
		if !ok {
			return nil
		}
		steps := []*yaml.Node{mapping("wait", span)}
		if target.moves() {
			steps = append(steps, mapping("goto", t.names[target.id]))
		} else {
			steps = append(steps, t.inside(target, map[string]bool{})...)
		}
		action = []any{"do", steps}
	}
	if a.clock != "" || a.date != "" {
		t.noteArrow(a, "condition_and_date")
	}
	return t.guarded(b, a.guard, a.people(), action)
}

// action is what a rule or a timer does to reach a block.
func (t *translation) action(target *block, above map[string]bool) []any {
	if target.moves() {
		return []any{"to", t.names[target.id]}
	}
	return []any{"do", t.inside(target, above)}
}

// inside are the steps of a block that moves nobody, and of those that follow it by
// themselves.
func (t *translation) inside(b *block, above map[string]bool) []*yaml.Node {
	if above[b.id] || len(above) > 20 {
		t.note(b, "cycle")
		return nil
	}
	above[b.id] = true
	steps := t.steps(b, nil)
	for _, one := range t.scheme.from[b.id] {
		target := t.scheme.byID[one.to]
		if target == nil || !one.timed() || one.clock != "" || one.date != "" || one.guard.compare != "" {
			t.noteArrow(one, "in_place_arrow")
			continue
		}
		if !one.immediate() {
			span, ok := t.span(one, false)
			if !ok {
				continue
			}
			steps = append(steps, mapping("wait", span))
		}
		if target.moves() {
			return append(steps, mapping("goto", t.names[target.id]))
		}
		steps = append(steps, t.inside(target, above)...)
	}
	return steps
}

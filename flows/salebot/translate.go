package salebot

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// translation makes the tree of a flow from a scheme.
type translation struct {
	scheme *scheme
	loader flows.Loader
	notes  []Note
	names  map[string]string
	states *yaml.Node
	rules  int
	// heard are the words that buttons under messages send.
	heard map[string]bool
	// origin is the block a part of the tree was made of.
	origin map[*yaml.Node]*block
}

func newTranslation(s *scheme, loader flows.Loader, notes []Note) *translation {
	t := &translation{
		scheme: s, loader: loader, notes: notes, names: names(s.blocks), states: mapping(),
		heard: map[string]bool{}, origin: map[*yaml.Node]*block{},
	}
	for _, one := range s.blocks {
		for _, button := range one.buttons {
			if one.inline() {
				t.heard[strings.ToLower(cmp.Or(button.callback, button.text))] = true
			}
		}
	}
	return t
}

// flow is the whole file.
func (t *translation) flow(id string) *yaml.Node {
	first := t.first()
	var anywhere, fallback, last []*yaml.Node
	for _, one := range t.entered(start) {
		rules := t.waiting(one, one == first)
		if one.guard.condition == "" && one.guard.compare == "" {
			// The older editor let arrows go before "start of the dialogue"
			// (docs.salebot.ai); first of all it would leave no other rule a chance.
			last = append(last, rules...)
			continue
		}
		anywhere = append(anywhere, rules...)
	}
	for _, one := range t.entered(inPlaceOwn) {
		fallback = append(fallback, t.waiting(one, false)...)
	}
	for _, one := range t.scheme.blocks {
		if one.moves() {
			node := t.state(one)
			t.origin[node] = one
			t.states.Content = append(t.states.Content, scalar(t.names[one.id]), node)
		}
	}
	return mapping("flow", id, "start", t.names[first.id], "anywhere", anywhere, "fallback", append(fallback, last...), "states", t.states)
}

// moves tells whether the customer stands in the block.
func (b *block) moves() bool { return b.kind == state || b.kind == start || b.kind == closeDeal }

// entered are the blocks of a kind in the order salebot tries them.
func (t *translation) entered(of kind) []*block {
	var found []*block
	for _, one := range t.scheme.blocks {
		if one.kind == of {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(a, b *block) int {
		return cmp.Or(rank(b.guard)-rank(a.guard), b.guard.priority-a.guard.priority)
	})
	return found
}

// first is where a dialog begins: what waits for /start, or for anything, or
// simply comes first. A scheme without states gets an empty one.
func (t *translation) first() *block {
	var entrances, others []*block
	for _, one := range t.scheme.blocks {
		switch {
		case one.kind == start && slices.Contains(alternatives(one.guard.condition), "/start"):
			return one
		case one.kind == start:
			entrances = append(entrances, one)
		case one.moves():
			others = append(others, one)
		}
	}
	slices.SortStableFunc(entrances, func(a, b *block) int { return rank(a.guard) - rank(b.guard) })
	if all := append(entrances, others...); len(all) > 0 {
		t.note(all[0], "start_guessed", "State", t.names[all[0].id])
		return all[0]
	}
	made := &block{id: "start", kind: state, text: "/start"}
	t.scheme.blocks = append(t.scheme.blocks, made)
	t.scheme.byID[made.id] = made
	t.names = names(t.scheme.blocks)
	made.text = ""
	t.note(made, "no_state")
	return made
}

// waiting are the rules by which a block is entered from anywhere.
func (t *translation) waiting(b *block, first bool) []*yaml.Node {
	guard := b.guard
	if first {
		words := slices.DeleteFunc(alternatives(guard.condition), func(word string) bool { return word == "/start" })
		if len(words) == 0 && guard.condition != "" {
			return nil
		}
		guard.condition = strings.Join(words, ";")
	}
	rules := t.guarded(b, guard, b.people(), t.action(b, map[string]bool{}))
	for _, rule := range rules {
		t.origin[rule] = b
	}
	return rules
}

func (t *translation) note(b *block, code string, args ...any) {
	t.notes = append(t.notes, newNote(b.id, b.people(), code, args...))
}

func (t *translation) noteArrow(a *arrow, code string, args ...any) {
	t.notes = append(t.notes, newNote(cmp.Or(a.id, a.from), a.people(), code, args...))
}

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"voronka/flows"
)

// probe is a word that nothing in the language is called.
const probe = "zzz_probe"

// prober learns the language's grammar from the loader itself: it puts a word
// that cannot be right at a place and reads from the complaint what could be.
type prober struct {
	loader flows.Loader
	// steps and rules are met at many places and explored once.
	steps, rules []string
	// describe gives what a key means, empty when nobody has written it.
	describe func(key string) string
}

// node is a piece of JSON Schema.
type node = map[string]any

// spot is a place in a flow: it nests a value into a whole file.
type spot func(value any) any

// under is the place of a key beside others.
func (s spot) under(key string, beside map[string]any) spot {
	return func(value any) any {
		whole := map[string]any{key: value}
		for name, other := range beside {
			if name != key {
				whole[name] = other
			}
		}
		return s(whole)
	}
}

// item is the place of the one element of a list.
func (s spot) item() spot { return func(value any) any { return s([]any{value}) } }

// complaints are those that a value at a place brings about there.
func (p *prober) complaints(at spot, value any) []flows.Diagnostic {
	whole, err := json.Marshal(at(value))
	mine, err2 := json.Marshal(value)
	if err != nil || err2 != nil {
		return nil
	}
	text := string(whole)
	// Keys on the way may be called the same; what they hold comes after them.
	from := strings.LastIndex(text, string(mine))
	if from < 0 {
		return nil
	}
	first := utf8.RuneCountInString(text[:from]) + 1
	last := first + utf8.RuneCount(mine)
	_, found := p.loader.LoadText("probe.yaml", text)
	return slices.DeleteFunc(found, func(one flows.Diagnostic) bool { return one.Pos.Col < first || one.Pos.Col >= last })
}

// known finds a complaint and gives the words that would have been right.
func known(found []flows.Diagnostic, code, arg string) ([]string, bool) {
	for _, one := range found {
		if text, _ := one.Args["Known"].(string); one.Code == code && one.Args[arg] == probe {
			return strings.Split(text, ", "), true
		}
	}
	return nil, false
}

func said(found []flows.Diagnostic, code string) bool {
	return slices.ContainsFunc(found, func(one flows.Diagnostic) bool { return one.Code == code })
}

// maxNesting is deeper than the language goes.
const maxNesting = 8

// explore finds out what may stand at a place.
func (p *prober) explore(at spot, beside map[string]any, depth int) node {
	if depth > maxNesting {
		return node{}
	}
	var ways []any
	mapping := p.complaints(at, with(beside, probe, 1))
	plain := p.complaints(at, probe)
	list := p.complaints(at, []any{probe})
	if steps, found := known(mapping, "unknown_step", "Step"); found {
		p.steps = steps
		return several(node{"$ref": "#/$defs/step"}, true)
	}
	keys, closed := known(mapping, "unknown_key", "Key")
	if closed && said(mapping, "no_condition") {
		p.rules = keys
		return several(node{"$ref": "#/$defs/rule"}, true)
	}
	switch {
	case closed:
		ways = append(ways, p.object(at, keys, beside, depth))
	case said(plain, "want_mapping"):
		ways = append(ways, node{"type": "object", "additionalProperties": p.explore(at.under(probe, beside), nil, depth+1)})
	}
	if scalar, ok := scalarOf(plain); ok {
		ways = append(ways, scalar)
	}
	// A list is fine where nobody complains of it as such.
	lists := closed && depth > 0 && !said(list, "want_text") && p.listed(at)
	if lists || !closed && !said(list, "want_text") && !said(list, "want_mapping") && !said(plain, "want_mapping") {
		return several(anyOf(ways), lists || len(ways) > 0)
	}
	return anyOf(ways)
}

// listed tells whether a mapping may also stand in a list.
func (p *prober) listed(at spot) bool {
	_, found := known(p.complaints(at, []any{map[string]any{probe: 1}}), "unknown_key", "Key")
	return found
}

// object explores the keys of a mapping.
func (p *prober) object(at spot, keys []string, beside map[string]any, depth int) node {
	properties := node{}
	for _, key := range keys {
		properties[key] = p.described(key, p.explore(at.under(key, beside), nil, depth+1))
	}
	return node{"type": "object", "properties": properties, "additionalProperties": false}
}

func (p *prober) described(key string, one node) node {
	if text := p.describe(key); text != "" {
		one["description"] = text
	}
	return one
}

// scalarOf reads from complaints what a plain value has to be.
func scalarOf(found []flows.Diagnostic) (node, bool) {
	words, enumerated := known(found, "unknown_word", "Word")
	switch {
	case said(found, "want_mapping"), said(found, "want_rule"):
		return nil, false
	case enumerated:
		return node{"enum": words}, true
	case said(found, "want_bool"):
		return node{"type": "boolean"}, true
	case said(found, "want_duration"):
		return node{"type": "string", "pattern": `^\s*(\d{1,3}\s*mo\s*(\d{1,6}\s*(s|m|h|d|w)\s*)*|(\d{1,6}\s*(s|m|h|d|w)\s*)+)$`}, true
	case said(found, "want_money"):
		return node{"type": []string{"number", "string"}}, true
	}
	return node{"type": []string{"string", "number", "boolean", "null"}}, true
}

func anyOf(ways []any) node {
	switch len(ways) {
	case 0:
		return node{}
	case 1:
		return ways[0].(node)
	}
	return node{"anyOf": ways}
}

// several allows one, a list of them, and rows of them.
func several(one node, lists bool) node {
	if !lists {
		return one
	}
	row := node{"type": "array", "items": one}
	return node{"anyOf": []any{one, node{"type": "array", "items": node{"anyOf": []any{one, row}}}}}
}

func with(beside map[string]any, key string, value any) map[string]any {
	whole := map[string]any{key: value}
	for name, other := range beside {
		whole[name] = other
	}
	return whole
}

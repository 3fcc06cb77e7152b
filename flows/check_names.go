package flows

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"voronka/flows/calc"
)

// targets checks that everything that names a state names one there is.
func (c *checker) targets() {
	if c.start.Name == "" {
		c.fail(c.root.Pos(), "no_start")
	} else {
		c.inner(c.start)
	}
	for ref := range c.aims {
		c.target(ref)
	}
	for _, pair := range c.moved {
		if c.flow.State(pair[0].Name) != nil {
			c.fail(pair[0].Pos, "moved_exists", "State", pair[0].Name)
		}
		c.target(pair[1])
	}
	for _, stage := range c.stages {
		c.inner(stage)
	}
}

// inner wants a state of this flow.
func (c *checker) inner(ref Ref) {
	if ref.Name != "" && c.flow.states[ref.Name] == nil && c.bearable() {
		c.fail(ref.Pos, "unknown_state", "State", ref.Name, "Suggest", Nearest(ref.Name, c.stateNames()))
	}
}

// target wants a state of this flow, or of another one of the project.
func (c *checker) target(ref Ref) {
	id, state, elsewhere := splitState(ref.Name)
	if !elsewhere {
		c.inner(ref)
		return
	}
	other := c.flow.sibling(id)
	switch {
	case !c.bearable() || other != nil && other.states[state] != nil:
	case other == nil:
		c.fail(ref.Pos, "unknown_flow", "Flow", id, "Suggest", Nearest(id, c.flow.flowIDs()))
	default:
		var names []string
		for _, known := range other.States {
			names = append(names, id+"/"+known.Name)
		}
		c.fail(ref.Pos, "unknown_state", "State", ref.Name, "Suggest", Nearest(ref.Name, names))
	}
}

// bearable tells whether one more finding would still be read by anybody;
// looking for suggestions is not cheap.
func (c *checker) bearable() bool { return len(c.diags.list) < maxFindings }

const maxFindings = 500

// names checks products and variables. A variable is known when some step sets
// it or the engine does.
func (c *checker) names() {
	products := slices.Sorted(maps.Keys(c.products))
	set := c.sets()
	if c.links.linked[c.flow.ID] {
		for _, name := range c.links.sets {
			set[name] = true
		}
	}
	for _, uses := range c.uses {
		for _, ref := range uses.Products {
			if !slices.Contains(products, ref.Name) {
				c.fail(ref.Pos, "unknown_product", "Product", ref.Name, "Suggest", Nearest(ref.Name, products), "Known", strings.Join(products, ", "))
			}
		}
		c.reads(uses.Reads, set)
	}
	for _, ref := range c.flow.Mirroring.reads() {
		if ref.Pos.File == c.flow.File { // what all flows share may be known to some alone
			c.reads([]Ref{ref}, set)
		}
	}
	for _, rule := range c.rules() {
		c.reads(rule.If.Reads(), set)
	}
	for _, state := range c.flow.States {
		for _, timer := range state.Timers {
			c.reads(timer.reads(), set)
		}
	}
}

func (c *checker) reads(refs []Ref, set map[string]bool) {
	for _, ref := range refs {
		if state, asked := strings.CutPrefix(ref.Name, calc.BeenPrefix); asked {
			c.flow.remembers = true
			c.target(Ref{Name: state, Pos: c.word(ref)})
			continue
		}
		if set[ref.Name] || c.flow.Builtin(ref.Name) || !c.bearable() {
			continue
		}
		if name, asked := strings.CutPrefix(ref.Name, "segment."); asked {
			known := slices.Sorted(maps.Keys(c.flow.segments))
			c.fail(c.word(Ref{Name: name, Pos: ref.Pos}), "unknown_segment", "Segment", name, "Suggest", Nearest(name, known), "Known", strings.Join(known, ", "))
		} else {
			c.fail(c.word(ref), "unknown_variable", "Variable", ref.Name, "Suggest", Nearest(ref.Name, c.readable(set)))
		}
	}
}

// readable are all variables that can be read, for suggestions.
func (c *checker) readable(set map[string]bool) []string {
	known := append(Builtins(), slices.Sorted(maps.Keys(set))...)
	for _, id := range slices.Sorted(maps.Keys(c.products)) {
		known = append(known, id+".price", id+".title")
	}
	return known
}

// word finds the place of a variable in the text that begins at its Pos.
func (c *checker) word(ref Ref) Pos {
	const far = 60 // lines of a long text
	whole, err := regexp.Compile(`(?:^|[^\p{L}\p{N}_.])` + regexp.QuoteMeta(ref.Name) + `(?:$|[^\p{L}\p{N}_.])`)
	if err != nil {
		return ref.Pos
	}
	for line := ref.Pos.Line; line < ref.Pos.Line+far; line++ {
		text := []rune(c.flow.Source.line(line))
		start := 0
		if line == ref.Pos.Line {
			start = min(ref.Pos.Col-1, len(text))
		}
		rest := string(text[start:])
		if at := whole.FindStringIndex(rest); at != nil {
			skipped := rest[:at[0]+strings.Index(rest[at[0]:], ref.Name)]
			return Pos{File: ref.Pos.File, Line: line, Col: start + utf8.RuneCountInString(skipped) + 1}
		}
	}
	return ref.Pos
}

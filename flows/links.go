package flows

import (
	"maps"
	"slices"
	"strings"
)

// splitState takes the name of a state apart: "contacts/email" is the state
// email of the flow contacts; a name without a flow is of the flow that says it.
func splitState(name string) (flow, state string, elsewhere bool) { return strings.Cut(name, "/") }

// sibling finds a flow of the same project, in the language of this one.
func (f *Flow) sibling(id string) *Flow {
	if id == f.ID {
		return f
	}
	if other := f.siblings[id]; other != nil {
		return other.In(f.language)
	}
	return nil
}

// own drops the flow from the name of a state that is this flow's own.
func (f *Flow) own(name string) string {
	if flow, state, elsewhere := splitState(name); elsewhere && flow == f.ID {
		return state
	}
	return name
}

// key names a state as a session of this flow does: with its flow before it
// where that is another.
func (f *Flow) key(state *State) string {
	if state.flow.ID == f.ID {
		return state.Name
	}
	return state.flow.whole(state.Name)
}

// whole is the name of a state with its flow.
func (f *Flow) whole(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return f.ID + "/" + name
}

// flowIDs are the flows of the project, for suggestions.
func (f *Flow) flowIDs() []string { return slices.Sorted(maps.Keys(f.siblings)) }

// links are the ways between the flows of a project.
type links struct {
	// into are the states that other flows lead to, by flow.
	into map[string][]string
	// linked are flows that lead to others, or are led to. They share variables.
	linked map[string]bool
	sets   []string
}

// link lets the flows of a project know each other.
func (w *loading) link() {
	segments := map[string]*Segment{}
	siblings, renames := make(map[string]*Flow, len(w.drafts)), false
	for _, c := range w.drafts {
		renames = renames || len(c.flow.Moved) > 0
		if siblings[c.flow.ID] == nil {
			siblings[c.flow.ID] = c.flow
		}
		c.flow.siblings, c.flow.segments = siblings, segments
		for _, segment := range c.flow.Segments {
			if segments[segment.Name] == nil {
				segments[segment.Name] = segment
			}
		}
	}
	w.links = links{into: map[string][]string{}, linked: map[string]bool{}}
	for _, c := range w.drafts {
		c.flow.renames = renames
		for ref := range c.aims {
			if flow, state, elsewhere := splitState(ref.Name); elsewhere && flow != c.flow.ID {
				w.links.into[flow] = append(w.links.into[flow], state)
				w.links.linked[flow], w.links.linked[c.flow.ID] = true, true
			}
		}
	}
	for _, c := range w.drafts {
		if w.links.linked[c.flow.ID] {
			w.links.sets = slices.AppendSeq(w.links.sets, maps.Keys(c.sets()))
		}
	}
}

// leadsElsewhere tells whether the flow leads into others.
func (c *checker) leadsElsewhere() bool {
	for ref := range c.aims {
		if strings.Contains(ref.Name, "/") {
			return true
		}
	}
	return false
}

// aims goes through all states that the flow names to be gone to.
func (c *checker) aims(yield func(Ref) bool) {
	for _, uses := range c.uses {
		for _, ref := range uses.Targets {
			if !yield(ref) {
				return
			}
		}
	}
	for _, rule := range c.rules() {
		if !yield(Ref{Name: rule.To, Pos: rule.ToPos}) {
			return
		}
	}
	for _, state := range c.flow.States {
		if !yield(Ref{Name: state.Next, Pos: state.NextPos}) {
			return
		}
		for _, timer := range state.Timers {
			if !yield(Ref{Name: timer.To, Pos: timer.ToPos}) {
				return
			}
		}
	}
}

// sets are the variables that the flow declares or some step of it sets.
func (c *checker) sets() map[string]bool {
	set := map[string]bool{}
	for _, declared := range c.flow.Vars {
		set[declared.Name] = true
	}
	for _, uses := range c.uses {
		for _, ref := range uses.Sets {
			set[ref.Name] = true
		}
	}
	for _, hook := range c.flow.Hooks {
		for _, one := range hook.Into {
			set[one.Name.Name] = true
		}
	}
	return set
}

// called is what the sub-flow of a call may teach: what steps of the states that
// it leads through set. Whoever calls it does so for that.
func (c *checker) called(target string) facts {
	var known facts
	seen, queue := map[string]bool{}, []string{c.flow.whole(target)}
	for ; len(queue) > 0; queue = queue[1:] {
		state := c.flow.State(queue[0])
		if state == nil || seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		for _, step := range state.Do {
			known |= c.learned(step.Uses().Sets)
		}
		for _, way := range stateMoves(state) {
			queue = append(queue, state.flow.whole(way.to))
		}
	}
	return known
}

package flows

import (
	"maps"
	"slices"
)

// ProjectVariables are the names of the variables that the flow shares with
// all customers: those it declares so, and those it assigns with `project.`.
// Who calls Advance gives their values in Known.Project, read in the same
// transaction that writes Turn.Project.
func (f *Flow) ProjectVariables() []string { return f.shared }

// ProjectVariables are those of all its flows, sorted: a dialog may go from one
// flow to another within a turn.
func (p *Project) ProjectVariables() []string {
	var names []string
	for _, flow := range p.Flows {
		for _, name := range flow.shared {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// shares finds the variables of the project.
func (c *checker) shares() {
	names := map[string]bool{}
	for _, one := range c.flow.Vars {
		if one.Scope == projectScope {
			names[one.Name] = true
		}
	}
	for _, uses := range c.uses {
		for _, name := range uses.Shares {
			names[name] = true
		}
	}
	c.flow.shared = slices.Sorted(maps.Keys(names))
}

// setProject keeps a variable of the project: this turn reads it at once, all
// others once it is committed. An empty value takes it away.
func (r *Run) setProject(name, value string) {
	if declared, known := r.Flow.Variable(name); known {
		value, _ = typed(declared.Type, value)
	}
	if old, _ := r.shared(name); old == value {
		return
	}
	if r.project == nil {
		r.project = map[string]string{}
	}
	r.project[name] = value
}

// shared is the value of a variable of the project; an empty one is not set.
func (r *Run) shared(name string) (string, bool) {
	value, changed := r.project[name]
	if changed {
		return value, value != ""
	}
	value = r.known.Project[name]
	if value != "" || slices.Contains(r.Flow.shared, name) {
		if r.read == nil {
			r.read = map[string]string{}
		}
		r.read[name] = value
	}
	return value, value != ""
}

package steps

import (
	"strings"

	"voronka/flows"
)

// set keeps variables. A value is a text with variables, or a formula when it
// begins with "=":
//
//	set: {tag: vip, total: "= price * 2"}
type set struct {
	pos         flows.Pos
	assignments []assignment
}

// assignment gives a variable the value of a text or of a formula.
type assignment struct {
	name    flows.Ref
	text    flows.Template
	formula *flows.Formula
}

func readSet(n flows.Node) flows.Step {
	n.Only("set")
	step := &set{pos: n.Pos(), assignments: readAssignments(n.Field("set"))}
	if len(step.assignments) == 0 {
		n.Error("empty_set")
	}
	return step
}

func readAssignments(n flows.Node) []assignment {
	var all []assignment
	for _, entry := range n.Entries() {
		one := assignment{name: flows.Ref{Name: entry.Name, Pos: entry.Key.Pos()}}
		if strings.HasPrefix(strings.TrimSpace(entry.Value.Text()), "=") {
			one.formula = flows.ReadAssigned(entry.Value)
		} else {
			one.text = flows.ReadTemplate(entry.Value)
		}
		all = append(all, one)
	}
	return all
}

// Run implements flows.Step. A formula that fails leaves its variable as it was.
func (s *set) Run(r *flows.Run) {
	for _, one := range s.assignments {
		if one.formula == nil {
			r.Set(one.name.Name, r.Fill(one.text))
		} else if value, _, ok := r.Compute(one.formula); ok {
			r.Set(one.name.Name, value)
		}
	}
}

// fillAssignments computes what a button is going to set.
func fillAssignments(r *flows.Run, all []assignment) map[string]string {
	if len(all) == 0 {
		return nil
	}
	values := make(map[string]string, len(all))
	for _, one := range all {
		if one.formula == nil {
			values[one.name.Name] = r.Fill(one.text)
		} else if value, _, ok := r.Compute(one.formula); ok {
			values[one.name.Name] = value
		}
	}
	return values
}

// Uses implements flows.Step.
func (s *set) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos}
	useAssignments(&uses, s.assignments)
	return uses
}

func useAssignments(uses *flows.Uses, all []assignment) {
	for _, one := range all {
		uses.Sets = append(uses.Sets, one.name)
		uses.Reads = append(append(uses.Reads, one.text.Reads()...), one.formula.Reads()...)
	}
}

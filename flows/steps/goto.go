package steps

import "voronka/flows"

// jump moves to a state at once; steps after it do not run:
//
//	goto: menu
type jump struct {
	pos flows.Pos
	to  flows.Ref
}

func readGoto(n flows.Node) flows.Step {
	n.Only("goto")
	step := &jump{pos: n.Pos(), to: n.Field("goto").Ref()}
	if step.to.Name == "" {
		n.Error("empty_goto")
	}
	return step
}

// Run implements flows.Step.
func (j *jump) Run(r *flows.Run) { r.Go(j.to.Name) }

// Uses implements flows.Step.
func (j *jump) Uses() flows.Uses { return flows.Uses{Pos: j.pos, Targets: []flows.Ref{j.to}} }

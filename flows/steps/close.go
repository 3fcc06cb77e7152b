package steps

import "voronka/flows"

// closeDeal ends a deal: its variables go into a note of the CRM's deal and are
// forgotten, those of the customer stay; `stage:` moves the deal on the way.
//
//	close_deal: won
type closeDeal struct {
	pos   flows.Pos
	stage string
}

func readCloseDeal(n flows.Node) flows.Step {
	n.Only("close_deal")
	step := &closeDeal{pos: n.Pos(), stage: n.Field("close_deal").Text()}
	if step.stage == "true" {
		step.stage = ""
	}
	return step
}

// Run implements flows.Step.
func (c *closeDeal) Run(r *flows.Run) {
	r.CloseDeal()
	if c.stage != "" {
		r.Emit(flows.Mirror{Stage: c.stage})
	}
}

// Uses implements flows.Step.
func (c *closeDeal) Uses() flows.Uses { return flows.Uses{Pos: c.pos, Ends: true} }

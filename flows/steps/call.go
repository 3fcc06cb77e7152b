package steps

import "voronka/flows"

// call goes to a state and, once a `return` is met there or further on, comes
// back to the next step:
//
//	call: ask_contacts
//	…
//	return: true
type call struct {
	pos flows.Pos
	to  flows.Ref
}

func readCall(n flows.Node) flows.Step {
	n.Only("call")
	step := &call{pos: n.Pos(), to: n.Field("call").Ref()}
	if step.to.Name == "" {
		n.Error("empty_call")
	}
	return step
}

// Calls implements flows.Caller.
func (c *call) Calls() string { return c.to.Name }

// Run implements flows.Step.
func (c *call) Run(r *flows.Run) { r.Call(c.to.Name) }

// Uses implements flows.Step.
func (c *call) Uses() flows.Uses { return flows.Uses{Pos: c.pos, Targets: []flows.Ref{c.to}} }

// comeBack is the step `return`.
type comeBack struct{ pos flows.Pos }

func readReturn(n flows.Node) flows.Step {
	n.Only("return")
	if !n.Field("return").Bool() {
		n.Error("empty_return")
	}
	return &comeBack{pos: n.Pos()}
}

// Returns implements flows.Returner.
func (c *comeBack) Returns() {}

// Run implements flows.Step.
func (c *comeBack) Run(r *flows.Run) { r.Return() }

// Uses implements flows.Step. Where it leads depends on who called.
func (c *comeBack) Uses() flows.Uses { return flows.Uses{Pos: c.pos, Ends: true} }

package steps

import "voronka/flows"

// forgetMe erases what is known of the customer:
//
//	forget_me: true
type forgetMe struct{ pos flows.Pos }

func readForgetMe(n flows.Node) flows.Step {
	n.Only("forget_me")
	if !n.Field("forget_me").Bool() {
		n.Error("empty_forget_me")
	}
	return &forgetMe{pos: n.Pos()}
}

// Run implements flows.Step.
func (f *forgetMe) Run(r *flows.Run) { r.Forget() }

// Uses implements flows.Step.
func (f *forgetMe) Uses() flows.Uses { return flows.Uses{Pos: f.pos, Ends: true} }

// exportMe sends the customer a file with what is known of them:
//
//	export_me: Вот всё, что мы о вас храним
type exportMe struct {
	pos  flows.Pos
	text flows.Template
}

func readExportMe(n flows.Node) flows.Step {
	n.Only("export_me")
	step := &exportMe{pos: n.Pos(), text: flows.ReadTemplate(n.Field("export_me"))}
	if step.text.Zero() {
		n.Error("empty_say")
	}
	return step
}

// Run implements flows.Step.
func (e *exportMe) Run(r *flows.Run) {
	r.Emit(flows.Export{Text: r.Render(e.text, flows.MaxCaption)})
	r.Event("export_me", "")
}

// Uses implements flows.Step.
func (e *exportMe) Uses() flows.Uses {
	return flows.Uses{Pos: e.pos, Reads: e.text.Reads(), Texts: []flows.Bounded{bounded(e.text, flows.MaxCaption, "caption")}}
}

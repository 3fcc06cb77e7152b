package steps

import "voronka/flows"

// operator asks a person to join the dialog; the customer sees nothing:
//
//	operator: Просит помощи
type operator struct {
	pos  flows.Pos
	text flows.Template
}

func readOperator(n flows.Node) flows.Step {
	n.Only("operator")
	return &operator{pos: n.Pos(), text: flows.ReadTemplate(n.Field("operator"))}
}

// Run implements flows.Step.
func (o *operator) Run(r *flows.Run) {
	text := r.Fill(o.text)
	r.Emit(flows.CallOperator{Text: text})
	r.Event("operator", text)
}

// Uses implements flows.Step.
func (o *operator) Uses() flows.Uses {
	return flows.Uses{Pos: o.pos, Reads: o.text.Reads(), Tasks: []string{o.text.Source}, Ends: true}
}

package steps

import "voronka/flows"

// settle says what becomes of a payment that was made:
//
//	confirm: course
//	void: course
//	close_receipt: course
//
// confirm takes money that `hold: true` blocked, void lets it go; what comes of
// it is heard as success or refunded. close_receipt closes the receipt of a prepayment.
type settle struct {
	pos     flows.Pos
	do      flows.Settlement
	product flows.Template
}

func readSettle(do flows.Settlement) func(flows.Node) flows.Step {
	return func(n flows.Node) flows.Step {
		n.Only(string(do))
		step := &settle{pos: n.Pos(), do: do, product: flows.ReadTemplate(n.Field(string(do)))}
		if step.product.Zero() {
			n.Error("pay_without_product")
		}
		return step
	}
}

// Run implements flows.Step.
func (s *settle) Run(r *flows.Run) {
	id := r.Fill(s.product)
	if r.Settle(id, s.do) {
		r.Event("payment", string(s.do)+" "+id)
		return
	}
	r.Trouble(string(s.do) + ": there is no such payment: " + id)
}

// Uses implements flows.Step.
func (s *settle) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Reads: s.product.Reads()}
	if s.product.Constant() {
		uses.Products = []flows.Ref{{Name: s.product.Source, Pos: s.product.Pos}}
	}
	return uses
}

package steps

import (
	"slices"

	"voronka/flows"
)

// refund gives money of a product back:
//
//	refund: course              # all that is left of it
//	amount: 1000                # or a part, in roubles; may hold variables
//	reason: не подошло          # for operators
//	withdraw: true              # and access is taken back with the last of it
//
// The flow hears `refunded` once all the money went back.
type refund struct {
	pos             flows.Pos
	product, amount flows.Template
	reason          flows.Template
	withdraw        bool
}

func readRefund(n flows.Node) flows.Step {
	n.Only("refund", "amount", "reason", "withdraw")
	step := &refund{
		pos: n.Pos(), product: flows.ReadTemplate(n.Field("refund")), amount: flows.ReadTemplate(n.Field("amount")),
		reason: flows.ReadTemplate(n.Field("reason")), withdraw: n.Field("withdraw").Bool(),
	}
	if step.product.Zero() {
		n.Error("empty_refund")
	}
	if step.amount.Constant() {
		n.Field("amount").Money()
	}
	return step
}

// Run implements flows.Step.
func (s *refund) Run(r *flows.Run) {
	amount, known := roubles(r, s.amount)
	if !known {
		r.Fault("refund: no amount: " + s.amount.Source)
		return
	}
	r.GiveBack(r.Fill(s.product), amount, r.Fill(s.reason), s.withdraw)
}

// Uses implements flows.Step.
func (s *refund) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Reads: slices.Concat(s.product.Reads(), s.amount.Reads(), s.reason.Reads())}
	if !s.product.Zero() && s.product.Constant() {
		uses.Products = []flows.Ref{{Name: s.product.Source, Pos: s.product.Pos}}
	}
	return uses
}

package steps

import (
	"slices"

	"voronka/flows"
	"voronka/sales"
)

// settle says what becomes of a payment that was made:
//
//	confirm: course
//	amount: 3000               # a part of it, in roubles; may hold variables
//
//	void: course
//	close_receipt: course
//
// confirm takes money that `hold: true` blocked, void lets it go; what comes of
// it is heard as success or refunded. close_receipt closes the receipt of a prepayment.
type settle struct {
	pos             flows.Pos
	do              flows.Settlement
	product, amount flows.Template
}

func readSettle(do flows.Settlement) func(flows.Node) flows.Step {
	return func(n flows.Node) flows.Step {
		keys := []string{string(do)}
		if do == flows.ConfirmHold {
			keys = append(keys, "amount")
		}
		n.Only(keys...)
		step := &settle{
			pos: n.Pos(), do: do, product: flows.ReadTemplate(n.Field(string(do))), amount: flows.ReadTemplate(n.Field("amount")),
		}
		if step.product.Zero() {
			n.Error("pay_without_product")
		}
		if step.amount.Constant() {
			n.Field("amount").Money()
		}
		return step
	}
}

// Run implements flows.Step.
func (s *settle) Run(r *flows.Run) {
	id := r.Fill(s.product)
	part, known := roubles(r, s.amount)
	switch {
	case !known:
		r.Fault(string(s.do) + ": no amount: " + s.amount.Source)
	case r.Settle(id, s.do, part):
		r.Event("payment", string(s.do)+" "+id)
	default:
		r.Fault(string(s.do) + ": there is no such payment, or less is held: " + id)
	}
}

// roubles computes an amount above zero; where none is written it is zero.
func roubles(r *flows.Run, text flows.Template) (amount sales.Money, known bool) {
	if text.Zero() {
		return 0, true
	}
	amount, err := sales.ParseMoney(r.Fill(text))
	return amount, err == nil && amount > 0
}

// Uses implements flows.Step.
func (s *settle) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Reads: slices.Concat(s.product.Reads(), s.amount.Reads())}
	if s.product.Constant() {
		uses.Products = []flows.Ref{{Name: s.product.Source, Pos: s.product.Pos}}
	}
	return uses
}

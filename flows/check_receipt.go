package flows

import (
	"slices"

	"voronka/sales"
)

// receipts reports payments with a receipt that can be reached before the
// customer has told an e-mail or a phone number: the bank refuses such a
// payment (T-Bank API 1.80, error 329).
func (c *checker) receipts() {
	for _, state := range c.flow.States {
		entered, known := c.entry[state.Name]
		if !known {
			continue
		}
		course := c.courses[state.Name]
		for i, uses := range course.uses {
			if c.wantsReceipt(uses) && !(entered | course.known[i]).namesBuyer() {
				c.fail(uses.Pos, "receipt_without_buyer", "State", state.Name)
			}
		}
	}
}

// wantsReceipt tells whether a step may ask for money with a receipt. One that
// finds its product only in the dialog may ask for any of them.
func (c *checker) wantsReceipt(uses Uses) bool {
	if uses.Receipt || uses.OwnReceipt || len(uses.Outcomes) == 0 {
		return uses.Receipt
	}
	for _, ref := range uses.Plans {
		if plan, known := c.flow.Plan(ref.Name); known {
			return plan.Taxation != ""
		}
	}
	return slices.ContainsFunc(c.flow.Products, func(product sales.Product) bool {
		asked := len(uses.Products) == 0 || slices.ContainsFunc(uses.Products, func(ref Ref) bool { return ref.Name == product.ID })
		return asked && product.Taxation != ""
	})
}

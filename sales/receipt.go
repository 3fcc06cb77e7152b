package sales

// Receipt is what goes to the tax authority with a payment (54-FZ). Words for
// tax, method, object and taxation are the bank's (T-Bank API 1.80, Receipt).
type Receipt struct {
	// FFD is the format version, "1.05" or "1.2".
	FFD string
	// Email or Phone (E.164) of the buyer; one of them is required.
	Email, Phone string
	// Taxation is osn, usn_income, usn_income_outcome, esn or patent.
	Taxation string
	Items    []ReceiptItem
}

// ReceiptItem is one line of a receipt. In a Product, Name, Price and Quantity
// may be empty: they come from the product itself.
type ReceiptItem struct {
	Name  string
	Price Money
	// Quantity is in thousandths: 1000 is one piece.
	Quantity int64
	// Tax is none, vat0, vat5, vat7, vat10, vat22, vat105, vat107, vat110, vat122
	// (vat20 and vat120 for sales before 2026).
	Tax string
	// Method is full_prepayment, prepayment, advance, full_payment, partial_payment, credit or credit_payment.
	Method string
	// Object is commodity, service, job, payment, …
	Object string
	// Unit is required by FFD 1.2: "шт" where empty.
	Unit string
}

// Total is the sum of all lines.
func (r Receipt) Total() Money {
	var sum Money
	for _, item := range r.Items {
		sum += item.Amount()
	}
	return sum
}

// Amount is price by quantity, rounded half up to a kopeck.
func (i ReceiptItem) Amount() Money { return (i.Price*Money(i.Quantity) + 500) / 1000 }

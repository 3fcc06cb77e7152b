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
	// Tender splits the sum by how it is paid; nil is all electronically.
	Tender *Tender `json:",omitempty"`
	// Customer and CustomerINN name a buyer that is a company (FFD 1.2 alone).
	Customer    string `json:",omitempty"`
	CustomerINN string `json:",omitempty"`
}

// Tender is how a receipt is paid besides electronically, in kopecks: what is
// left of its total is electronic and equals the payment's amount. A bonus is
// an advance.
type Tender struct {
	Advance   Money `json:",omitempty"` // paid before, bonuses included
	Credit    Money `json:",omitempty"` // to be paid after
	Provision Money `json:",omitempty"` // in another form
	Cash      Money `json:",omitempty"`
}

// Sum is all of it; nil has none.
func (t *Tender) Sum() Money {
	if t == nil {
		return 0
	}
	return t.Advance + t.Credit + t.Provision + t.Cash
}

// Part is the receipt of a part of what was paid electronically: the lines in
// proportion, the last one with the rest, each of one piece. Of all of it, it is
// the receipt itself; what was paid in other ways belongs to the whole alone.
func (r Receipt) Part(amount Money) Receipt {
	total := r.Total()
	if amount == r.Electronic() || total <= 0 || len(r.Items) == 0 {
		return r
	}
	items, left := r.Items, amount
	r.Items, r.Tender = nil, nil
	for i, item := range items {
		share := item.Amount() * amount / total
		if i == len(items)-1 {
			share = left
		}
		if share > 0 {
			item.Price, item.Quantity = share, 1000
			r.Items, left = append(r.Items, item), left-share
		}
	}
	return r
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
	// EAN13 is the goods' code as the cash register wants it (FFD 1.05 alone).
	EAN13 string `json:",omitempty"`
	// Agent and Supplier are set where the shop sells for somebody else.
	Agent    *Agent    `json:",omitempty"`
	Supplier *Supplier `json:",omitempty"`
	// Mark is the code of goods that must be marked; the rest of this block is of FFD 1.2 alone.
	Mark *Mark `json:",omitempty"`
	// Excise is in kopecks, Country the three digits of where the goods come from.
	Excise      Money  `json:",omitempty"`
	Country     string `json:",omitempty"`
	Declaration string `json:",omitempty"`
	UserData    string `json:",omitempty"`
	// Place is where it is written in the flow, "course.yaml:12", for who mends it.
	Place string `json:",omitempty"`
}

// Agent is what the shop is to its supplier. Phones are + and digits.
type Agent struct {
	// Sign is bank_paying_agent, bank_paying_subagent, paying_agent, paying_subagent, attorney, commission_agent or another.
	Sign                             string
	Operation                        string   `json:",omitempty"`
	Phones, Receivers, Transfers     []string `json:",omitempty"`
	Operator, OperatorAddress, OpINN string   `json:",omitempty"`
}

// Supplier is whose goods an agent sells.
type Supplier struct {
	Name, INN string
	Phones    []string
}

// Mark is the code of marked goods (FFD 1.2).
type Mark struct {
	// Type is UNKNOWN, EAN8, EAN13, ITF14, GS10, GS1M, SHORT, FUR, EGAIS20, EGAIS30 or RAWCODE.
	Type, Value string
	// Numerator of Denominator parts of a pack are sold; both zero for a whole one.
	Numerator, Denominator int64 `json:",omitempty"`
	// Federal is the rule that demands the mark, where one does.
	Federal *Federal `json:",omitempty"`
}

// Federal is an act of a federal authority: its number in the list of
// authorities, the act's date (DD.MM.YYYY) and number, and what it wants told.
type Federal struct{ ID, Date, Number, Value string }

// Total is the sum of all lines.
func (r Receipt) Total() Money {
	var sum Money
	for _, item := range r.Items {
		sum += item.Amount()
	}
	return sum
}

// Electronic is what of the total is paid electronically.
func (r Receipt) Electronic() Money {
	return r.Total() - r.Tender.Sum()
}

// Amount is price by quantity, rounded half up to a kopeck.
func (i ReceiptItem) Amount() Money { return (i.Price*Money(i.Quantity) + 500) / 1000 }

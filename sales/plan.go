package sales

import "time"

// Plan is what a subscription costs and how it is charged. A subscription
// keeps a copy: the terms are those that the customer agreed to.
type Plan struct {
	// ID is unique among the products and plans of its flow.
	ID    string `json:"id"`
	Title string `json:"title"`
	// Price is of one period, charged at its beginning.
	Price Money  `json:"price"`
	Every Period `json:"every"`
	// First is the first payment's sum where it is another one, and Trial how
	// long it pays for; zero: a whole period for the whole price.
	First Money  `json:"first,omitempty"`
	Trial Period `json:"trial,omitzero"`
	// Payments is after how many payments, the first included, nothing is
	// charged any more (instalments); zero: until somebody ends it.
	Payments int `json:"payments,omitempty"`
	// Grace is how long access stays after a charge that failed for good. The
	// subscription ends with it.
	Grace time.Duration `json:"grace,omitempty"`
	// Retry is how long after the first decline the charge is tried again, for
	// a customer without money; each entry is counted from the first decline.
	Retry []time.Duration `json:"retry,omitempty"`
	// Remind is how long before a charge the flow hears of it, longest first.
	Remind []time.Duration `json:"remind,omitempty"`
	// Consent names the consent to charges that is needed before the first payment.
	Consent string `json:"consent,omitempty"`
	// Channel is where subscribers are invited, and taken out of when it ends.
	Channel string `json:"channel,omitempty"`
	// Item and Taxation are of the receipts, as of a Product.
	Item     ReceiptItem `json:"item,omitzero"`
	Taxation string      `json:"taxation,omitempty"`
	// Deliver goes out with the first payment.
	Deliver Delivery `json:"deliver,omitzero"`
}

// FirstSum is what the first payment comes to.
func (p Plan) FirstSum() Money {
	if p.First > 0 {
		return p.First
	}
	return p.Price
}

// Instalments tells whether a thing is paid for in parts: what was bought stays
// with the customer once all are paid.
func (p Plan) Instalments() bool { return p.Payments > 0 }

// PerDay is what a day costs, in kopecks and thousandths of them.
func (p Plan) PerDay() int64 {
	days := int64(p.Every.About() / (24 * time.Hour))
	return int64(p.Price) * 1000 / max(days, 1)
}

// Product is the plan as something that can be paid for and handed over: its
// first payment.
func (p Plan) Product() Product {
	return Product{ID: p.ID, Title: p.Title, Price: p.FirstSum(), Item: p.Item, Taxation: p.Taxation, Deliver: p.Deliver}
}

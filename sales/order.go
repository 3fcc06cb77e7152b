package sales

import "time"

// Order is what a customer wants to buy. One order may need several payments
// until one of them is paid.
type Order struct {
	ID      string
	Contact string
	Flow    string
	// Product is the product's id in its flow; Title is copied so that an old order stays readable.
	Product, Title string
	Amount         Money
	CreatedAt      time.Time
	// PaidAt and PaidBy (a payment id) are set once, by the first full payment.
	PaidAt time.Time
	PaidBy string
	// DeliveredAt is set in the transaction that hands the goods to the outbox, once.
	DeliveredAt time.Time
	// Subscription is the one whose period this order pays for; empty for a
	// thing that is bought once.
	Subscription string `json:",omitempty"`
	// WithdrawnAt is when what was handed over was taken back.
	WithdrawnAt time.Time `json:",omitzero"`
}

// Paid tells whether the order is paid in full.
func (o Order) Paid() bool { return !o.PaidAt.IsZero() }

package flows

import "voronka/sales"

// Charge takes the money of a payment that the same turn created from the
// customer's saved card.
type Charge struct {
	Payment string `json:"payment"`
}

// Refund gives money back.
type Refund struct {
	// ID is the refund's own.
	ID      string `json:"id"`
	Payment string `json:"payment"`
	// Amount is how much goes back; zero is all that is left.
	Amount sales.Money `json:"amount,omitempty"`
	// Reason is for operators.
	Reason string `json:"reason,omitempty"`
	// Withdraw takes back what was handed over, once all the money went back.
	Withdraw bool `json:"withdraw,omitempty"`
	// Place is where the flow asks for it: "shop.yaml:12".
	Place string `json:"place,omitempty"`
}

func (Charge) effect() {}
func (Refund) effect() {}

package sales

import "time"

// Payment is one attempt to pay one order at one provider.
type Payment struct {
	// ID is ours: random, unguessable, at most 34 characters without a dot; the provider knows it as its order id.
	ID       string
	Order    string
	Contact  string
	Provider string
	Amount   Money
	// Paid is what the provider says was paid; it differs from Amount in different_amounts.
	Paid   Money
	Status PaymentStatus
	// External is the provider's own id, URL its payment page; empty until the link is made.
	External, URL string
	// State is the provider's last word on the status, kept as it came.
	State       string
	Description string
	Language    string
	// CustomerKey is how the provider may recognise the buyer again; no personal data in it.
	CustomerKey string
	Receipt     *Receipt
	// Extra are fields of the provider's own, as a flow gave them: for T-Bank
	// "IP", and "DATA.<key>" for each pair of its DATA.
	Extra     map[string]string `json:",omitempty"`
	CreatedAt time.Time
	// ExpiresAt is when the link stops working.
	ExpiresAt time.Time
	PaidAt    time.Time
	// ClickedAt is the first time the customer opened the link through our address.
	ClickedAt time.Time
	// CheckAt is when to ask the provider next, zero when nothing is awaited any more; Checks counts the questions asked.
	CheckAt time.Time
	Checks  int
}

// PaymentStatus is a point in the life of a payment; payments.Life says which may follow which.
type PaymentStatus string

// The life of a payment. Declined is not final: the buyer may try again on
// the same link until it expires, and money that came late still counts.
const (
	PaymentNew      PaymentStatus = "new"      // ours alone, the provider does not know it yet
	PaymentLinked   PaymentStatus = "linked"   // the provider made a link
	PaymentDeclined PaymentStatus = "declined" // the last attempt was declined
	PaymentHeld     PaymentStatus = "held"     // money is blocked, not taken
	PaymentPaid     PaymentStatus = "paid"     // money is taken in full
	PaymentOther    PaymentStatus = "other"    // money is taken, but another amount
	PaymentExpired  PaymentStatus = "expired"  // the link is closed unpaid
	PaymentRefused  PaymentStatus = "refused"  // the provider would not make a link
	PaymentRefunded PaymentStatus = "refunded" // all money went back
	PaymentPartly   PaymentStatus = "partly"   // part of the money went back
)

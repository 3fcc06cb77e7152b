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
	Extra map[string]string `json:",omitempty"`
	// Shop is the provider's shop that takes the money; empty is the main one.
	Shop string `json:",omitempty"`
	// Method is how it is to be paid; empty leaves it to the provider's page.
	Method Method `json:",omitempty"`
	// Hold blocks the money first; it is taken by a word of ours or released.
	Hold bool `json:",omitempty"`
	// Capture is how much of the held money is to be taken; zero is all of it.
	Capture Money `json:",omitempty"`
	// Whole is the receipt of Amount where Receipt is of Capture; nil otherwise.
	Whole *Receipt `json:",omitempty"`
	// HeldAt is when the money was blocked; HoldTold that a person was told of its coming end.
	HeldAt   time.Time `json:",omitzero"`
	HoldTold bool      `json:",omitempty"`
	// Recurrent stores the customer's card for charges to come.
	Recurrent bool `json:",omitempty"`
	// Request is the provider's key of the wish to store the account that pays;
	// empty where none is stored, or none was made yet.
	Request string `json:",omitempty"`
	// Initiator tells who asks for a charge by a stored card; empty is a payment in person.
	Initiator Initiator `json:",omitempty"`
	// ClosedAt is when its closing receipt was sent, zero before.
	ClosedAt time.Time `json:",omitzero"`
	// Fiscals are the receipts that the provider registered, oldest first.
	Fiscals   []Fiscal `json:",omitempty"`
	CreatedAt time.Time
	// ExpiresAt is when the link stops working.
	ExpiresAt time.Time
	PaidAt    time.Time
	// Untold is set where nobody told of the money before it went back: Paid is
	// the most that was named since, and may be only the last part of it.
	Untold bool `json:",omitempty"`
	// ClickedAt is the first time the customer opened the link through our address.
	ClickedAt time.Time
	// Place is where the flow asks for the money, "shop.yaml:12": the step, the
	// script's line, or the product where none of them runs. For who mends it.
	Place string `json:",omitempty"`
	// CheckAt is when to ask the provider next, zero when nothing is awaited any more; Checks counts the questions asked.
	CheckAt time.Time
	Checks  int
}

// Due is the sum that pays it: Amount, or the part of held money that is to be taken.
func (p Payment) Due() Money {
	if p.Capture > 0 {
		return p.Capture
	}
	return p.Amount
}

// StoresAccount tells whether it is paid in person from an account (SBP), which
// is stored by the way for charges to come.
func (p Payment) StoresAccount() bool {
	return p.Recurrent && p.Method == MethodSBP && p.Initiator == ""
}

// Method is a way to pay.
type Method string

// The ways to pay.
const (
	MethodCard  Method = "card"  // the provider's page
	MethodSBP   Method = "sbp"   // a QR code or the app of any bank
	MethodTPay  Method = "tpay"  // the app of T-Bank
	MethodSaved Method = "saved" // a stored card, in one tap
)

// Initiator is who asks for a charge by a stored card.
type Initiator string

// Who may ask for a charge.
const (
	ByCustomer Initiator = "customer" // they pressed a button just now
	ByMerchant Initiator = "merchant" // a subscription's turn has come
)

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

package sales

import "time"

// Product is something a flow sells.
type Product struct {
	// ID is unique within its flow.
	ID    string
	Title string
	Price Money
	Item  ReceiptItem
	// Items are the lines of its receipt where there are several; Item is not used then.
	Items []ReceiptItem `json:",omitempty"`
	// Tender is what of its receipt is not paid electronically: the receipt's lines
	// come to Price and that. Nil is nothing.
	Tender *Tender `json:",omitempty"`
	// Closing tells whether the closing receipt follows the delivery by itself.
	Closing bool `json:",omitempty"`
	// Shop is the provider's shop that takes the money; empty is the main one.
	Shop string `json:",omitempty"`
	// Taxation is the shop's tax system in the bank's words, empty when no receipt is sent.
	Taxation string
	Deliver  Delivery
	// Bonus is what Less took off the price.
	Bonus Money `json:",omitempty"`
}

// Less is the product for a customer who pays a part of its price by bonuses:
// they stand in the receipt as an advance. A rouble at least is left to be paid.
func (p Product) Less(bonus Money) Product {
	if bonus = min(bonus, p.Price-MinCharge); bonus <= 0 {
		return p
	}
	tender := Tender{}
	if p.Tender != nil {
		tender = *p.Tender
	}
	tender.Advance += bonus
	p.Price, p.Tender, p.Bonus = p.Price-bonus, &tender, bonus
	return p
}

// Delivery is how a paid product reaches its customer. More than one may be set.
type Delivery struct {
	// File is a path inside the project folder.
	File string
	// Link is an address to send.
	Link string
	// Invite is a channel ("@name" or "-100…") to invite into with a personal one-use link.
	Invite string
	// Download is a path inside the project folder, handed over by a link of our
	// own that works for Lives (zero: a week).
	Download string        `json:",omitempty"`
	Lives    time.Duration `json:",omitempty"`
	// Text goes with it; may be empty.
	Text string
	// Withdraw takes it back once all the money has gone back.
	Withdraw bool `json:",omitempty"`
}

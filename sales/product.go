package sales

// Product is something a flow sells.
type Product struct {
	// ID is unique within its flow.
	ID    string
	Title string
	Price Money
	Item  ReceiptItem
	// Items are the lines of its receipt where there are several; Item is not used then.
	Items []ReceiptItem `json:",omitempty"`
	// Closing tells whether the closing receipt follows the delivery by itself.
	Closing bool `json:",omitempty"`
	// Shop is the provider's shop that takes the money; empty is the main one.
	Shop string `json:",omitempty"`
	// Taxation is the shop's tax system in the bank's words, empty when no receipt is sent.
	Taxation string
	Deliver  Delivery
}

// Delivery is how a paid product reaches its customer. More than one may be set.
type Delivery struct {
	// File is a path inside the project folder.
	File string
	// Link is an address to send.
	Link string
	// Invite is a channel ("@name" or "-100…") to invite into with a personal one-use link.
	Invite string
	// Text goes with it; may be empty.
	Text string
	// Withdraw takes it back once all the money has gone back.
	Withdraw bool `json:",omitempty"`
}

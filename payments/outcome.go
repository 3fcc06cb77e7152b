package payments

// Outcome is the word that a flow hears about a payment, in salebot's words;
// empty when there is nothing new to hear.
type Outcome string

// What a flow can hear from the life of a payment.
const (
	Silence          Outcome = ""
	Success          Outcome = "success"
	Fail             Outcome = "fail"
	DifferentAmounts Outcome = "different_amounts"
	Expired          Outcome = "expired"
	Refunded         Outcome = "refunded"
	Held             Outcome = "held"
	LinkError        Outcome = "error" // the provider would not make a link
)

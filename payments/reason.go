package payments

// Reason is why a card was declined, as far as it decides what to do next.
type Reason string

// The reasons. A later try by itself makes sense for the first three only.
const (
	NoFunds   Reason = "no_funds"  // not enough money: try after pay day
	OverLimit Reason = "limit"     // over the card's limit: try later, or less
	Troubled  Reason = "temporary" // the issuer or the network is out of order
	CardOver  Reason = "expired"   // the card's time is over: a new card
	CardLost  Reason = "lost"      // lost, stolen, blocked or unknown: a new card, never the same again
	Forbidden Reason = "forbidden" // its bank forbids such payments: another card
	Mistyped  Reason = "details"   // number, date or code are wrong
	Unproven  Reason = "unproven"  // 3-D Secure was not passed
	Refused   Reason = "refused"   // anything else
)

// Again tells whether the same card may be charged again later without its owner doing anything.
func (r Reason) Again() bool { return r == NoFunds || r == OverLimit || r == Troubled }

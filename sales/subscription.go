package sales

import "time"

// Subscription is a customer who is charged again and again. It is stored as
// JSON: its field names are a promise.
type Subscription struct {
	// ID is ours: random and unguessable; the ids of its orders are made of it.
	ID      string `json:"id"`
	Contact string `json:"contact"`
	Flow    string `json:"flow"`
	// Plan are the terms agreed to, Next those from the next period on, Change
	// those that begin at once when the charge under way succeeds.
	Plan      Plan               `json:"plan"`
	Next      *Plan              `json:"next,omitempty"`
	Change    *Plan              `json:"change,omitempty"`
	Status    SubscriptionStatus `json:"status"`
	CreatedAt time.Time          `json:"created_at"`
	// Anchor is from where periods are counted, Period how many of them are
	// paid for since. Until is the end of what is paid for.
	Anchor time.Time `json:"anchor,omitzero"`
	Period int       `json:"period,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	// Taken counts all payments, the first included.
	Taken int `json:"taken,omitempty"`
	// NextAt is when something is to be done about it, zero for never.
	NextAt time.Time `json:"next_at,omitzero"`
	// Charging is the payment under way, empty when there is none.
	Charging string `json:"charging,omitempty"`
	// Charges counts the charges ever asked for: each has a payment of its own.
	Charges int `json:"charges,omitempty"`
	// Failed counts declines since Overdue, the first one of this period; Reason is the last one's.
	Failed  int       `json:"failed,omitempty"`
	Overdue time.Time `json:"overdue,omitzero"`
	Reason  Decline   `json:"reason,omitempty"`
	// RetryAt is when the charge is tried again, zero for never.
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Reminded counts the reminders of the coming charge that had their turn,
	// CardChecked tells that the card was looked at before it.
	Reminded    int  `json:"reminded,omitempty"`
	CardChecked bool `json:"card_checked,omitempty"`
	// Cancelled is when the customer ended it: access stays until Until.
	Cancelled time.Time `json:"cancelled,omitzero"`
	// Paused is since when nothing is charged, Left what was paid for and not used then.
	Paused time.Time     `json:"paused,omitzero"`
	Left   time.Duration `json:"left,omitempty"`
	Ended  time.Time     `json:"ended,omitzero"`
	// Why is how it ended: a word of EndReason.
	Why EndReason `json:"why,omitempty"`
}

// SubscriptionStatus is where a subscription stands.
type SubscriptionStatus string

// Statuses of a subscription.
const (
	SubscriptionNew       SubscriptionStatus = "new"       // the first payment is awaited
	SubscriptionTrial     SubscriptionStatus = "trial"     // the first price is paid
	SubscriptionActive    SubscriptionStatus = "active"    // paid until Until
	SubscriptionOverdue   SubscriptionStatus = "overdue"   // a charge was declined; access stays through the grace
	SubscriptionPaused    SubscriptionStatus = "paused"    // neither charged nor let in
	SubscriptionCancelled SubscriptionStatus = "cancelled" // let in until Until, not charged again
	SubscriptionEnded     SubscriptionStatus = "ended"
)

// EndReason is why a subscription ended.
type EndReason string

// Reasons of an end.
const (
	EndCancelled EndReason = "cancelled" // the customer, or an operator, wanted it
	EndUnpaid    EndReason = "unpaid"    // no charge succeeded within the grace
	EndComplete  EndReason = "complete"  // all instalments are paid
	EndRefunded  EndReason = "refunded"  // the money went back
	EndChanged   EndReason = "changed"   // another plan took its place
)

// Decline is why a charge failed, as far as it decides what to do next.
type Decline string

// Reasons of a decline.
const (
	DeclineMoney  Decline = "money"   // not enough on the card: later there may be
	DeclineCard   Decline = "card"    // lost, expired or forbidden: only another card helps
	DeclineBank   Decline = "bank"    // the bank is down: soon again
	DeclineNoCard Decline = "no_card" // there is no saved card
	DeclineShop   Decline = "shop"    // the shop's own fault, nobody was asked for money: a person mends it
)

// Live tells whether the customer has what the subscription gives.
func (s Subscription) Live() bool {
	switch s.Status {
	case SubscriptionTrial, SubscriptionActive, SubscriptionOverdue, SubscriptionCancelled:
		return true
	}
	return false
}

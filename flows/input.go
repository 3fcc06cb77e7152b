package flows

import (
	"time"

	"voronka/sales"
)

// InputKind tells what happened.
type InputKind string

// What can happen to a session. Only the kinds from Text to Left come
// from a customer; the others cannot be typed.
const (
	Text      InputKind = "text"
	Command   InputKind = "command" // Text is the command without slash and bot name, Payload its argument
	Button    InputKind = "button"  // Payload is the callback data
	Shared    InputKind = "contact" // Phone is the shared number; Own tells whether it is the sender's
	Photo     InputKind = "photo"
	Document  InputKind = "document"
	Voice     InputKind = "voice"
	Location  InputKind = "location"
	Other     InputKind = "other" // a sticker, a poll, …: something the flow language has no word for
	Blocked   InputKind = "blocked"
	Unblocked InputKind = "unblocked"
	Joined    InputKind = "joined" // a channel or group: Text is its public name without @, Payload its id
	Left      InputKind = "left"   // as Joined

	Paid     InputKind = "payment" // Payment is set
	Rang     InputKind = "timer"   // Timer is the id of the session's timer
	Operator InputKind = "operator"
	Stage    InputKind = "stage" // the CRM moved the deal; Text is the stage
	Webhook  InputKind = "webhook"

	// Announced is one message of a broadcast: Text is its template, or Payload
	// the state it leads to.
	Announced InputKind = "broadcast"
	// Renewal says that something is due about the subscription named in Subscription.
	Renewal InputKind = "subscription"
	// Bound says that a card was stored without paying, or was not: Payload is
	// the outcome, Subscription the one that wanted it, if any.
	Bound InputKind = "card"
)

// Input is anything that happened to one contact.
type Input struct {
	// ID is the dedupe key, unique for ever: "tg:<update id>", of a second bot in
	// the same database "tg:<bot>:<update id>", "timer:<contact>:<timer>", "payment:<id>:<event>".
	ID      string
	Kind    InputKind
	Contact string
	At      time.Time
	Text    string
	Payload string
	// Phone and Own belong to a Shared contact.
	Phone string
	Own   bool
	// File is the channel's id of a photo, document or voice message; in an
	// Operator's input it is the https address of a picture.
	File string
	// Callback is the channel's id of a pressed button, to be acknowledged at once.
	Callback string
	// Message is the channel's id of the message that came or whose button was pressed.
	Message int64
	Profile Profile
	Timer   string
	// Broadcast is the id of an Announced input's broadcast.
	Broadcast string
	Payment   *PaymentEvent
	// Subscription belongs to a Renewal and a Bound.
	Subscription string
	// Response belongs to a Responded input.
	Response *Response
	// Fields are variables that a Webhook sets.
	Fields map[string]string

	// renewal is what rules hear of a subscription, once the engine knows it.
	renewal Outcome
}

// heardAs is the kind that rules hear: a charge is news of its subscription.
func (in *Input) heardAs() InputKind {
	if in.renewal != "" {
		return Renewal
	}
	return in.Kind
}

// Profile is what the channel tells about the sender; zero when it tells nothing.
type Profile struct {
	ChatID                             int64
	Name, LastName, Username, Language string
}

// Outcome is how a payment ended, in salebot's words.
type Outcome string

// The outcomes of a payment that a flow hears.
const (
	Success          Outcome = "success"
	Fail             Outcome = "fail"
	DifferentAmounts Outcome = "different_amounts"
	Expired          Outcome = "expired"
	Refunded         Outcome = "refunded"
	// Failed to make a link at all: the bank refused.
	LinkError Outcome = "error"
	// News of a payment that end nothing.
	Held    Outcome = "held"    // the money is blocked and waits for confirm or void
	Clicked Outcome = "clicked" // the link was opened for the first time
	Receipt Outcome = "receipt" // the receipt is registered; receipt_url shows it

	// What is heard of subscriptions. The first payment of one ends in the words above.
	Charged           Outcome = "charged"            // a period was paid for by the saved card
	ChargeFailed      Outcome = "charge_failed"      // the card was declined, or there is none
	ChargeSoon        Outcome = "charge_soon"        // a reminder of the coming charge
	CardExpiring      Outcome = "card_expiring"      // the card ends before the coming charge
	SubscriptionEnded Outcome = "subscription_ended" // access is over

	// What is heard of a card that was to be stored without paying.
	CardSaved   Outcome = "card_saved"
	CardRefused Outcome = "card_refused"
)

// Outcomes lists all of them in the order they are documented.
func Outcomes() []Outcome {
	return []Outcome{Success, Fail, DifferentAmounts, Expired, LinkError, Refunded, Held, Clicked, Receipt}
}

// SubscriptionOutcomes lists what is heard of subscriptions and their cards, as it is documented.
func SubscriptionOutcomes() []Outcome {
	return []Outcome{Charged, ChargeFailed, ChargeSoon, CardExpiring, SubscriptionEnded, CardSaved, CardRefused}
}

// PaymentEvent is what happened to a payment.
type PaymentEvent struct {
	Outcome Outcome
	Payment string
	Order   string
	Product string
	// Paid is the amount the provider named; Amount what was asked.
	Paid, Amount sales.Money
	// External is the provider's own payment id.
	External string
	// Receipt is the address of a receipt.
	Receipt string
	// Message is the provider's explanation for the buyer; may be empty.
	Message string
	// Decline is why a charge failed.
	Decline sales.Decline
	// Withdraw takes back what was handed over, with money that went back.
	Withdraw bool
}

// FromCustomer tells whether a person in the chat did it.
func (k InputKind) FromCustomer() bool {
	switch k {
	case Text, Command, Button, Shared, Photo, Document, Voice, Location, Other:
		return true
	}
	return false
}

// outside is how salebot numbers where a message came from: 0 from the customer,
// 1 from other programs, 2 from the CRM, 3 from a payment and other notices.
func (k InputKind) outside() string {
	switch {
	case k.FromCustomer():
		return "0"
	case k == Webhook:
		return "1"
	case k == Stage:
		return "2"
	}
	return "3"
}

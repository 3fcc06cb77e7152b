package flows

import (
	"time"

	"voronka/sales"
)

// Session is where one contact stands and what it knows. It is stored as JSON:
// its field names are a promise.
type Session struct {
	Contact string `json:"contact"`
	Flow    string `json:"flow"`
	// Version is the flow's version that took the last turn.
	Version string `json:"version"`
	// State is where the contact stands; empty before the first input.
	State   string    `json:"state"`
	Entered time.Time `json:"entered"`
	// Asking is the question that waits for an answer, nil when none does.
	Asking *Asking `json:"asking,omitempty"`
	// Vars are the customer's variables, as text.
	Vars map[string]string `json:"vars,omitempty"`
	// Customer are variables that outlive the deal; those of Vars come before them.
	Customer map[string]string `json:"customer,omitempty"`
	// Calls are the steps to come back to, the last called last.
	Calls []Asking `json:"calls,omitempty"`
	// Request is the request whose answer is waited for, nil when none is.
	Request *Requested `json:"request,omitempty"`
	// Consents are the proofs, the latest last.
	Consents []Consent `json:"consents,omitempty"`
	// Broadcasts are the last ones that the customer has had, the latest last.
	Broadcasts []string `json:"broadcasts,omitempty"`
	// LastBroadcast is when the customer had one last.
	LastBroadcast time.Time `json:"last_broadcast,omitzero"`
	// OptedOut is since when the customer wants no broadcasts, zero: does not mind.
	OptedOut time.Time `json:"opted_out,omitzero"`
	// Tags are on the customer, in the order they came.
	Tags []string `json:"tags,omitempty"`
	// Been are the states the customer was in, kept by flows that ask for them.
	Been []string `json:"been,omitempty"`
	// Timers are pending, in no order.
	Timers []Timer `json:"timers,omitempty"`
	// Answered is when the customer last said anything.
	Answered time.Time `json:"answered,omitzero"`
	// Order is the id of the last order, Payment of its last payment.
	Order   string `json:"order,omitempty"`
	Payment string `json:"payment,omitempty"`
	// Manual is set while an operator leads the dialog and the bot keeps silent.
	Manual bool `json:"manual,omitempty"`
	// Asked tells in which state each product was last asked to be paid for, so
	// that money that comes late still finds the rules of that state.
	Asked map[string]string `json:"asked,omitempty"`
	// Turns counts the turns taken. Seed is a secret of at least 128 random bits,
	// given once by whoever begins the session: ids of payments are made of it.
	Turns int64  `json:"turns"`
	Seed  string `json:"seed"`
	// Choices are the buttons that the customer may still press, by callback data.
	Choices map[string]Choice `json:"choices,omitempty"`
	// Tapped is the button, and its message, that did the last move; a second
	// tap on it does nothing.
	Tapped string `json:"tapped,omitempty"`
	// Keyboard is set while a reply keyboard of a question is to be taken away.
	Keyboard bool `json:"keyboard,omitempty"`
	// Once are the rules and alarms with `once:` that have had their turn.
	Once []string `json:"once,omitempty"`
}

// Asking is a question that waits for its answer: the step with the index Step
// in the steps of State, or in those of one of its rules when In is set
// ("on:2", "anywhere:0", "timer:1").
type Asking struct {
	State string `json:"state"`
	In    string `json:"in,omitempty"`
	Step  int    `json:"step"`
}

// Choice is what one sent button means.
type Choice struct {
	Text string `json:"text"`
	To   string `json:"to,omitempty"`
	// Set are variables to be set when the button is pressed.
	Set map[string]string `json:"set,omitempty"`
	// Pay is the product that the saved card is charged for.
	Pay string `json:"pay,omitempty"`
	// Bonus is what of its price is paid by bonuses.
	Bonus sales.Money `json:"bonus,omitempty"`
	// Ask is the question that the button answers.
	Ask *Asking `json:"ask,omitempty"`
	// State is where the button was sent, Turn when for the first time.
	State string `json:"state,omitempty"`
	Turn  int64  `json:"turn,omitempty"`
}

// Timer is an alarm of a session.
type Timer struct {
	// ID is unique within the session.
	ID string `json:"id"`
	// State and Index name the timer in the flow: Index in the state's timers.
	State string `json:"state"`
	Index int    `json:"index"`
	// At is the step that a pause waits behind; nil for an alarm of the state.
	At  *Asking   `json:"at,omitempty"`
	Set time.Time `json:"set"`
	Due time.Time `json:"due"`
}

// NextTimer is when the earliest timer rings, zero when there is none.
func (s Session) NextTimer() time.Time {
	var next time.Time
	for _, timer := range s.Timers {
		if next.IsZero() || timer.Due.Before(next) {
			next = timer.Due
		}
	}
	return next
}

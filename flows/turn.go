package flows

import (
	"time"

	"voronka/sales"
)

// Turn is the answer to one input: everything that one transaction writes.
type Turn struct {
	Session Session
	Contact sales.Contact
	Journal []Line
	Effects []Effect
	// Orders and Payments are new or changed.
	Orders   []sales.Order
	Payments []sales.Payment
	// Subscriptions are new or changed.
	Subscriptions []sales.Subscription
	// Project are the variables of the project that changed, an empty value takes
	// one away.
	Project map[string]string
	// Trace explains how the input found its way: one entry per rule considered.
	Trace []Considered
}

// Speaker says whose line it is.
type Speaker string

// Who speaks in a journal.
const (
	Customer Speaker = "customer"
	Bot      Speaker = "bot"
	Manager  Speaker = "operator"
	// Event is internal: operators see it, the customer does not.
	Event Speaker = "event"
)

// Line is one line of a dialog's journal, stored as JSON.
type Line struct {
	// Seq is given by the store and grows within a contact.
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	Who  Speaker   `json:"who"`
	Text string    `json:"text"`
	// Kind is the kind of an input, or of an effect: "text", "document", "payment", "moved".
	Kind string `json:"kind,omitempty"`
	// Buttons are the labels that went with a message.
	Buttons []string `json:"buttons,omitempty"`
	// State is where the contact stood after it.
	State string `json:"state,omitempty"`
	// Trace is kept with the customer's lines.
	Trace []Considered `json:"trace,omitempty"`
	// Input is the id of the input that caused the line.
	Input string `json:"input,omitempty"`
	// Heard is kept with one line of each input.
	Heard *Heard `json:"heard,omitempty"`
}

// Considered is one step of the way an input took.
type Considered struct {
	// Rule is where it stands: "course.yaml:12".
	Rule string `json:"rule"`
	// Label is the rule in short.
	Label string `json:"label"`
	// Result is matched, or why not: "kind", "text", "if", "asking".
	Result string `json:"result"`
}

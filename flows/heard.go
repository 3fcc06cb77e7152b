package flows

import "voronka/sales"

// Heard is what a journal keeps of an input beside its words, so that the
// dialog can be replayed. It is erased together with the words. The answers of
// other servers are not kept.
type Heard struct {
	Kind InputKind `json:"kind"`
	// Turn is the session's count of turns, this one included.
	Turn int64 `json:"turn"`
	// Text and Payload are the input's own where its line says them otherwise.
	Text    string `json:"text,omitempty"`
	Payload string `json:"payload,omitempty"`
	// Own tells whether a shared phone, the text of its line, was the sender's.
	Own     bool  `json:"own,omitempty"`
	Message int64 `json:"message,omitempty"`
	// Profile is there when it told something new.
	Profile *HeardProfile `json:"profile,omitempty"`
	// Timer is the alarm that rang, Payment what happened to a payment.
	Timer   *Timer        `json:"timer,omitempty"`
	Payment *HeardPayment `json:"payment,omitempty"`
	// Subscription is the one that something was due about.
	Subscription string `json:"subscription,omitempty"`
	// Fields are what a webhook set.
	Fields map[string]string `json:"fields,omitempty"`
	// Project are the project's variables that the turn read, as they stood before
	// it; empty is one that was not set.
	Project map[string]string `json:"project,omitempty"`
}

// HeardProfile is a Profile as a journal keeps it.
type HeardProfile struct {
	ChatID   int64  `json:"-"`
	Name     string `json:"name,omitempty"`
	LastName string `json:"last_name,omitempty"`
	Username string `json:"username,omitempty"`
	Language string `json:"language,omitempty"`
}

// HeardPayment is a PaymentEvent as a journal keeps it.
type HeardPayment struct {
	Outcome  Outcome     `json:"outcome"`
	Payment  string      `json:"payment"`
	Order    string      `json:"order"`
	Product  string      `json:"product,omitempty"`
	Paid     sales.Money `json:"paid,omitempty"`
	Amount   sales.Money `json:"amount,omitempty"`
	External string      `json:"external,omitempty"`
	Receipt  string      `json:"receipt,omitempty"`
	Message  string      `json:"message,omitempty"`

	Decline  sales.Decline `json:"decline,omitempty"`
	Withdraw bool          `json:"withdraw,omitempty"`
}

// keepHeard puts the input behind its own line, else behind the turn's first.
// A turn without a line did nothing that a replay could tell.
func (r *Run) keepHeard() {
	if len(r.journal) == 0 {
		return
	}
	in := r.Input
	heard := &Heard{Kind: in.Kind, Turn: r.Session.Turns, Own: in.Own, Message: in.Message, Timer: r.rang, Fields: in.Fields, Project: r.read}
	if in.Kind == Renewal || in.Kind == Bound {
		heard.Subscription = in.Subscription
	}
	switch {
	case in.Kind == Button:
		heard.Payload = in.Payload
	case in.Kind == Command || !in.Kind.FromCustomer():
		heard.Text, heard.Payload = in.Text, in.Payload
	}
	if r.greeted {
		profile := HeardProfile(in.Profile)
		heard.Profile = &profile
	}
	if in.Payment != nil {
		payment := HeardPayment(*in.Payment)
		heard.Payment = &payment
	}
	r.journal[max(r.heard, 1)-1].Heard = heard
}

// input is the input again, without its time, its alarm and its payment.
func (h *Heard) input(words string) Input {
	in := Input{Kind: h.Kind, Text: h.Text, Payload: h.Payload, Own: h.Own, Message: h.Message, Subscription: h.Subscription, Fields: h.Fields}
	switch h.Kind {
	case Text, Photo, Document, Voice, Location, Other:
		in.Text = words
	case Shared:
		in.Phone = words
	case Button:
		in.Callback = "callback"
	}
	return in
}

package flows

import "maps"

// Forget erases what is known of the customer as a person, the texts of the
// dialog included. Orders and payments stay: the law wants them kept for years.
type Forget struct{}

// Export sends the customer everything that is known of them, as one JSON file.
type Export struct {
	// Text is HTML and goes with the file.
	Text string `json:"text,omitempty"`
}

func (Forget) effect() {}
func (Export) effect() {}

// Forget blanks the contact and the session; proofs of consents stay, withdrawn
// from now on, and so does what belongs to orders. The dialog's texts go when the
// turn is written. People are called, since a CRM keeps a copy of its own.
func (r *Run) Forget() {
	contact := &r.Contact
	contact.Name, contact.LastName, contact.Username, contact.Language = "", "", "", ""
	contact.Email, contact.Phone, contact.Source = "", "", nil
	old := r.Session
	r.Session = Session{
		Contact: old.Contact, Flow: old.Flow, Version: old.Version, State: old.State, Entered: old.Entered,
		Answered: old.Answered, Order: old.Order, Payment: old.Payment, Manual: old.Manual,
		Asked: maps.Clone(old.Asked), Turns: old.Turns, Seed: old.Seed, Keyboard: old.Keyboard, Consents: old.Consents,
		Broadcasts: old.Broadcasts, LastBroadcast: old.LastBroadcast, OptedOut: r.Input.At,
	}
	for _, one := range old.Consents {
		if one.Withdrawn.IsZero() {
			r.Disagree(one.Name, one.Version)
		}
	}
	r.Emit(Forget{})
	r.Emit(CallOperator{Text: "forget_me"})
}

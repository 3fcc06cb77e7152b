package flows

import (
	"cmp"
	"errors"
	"time"

	"voronka/sales"
)

// Engine advances sessions. It holds settings only and is safe for concurrent use.
type Engine struct {
	// Zone is the project's; nil is UTC.
	Zone *time.Location
	// Texts gives what the engine says by itself, for the keys of TextKeys; a
	// flow's own `texts:` come before it. May be nil.
	Texts func(language, key string) string
	// Provider is the name of the payment provider that new payments go to.
	Provider string
	// FFD is the version of receipts, "1.05" when empty.
	FFD string
}

// Known is what the store knows of a contact's money: all orders of the
// contact, and the payments of those orders. Orders are as they were before
// the input: Advance marks them paid and delivered, the caller moves payments.
type Known struct {
	Orders        []sales.Order
	Payments      []sales.Payment
	Subscriptions []sales.Subscription
	// Card is the saved one, nil when there is none.
	Card *Card
	// Project has the values of Project.ProjectVariables.
	Project map[string]string
}

// Card is what a flow may know of a saved card.
type Card struct {
	// Last are its last four digits, Expires the first moment it is no longer
	// good; both may be zero.
	Last    string
	Expires time.Time
	// Shop is the provider's shop that can charge it.
	Shop string
}

// TextKeys are the texts that the engine says by itself.
func TextKeys() []string {
	return []string{
		"outdated_button", "otherwise", "foreign_contact", "share_phone",
		"retry.text", "retry.email", "retry.phone", "retry.number", "retry.choice",
		"pay", "pay_button", "pay_sbp", "pay_tpay", "pay_saved", "charging", "receipt", "already_paid", "paid", "trouble",
		"subscribe", "subscribed", "subscribed_again", "unsubscribed", "no_subscription",
		"charged", "charge_failed", "charge_soon", "card_expiring", "subscription_ended", "new_card_button",
		"new_card", "bind_card_button", "card_saved", "card_refused",
	}
}

// Bounds of one turn, to stop flows that go in circles.
const (
	maxSteps = 100
	maxMoves = 20
)

// Errors of a call that cannot be answered with a turn.
var (
	ErrNoStart = errors.New("flow has no start")
	ErrNoSeed  = errors.New("session has no seed")
	ErrInput   = errors.New("input lacks its time, its payment or its response")
)

// Advance answers one input. It depends on its arguments alone and changes
// none of them. What is wrong with the flow or the customer's doing becomes a
// line of the journal; an error means that the call itself is wrong: ErrNoStart,
// ErrNoSeed or ErrInput.
func (e Engine) Advance(flow *Flow, contact sales.Contact, known Known, session Session, input Input) (Turn, error) {
	switch {
	case flow == nil || flow.State(flow.Start) == nil:
		return Turn{}, ErrNoStart
	case session.Seed == "":
		return Turn{}, ErrNoSeed
	case input.At.IsZero() || input.Kind == Paid && input.Payment == nil, input.Kind == Responded && input.Response == nil:
		return Turn{}, ErrInput
	}
	home := flow.In(spokenBy(session, contact, input))
	r := &Run{Flow: home, home: home, Input: input, Session: session, Contact: contact, engine: e, known: known}
	r.begin()
	switch {
	case input.Kind.FromCustomer():
		r.customer()
	case input.Kind == Paid:
		r.heardPayment()
	case input.Kind == Rang:
		r.ring()
	case input.Kind == Responded:
		r.responded()
	case input.Kind == Renewal:
		r.renew()
	case input.Kind == Bound:
		r.heardCard()
	default:
		r.outside()
	}
	return r.finish(), nil
}

// begin brings the session up to the flow's version.
func (r *Run) begin() {
	r.Session.Turns++
	r.Session.Contact = cmp.Or(r.Session.Contact, r.Contact.ID, r.Input.Contact)
	r.Contact.ID = cmp.Or(r.Contact.ID, r.Session.Contact)
	r.Session.Flow, r.Session.Version = r.home.ID, r.home.Version
	r.greet()
	r.relocate()
	if state := r.Session.State; state != "" && r.home.State(state) == nil {
		r.Session.State, r.Session.Asking = r.home.successor(state), nil
		r.Event("moved", state+" ✕ → "+r.Session.State)
	}
	if state := r.standing(); state != nil {
		r.Flow = state.flow
	}
	if asking := r.Session.Asking; asking != nil && r.asker(asking) == nil {
		r.Session.Asking = nil
		r.Event("error", "question is gone: "+asking.String())
	}
}

// greet takes over what the channel tells about the customer. A name that
// was given by hand stays.
func (r *Run) greet() {
	profile, contact := r.Input.Profile, &r.Contact
	before := *contact
	contact.ChatID = cmp.Or(profile.ChatID, contact.ChatID)
	if contact.Name == "" {
		contact.Name, contact.LastName = profile.Name, profile.LastName
	}
	contact.Username = cmp.Or(profile.Username, contact.Username)
	contact.Language = cmp.Or(profile.Language, contact.Language)
	r.greeted = contact.Name != before.Name || contact.LastName != before.LastName ||
		contact.Username != before.Username || contact.Language != before.Language
	if contact.CreatedAt.IsZero() {
		contact.CreatedAt = r.Input.At
	}
}

// standing is the state the customer is in, nil before the first input.
func (r *Run) standing() *State { return r.state(r.Session.State) }

// state finds a state as the session calls it, in the customer's language.
func (r *Run) state(name string) *State { return r.spoken(r.home.State(name)) }

// spoken is a state in the customer's language: its flow may be translated
// where the session's own is not.
func (r *Run) spoken(state *State) *State {
	if state == nil || len(state.flow.languages) == 0 || state.flow == r.home {
		return state
	}
	return state.flow.In(spokenBy(r.Session, r.Contact, r.Input)).states[state.Name]
}

// successor is the state that took the place of one that is gone: the flow's
// start when `moved:` does not tell.
func (f *Flow) successor(gone string) string {
	if next := f.relocated(gone); f.State(next) != nil {
		return next
	}
	return f.Start
}

// finish gathers the turn.
func (r *Run) finish() Turn {
	r.planRest()
	moved := r.moves > 0 || r.taken
	switch {
	case moved && r.Input.Kind == Button:
		r.Session.Tapped = r.tap()
	case moved || r.Input.Kind.FromCustomer() && !r.doubled:
		r.Session.Tapped = ""
	}
	if r.heard > 0 {
		r.journal[r.heard-1].Trace = r.trace
		r.journal[r.heard-1].State = r.Session.State
	}
	r.keepHeard()
	r.fillMirrors()
	return Turn{
		Session: r.Session, Contact: r.Contact, Journal: r.journal, Effects: r.effects,
		Orders: r.orders, Payments: r.payments, Subscriptions: r.subscriptions, Trace: r.trace, Project: r.project,
	}
}

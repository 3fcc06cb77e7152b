package flows

import "voronka/sales"

// BindCard asks the provider for a page where the customer stores a card
// without paying. What comes of it is a Bound input.
type BindCard struct {
	// ID is ours, random; CardLink leads to the page.
	ID string `json:"id"`
	// CustomerKey is how the provider may recognise the customer again.
	CustomerKey string `json:"customer_key"`
	// Account asks for a bank account (SBP) in place of a card, which the
	// customer's bank shows with Description.
	Account     bool   `json:"account,omitempty"`
	Description string `json:"description,omitempty"`
	// Subscription is the one that wants it, empty for none.
	Subscription string `json:"subscription,omitempty"`
}

func (BindCard) effect() {}

// CardLink is the late-bound address of a BindCard's page inside a Say that
// names it: whoever sends the message puts the provider's own in its place.
func CardLink(id string) string { return cardLink + id }

const cardLink = "voronka-card:"

// AskCard asks for another card, or account, to be stored without paying: for a
// subscription to a plan, or with an empty plan for payments in one tap. ok is
// false where there is no subscription that could be charged.
func (r *Run) AskCard(plan string, account bool) (id string, ok bool) {
	bind := BindCard{ID: r.ID("card"), CustomerKey: r.CustomerKey(), Account: account, Description: r.home.Title}
	if plan != "" {
		one, known := r.SubscriptionTo(plan)
		if !known || one.Status == sales.SubscriptionNew {
			return "", false
		}
		bind.Subscription, bind.Description = one.ID, one.Plan.Title
		r.about = one.ID
		r.remember(plan)
	}
	r.Emit(bind)
	return bind.ID, true
}

// heardCard answers that a card was stored without paying, or was not. Charges
// that wait for another card are tried with it at once.
func (r *Run) heardCard() {
	word := Outcome(r.Input.Payload)
	if word == CardSaved {
		for _, one := range r.mine() {
			if one.Status != sales.SubscriptionEnded {
				r.saveSubscription(one.NewCard(r.Input.At))
			}
		}
	}
	one, _ := r.subscription(r.Input.Subscription)
	r.hearSubscription(one, word)
}

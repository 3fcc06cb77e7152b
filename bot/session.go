package bot

import (
	"crypto/rand"
	"fmt"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// newSession begins the dialog of a contact that has none, in the project's
// first flow. Its seed makes the ids of its orders and payments unguessable.
func (b *Bot) newSession(contact sales.Contact) flows.Session {
	return flows.Session{Contact: contact.ID, Flow: b.Live().Flows[0].ID, Seed: rand.Text()}
}

// known is what the store knows of a contact's money, and of the project's variables.
func (b *Bot) known(tx storage.Tx, contact string) (known flows.Known, err error) {
	if known.Project, err = b.shared(tx); err != nil {
		return known, err
	}
	known.Orders, err = tx.Orders(contact)
	if err != nil {
		return known, fmt.Errorf("load orders: %w", err)
	}
	for _, order := range known.Orders {
		payments, err := tx.Payments(order.ID)
		if err != nil {
			return known, fmt.Errorf("load payments: %w", err)
		}
		known.Payments = append(known.Payments, payments...)
	}
	if known.Subscriptions, err = tx.Subscriptions(contact); err != nil {
		return known, fmt.Errorf("load subscriptions: %w", err)
	}
	known.Card, err = knownCard(tx, contact)
	return known, err
}

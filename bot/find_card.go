package bot

import (
	"context"
	"fmt"
	"slices"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// findCardJob looks for the card that a payment stored and of which no
// notification told.
type findCardJob struct {
	Payment string `json:"payment"`
	Tries   int    `json:"tries,omitempty"`
}

// findCardTries is how often a provider is asked for the card: for about
// twenty minutes.
const findCardTries = 6

// storesCard tells whether a payment in person leaves a card behind.
func storesCard(payment sales.Payment) bool {
	return payment.Recurrent && payment.Initiator == "" && !payment.StoresAccount()
}

// missCard looks for the card of a payment that was just paid, unless the news
// brought it: GetState does not tell of cards, and without a public address
// nothing else is heard (T-Bank API 1.80).
func (b *Bot) missCard(tx storage.Tx, payment sales.Payment, event payments.Event) error {
	if _, able := b.Provider.(payments.Wallet); !able || b.Sealer == nil || event.Card != nil && event.Card.Token != "" {
		return nil
	}
	saved, known, err := card(tx, payment.Contact)
	if err != nil || known && saved.At.After(payment.CreatedAt) {
		return err
	}
	return put(tx, paymentLane(payment.ID), jobFindCard, findCardJob{Payment: payment.ID}, b.Now().Add(bindPause(0)))
}

// findCard is the job that asks the provider for the customer's cards.
func (b *Bot) findCard(ctx context.Context, _ outbox.Job, payload findCardJob) (func(storage.Tx) error, error) {
	wallet, able := b.Provider.(payments.Wallet)
	payment, err := b.loadPayment(ctx, payload.Payment)
	if err != nil || !able || b.Sealer == nil || payment.CustomerKey == "" {
		return nil, err
	}
	var saved savedCard
	var known bool
	err = b.peek(ctx, func(tx storage.Tx) error {
		saved, known, err = card(tx, payment.Contact)
		return err
	})
	if err != nil || known && saved.At.After(payment.CreatedAt) {
		return nil, err
	}
	cards, err := wallet.Cards(ctx, payment.Shop, payment.CustomerKey)
	if err != nil {
		return nil, err
	}
	old := ""
	if known && saved.Shop == payment.Shop {
		if old, err = b.Sealer.Open(cardRef(payment.Contact), saved.Token); err != nil {
			old = ""
		}
	}
	fresh, same := newCards(cards, payments.Secret(old))
	switch {
	case len(fresh) == 1:
		return func(tx storage.Tx) error { return b.paidCard(tx, payment, fresh[0]) }, nil
	case len(fresh) == 0 && same: // it was paid with the card that is saved
		return nil, nil
	case len(fresh) == 0 && payload.Tries+1 < findCardTries:
		payload.Tries++
		return func(tx storage.Tx) error {
			return put(tx, paymentLane(payment.ID), jobFindCard, payload, b.Now().Add(bindPause(payload.Tries)))
		}, nil
	}
	// None was stored, or several were and nobody tells which one paid.
	return func(tx storage.Tx) error { return b.noCardLeft(tx, payment) }, nil
}

// newCards are those that can be charged and are not the saved one, whose token
// is old; same tells whether that is among them. A card that was stored again
// may stand there twice, by one number.
func newCards(cards []payments.Card, old payments.Secret) (fresh []payments.Card, same bool) {
	able := func(c payments.Card) bool { return !c.Removed && c.Token != "" }
	at := slices.IndexFunc(cards, func(c payments.Card) bool { return able(c) && c.Token == old })
	for _, one := range cards {
		twin := at >= 0 && one.ID == cards[at].ID && one.ID != ""
		if able(one) && one.Token != old && !twin {
			fresh = append(fresh, one)
		}
	}
	return fresh, at >= 0
}

// noCardLeft lets a flow hear that what paid for a subscription cannot be charged.
func (b *Bot) noCardLeft(tx storage.Tx, payment sales.Payment) error {
	order, err := tx.Order(payment.Order)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	saved, known, err := card(tx, payment.Contact)
	if err != nil || order.Subscription == "" || known && saved.At.After(payment.CreatedAt) {
		return err
	}
	return b.take(tx, flows.Input{
		ID: "card:" + payment.ID + ":" + string(flows.CardRefused), Kind: flows.Bound, Contact: payment.Contact, At: b.Now(),
		Payload: string(flows.CardRefused), Subscription: order.Subscription,
	})
}

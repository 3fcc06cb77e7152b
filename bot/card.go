package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// Sealer makes secrets at rest unreadable without the key. The purpose ties a
// secret to its place.
type Sealer interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
}

// savedCard is a customer's card as the store keeps it; Token is sealed.
type savedCard struct {
	Token   string    `json:"token"`
	Kind    string    `json:"kind"`
	Last    string    `json:"last,omitempty"`
	Shop    string    `json:"shop,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	// At is when the customer gave it; zero in cards of old.
	At time.Time `json:"at,omitzero"`
}

// cardRef is where a customer's card is kept: the one stored last, which is
// what the next charge takes.
func cardRef(contact string) string { return "card/" + contact }

// paidCard keeps the card that a payment was paid with. News that come late do
// not bring back a card in whose place the customer has given another since, nor
// does a charge change the card that it charged.
func (b *Bot) paidCard(tx storage.Tx, payment sales.Payment, given payments.Card) error {
	saved, known, err := card(tx, payment.Contact)
	if err != nil || known && (payment.Initiator != "" || saved.At.After(payment.CreatedAt)) {
		return err
	}
	return b.keepCard(tx, payment.Contact, payment.Shop, given)
}

// keepCard stores a card that a customer gave, sealed, in the place of the one
// before. Without a key nothing is kept, and a person hears of it.
func (b *Bot) keepCard(tx storage.Tx, contact, shop string, given payments.Card) error {
	if given.Token == "" || given.Removed {
		return nil
	}
	if b.Sealer == nil {
		return b.raise(tx, contact, "card_not_kept")
	}
	saved, known, err := card(tx, contact)
	if err != nil {
		return err
	}
	if token, err := b.Sealer.Open(cardRef(contact), saved.Token); known && err == nil && token == given.Token.Reveal() && saved.Shop == shop {
		return nil // the second of two notifications about it
	}
	raw, err := json.Marshal(savedCard{
		Token: b.Sealer.Seal(cardRef(contact), given.Token.Reveal()), Kind: given.Kind, Last: given.Last,
		Shop: shop, Expires: given.Expires, At: b.Now(),
	})
	if err != nil {
		return fmt.Errorf("encode card: %w", err)
	}
	if known {
		if err := b.discardLater(tx, contact, saved); err != nil {
			return err
		}
	}
	if err := tx.PutRef(cardRef(contact), string(raw)); err != nil {
		return err
	}
	return b.note(contact, "card", "card_saved •• "+given.Last)(tx)
}

// card is what the store has of a customer's card.
func card(tx storage.Tx, contact string) (saved savedCard, known bool, err error) {
	raw, err := tx.Ref(cardRef(contact))
	if err != nil || raw == "" {
		return saved, false, err
	}
	if err := json.Unmarshal([]byte(raw), &saved); err != nil {
		return saved, false, fmt.Errorf("read card: %w", err)
	}
	return saved, true, nil
}

// knownCard is what flows may know of it.
func knownCard(tx storage.Tx, contact string) (*flows.Card, error) {
	saved, known, err := card(tx, contact)
	if err != nil || !known {
		return nil, err
	}
	return &flows.Card{Last: saved.Last, Expires: saved.Expires, Shop: saved.Shop}, nil
}

// openCard unseals a customer's card for a charge.
func (b *Bot) openCard(ctx context.Context, contact string) (opened payments.Card, shop string, err error) {
	var saved savedCard
	known := false
	err = b.peek(ctx, func(tx storage.Tx) (err error) {
		saved, known, err = card(tx, contact)
		return err
	})
	if err != nil {
		return opened, "", err
	}
	if !known || b.Sealer == nil {
		return opened, "", &sales.Error{Code: noCard, Action: sales.Bury, Message: "no card is saved"}
	}
	token, err := b.Sealer.Open(cardRef(contact), saved.Token)
	if err != nil {
		return opened, "", &sales.Error{Code: "card_sealed", Action: sales.Stop, Message: "the key does not open the saved card", Err: err}
	}
	opened = payments.Card{Token: payments.Secret(token), Kind: saved.Kind, Last: saved.Last, Expires: saved.Expires}
	return opened, saved.Shop, nil
}

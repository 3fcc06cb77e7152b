package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// discardJob takes a card away from the provider that another has replaced.
type discardJob struct {
	Contact string    `json:"contact"`
	Card    savedCard `json:"card"`
}

// forgetJob takes all cards of a customer away who was forgotten at a moment.
type forgetJob struct {
	Contact string    `json:"contact"`
	At      time.Time `json:"at"`
}

// chargePause is how long a card that is being charged is left alone;
// forgetPause how often a forgotten customer's last subscription is looked at.
const (
	chargePause = time.Hour
	forgetPause = 24 * time.Hour
)

// discardLater has a card taken away that is no longer charged: every
// subscription of a customer is charged from the card stored last. An account
// stays: its owner ends the agreement in their bank's app, and T-Bank has no
// method for it (API 1.80).
func (b *Bot) discardLater(tx storage.Tx, contact string, worn savedCard) error {
	if _, able := b.Provider.(payments.Wallet); !able || worn.Kind != payments.CardKind {
		return nil
	}
	return put(tx, walletLane(contact), jobDiscard, discardJob{contact, worn}, b.Now())
}

// discard is the job that takes a replaced card away. It may run any number of times.
func (b *Bot) discard(ctx context.Context, _ outbox.Job, payload discardJob) (func(storage.Tx) error, error) {
	wallet, able := b.Provider.(payments.Wallet)
	if !able || b.Sealer == nil {
		return nil, nil
	}
	token, err := b.Sealer.Open(cardRef(payload.Contact), payload.Card.Token)
	if err != nil {
		return nil, &sales.Error{Code: "card_sealed", Action: sales.Bury, Message: "the key does not open the saved card", Err: err}
	}
	busy, keys, err := b.wallets(ctx, payload.Contact)
	if err != nil {
		return nil, err
	}
	if busy {
		return func(tx storage.Tx) error {
			return put(tx, walletLane(payload.Contact), jobDiscard, payload, b.Now().Add(chargePause))
		}, nil
	}
	current, shop, err := b.openCard(ctx, payload.Contact)
	if err != nil && sales.AsError(err).Code != noCard {
		return nil, err
	}
	for _, key := range keys {
		if key.shop != payload.Card.Shop {
			continue
		}
		cards, err := wallet.Cards(ctx, key.shop, key.customer)
		if err != nil {
			return nil, err
		}
		kept := current
		if shop != key.shop {
			kept = payments.Card{}
		}
		card, found := wornCard(cards, payments.Secret(token), kept)
		if !found {
			continue
		}
		if err := wallet.Discard(ctx, key.shop, key.customer, card); err != nil {
			return nil, err
		}
		return b.note(payload.Contact, "card", "card_removed •• "+payload.Card.Last), nil
	}
	return nil, nil
}

// wornCard finds the card that was charged by a token, unless it may be the one
// that is charged now: a provider may know a card that is stored again by the
// same number, and taking that away would take the new one, too.
func wornCard(cards []payments.Card, token payments.Secret, current payments.Card) (payments.Card, bool) {
	of := func(token payments.Secret) (payments.Card, bool) {
		i := slices.IndexFunc(cards, func(c payments.Card) bool { return c.Token == token && c.ID != "" && !c.Removed })
		if i < 0 || token == "" {
			return payments.Card{}, false
		}
		return cards[i], true
	}
	worn, found := of(token)
	if !found || current.Token == token {
		return worn, false
	}
	if current.Kind != payments.CardKind {
		return worn, true
	}
	now, listed := of(current.Token)
	return worn, listed && now.ID != worn.ID
}

// purseKey is under what a provider keeps cards of a customer.
type purseKey struct{ shop, customer string }

// wallets are all the keys of a customer, and whether a charge of theirs is under way.
func (b *Bot) wallets(ctx context.Context, contact string) (busy bool, keys []purseKey, err error) {
	err = b.Store.View(ctx, func(tx storage.Tx) error {
		busy, keys = false, nil
		session, err := tx.Session(contact)
		if err == nil {
			keys = append(keys, purseKey{"", flows.CustomerKey(session)})
		} else if !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("load session: %w", err)
		}
		orders, err := tx.Orders(contact)
		if err != nil {
			return fmt.Errorf("load orders: %w", err)
		}
		for _, order := range orders {
			made, err := tx.Payments(order.ID)
			if err != nil {
				return fmt.Errorf("load payments: %w", err)
			}
			for _, one := range made {
				open := one.Status == sales.PaymentNew || one.Status == sales.PaymentLinked
				busy = busy || open && one.Initiator != ""
				key := purseKey{one.Shop, one.CustomerKey}
				if one.CustomerKey != "" && one.External != "" && !slices.Contains(keys, key) {
					keys = append(keys, key)
				}
			}
		}
		return nil
	})
	return busy, keys, err
}

// forgetCards is the job that takes all cards of a forgotten customer away, once
// nothing of what they had is charged any more. Whoever has come back and given
// a card since keeps it.
func (b *Bot) forgetCards(ctx context.Context, _ outbox.Job, payload forgetJob) (func(storage.Tx) error, error) {
	wallet, able := b.Provider.(payments.Wallet)
	if !able {
		return nil, nil
	}
	later, back := false, false
	err := b.Store.View(ctx, func(tx storage.Tx) error {
		saved, known, err := card(tx, payload.Contact)
		if err != nil {
			return err
		}
		all, err := tx.Subscriptions(payload.Contact)
		back = known && saved.At.After(payload.At)
		later = slices.ContainsFunc(all, charged)
		return err
	})
	if err != nil || back {
		return nil, err
	}
	busy, keys, err := b.wallets(ctx, payload.Contact)
	if err != nil {
		return nil, err
	}
	if later || busy {
		return func(tx storage.Tx) error {
			return put(tx, walletLane(payload.Contact), jobForget, payload, b.Now().Add(forgetPause))
		}, nil
	}
	for _, key := range keys {
		if err := wallet.Forget(ctx, key.shop, key.customer); err != nil {
			return nil, err
		}
	}
	return func(tx storage.Tx) error {
		saved, known, err := card(tx, payload.Contact)
		if err != nil || !known || saved.At.After(payload.At) {
			return err
		}
		return tx.PutRef(cardRef(payload.Contact), "")
	}, nil
}

// charged tells whether a subscription is to be charged.
func charged(s sales.Subscription) bool { return !s.NextAt.IsZero() }

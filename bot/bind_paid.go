package bot

import (
	"context"
	"errors"
	"fmt"

	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// linkAccount makes the address of a payment that stores the account it is paid
// from. The provider's number is stored first, so that a crash makes no second
// payment; its page is shown to nobody.
func (b *Bot) linkAccount(ctx context.Context, payment sales.Payment) (func(storage.Tx) error, error) {
	binder, able := b.Provider.(payments.AccountBinder)
	if !able {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider stores no accounts"}
	}
	if payment.External == "" {
		made, err := b.Provider.Link(ctx, payment)
		if err != nil {
			return nil, err
		}
		payment.External = made.External
		if err := b.Store.Update(ctx, func(tx storage.Tx) error { return putNumber(tx, payment) }); err != nil {
			return nil, fmt.Errorf("store a payment's number: %w", err)
		}
	}
	made, err := binder.BindPaying(ctx, payment)
	if err != nil {
		return nil, err
	}
	return func(tx storage.Tx) error { return b.keepAccountLink(tx, payment, made) }, nil
}

// putNumber stores the provider's number of a payment; a notification that came
// meanwhile may have told it already.
func putNumber(tx storage.Tx, payment sales.Payment) error {
	current, err := tx.Payment(payment.ID)
	if err != nil || current.External != "" {
		return err
	}
	current.External = payment.External
	return tx.PutPayment(current)
}

// keepAccountLink stores the address, and what the key of the account belongs to.
func (b *Bot) keepAccountLink(tx storage.Tx, payment sales.Payment, made payments.Link) error {
	current, err := tx.Payment(payment.ID)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	order, err := tx.Order(current.Order)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	current = b.life.Link(current, payments.Link{External: payment.External, URL: made.URL}, b.Now())
	current.Request = made.External
	return errors.Join(tx.PutPayment(current),
		tx.PutRef(requestRef(current.Provider, made.External), current.ID),
		putBinding(tx, binding{
			ID: current.ID, Payment: current.ID, Contact: current.Contact, Subscription: order.Subscription,
			Provider: current.Provider, Shop: current.Shop, CustomerKey: current.CustomerKey, Account: true,
			AskedAt: b.Now(), Request: made.External, URL: made.URL,
		}))
}

// awaitAccount begins to ask for the account of a payment that was just paid:
// the news of it may never come.
func (b *Bot) awaitAccount(tx storage.Tx, payment sales.Payment) error {
	one, err := loadBinding(tx, payment.ID)
	if err != nil || one.Payment == "" || one.Ended != "" {
		return err
	}
	one.AskedAt = b.Now()
	return errors.Join(putBinding(tx, one), put(tx, cardLane(one.ID), jobBound, bindJob{one.ID}, b.Now().Add(bindPause(0))))
}

// tellAccount writes down what became of the account of a payment. What its bank
// says before the money came is not the last word: the customer may try again.
func (b *Bot) tellAccount(tx storage.Tx, one binding, said payments.Binding) error {
	payment, err := tx.Payment(one.Payment)
	switch {
	case err != nil:
		return fmt.Errorf("load payment: %w", err)
	case said.Status == payments.BindingDone && said.Card.Token == "":
		return nil // the token is asked for
	case said.Status == payments.BindingDone:
		one.Ended = flows.CardSaved
		return errors.Join(b.paidCard(tx, payment, said.Card), putBinding(tx, one))
	case payment.PaidAt.IsZero():
		return nil
	}
	return b.endBinding(tx, one.ID, flows.CardRefused)
}

// giveUpAccount ends the questions about a request. The customer who paid and
// whose account nobody heard of has nothing that could be charged.
func (b *Bot) giveUpAccount(tx storage.Tx, one binding) error {
	if one.Payment == "" {
		return nil
	}
	return b.endBinding(tx, one.ID, flows.CardRefused)
}

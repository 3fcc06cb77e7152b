package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// linkTime is how long a provider may take to make a link; then it is asked again later.
const linkTime = 15 * time.Second

// link is the job that has the provider make a payment's page. It runs before
// the message that shows it, in the same lane. A provider that is down is
// waited for until the payment's own deadline; one that refuses sends the
// customer down the flow's error branch.
func (b *Bot) link(ctx context.Context, _ outbox.Job, payload linkJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Payment)
	if err != nil || !unlinked(payment) {
		return nil, err
	}
	if b.Provider == nil {
		return b.refuseLink(payment, &sales.Error{Code: "no_provider", Message: "no payment provider is configured"}), nil
	}
	keep, err := b.makeLink(ctx, payment)
	if err == nil {
		return keep, nil
	}
	coded := sales.AsError(err)
	if coded.Action != sales.Retry || !b.Now().Before(payment.ExpiresAt) {
		b.Log.Error("payment link not made", "payment", payment.ID, "error", err)
		return b.refuseLink(payment, coded), nil
	}
	return nil, err
}

// unlinked tells whether a payment still has no address to be paid at.
func unlinked(payment sales.Payment) bool {
	begun := payment.Status == sales.PaymentLinked && payment.StoresAccount()
	return payment.URL == "" && (payment.Status == sales.PaymentNew || begun)
}

// makeLink has the provider make the address of a payment, and says how to keep it.
func (b *Bot) makeLink(ctx context.Context, payment sales.Payment) (func(storage.Tx) error, error) {
	if payment.StoresAccount() {
		return b.linkAccount(ctx, payment)
	}
	made, err := b.Provider.Link(ctx, payment)
	if err != nil {
		return nil, err
	}
	return b.keepLink(payment, made), nil
}

func (b *Bot) loadPayment(ctx context.Context, id string) (payment sales.Payment, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		payment, err = tx.Payment(id)
		return err
	})
	if err != nil {
		return payment, fmt.Errorf("load payment: %w", err)
	}
	return payment, nil
}

func (b *Bot) keepLink(payment sales.Payment, made payments.Link) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		// A notification may have come before the answer: only the link is added.
		current, err := tx.Payment(payment.ID)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		return tx.PutPayment(b.life.Link(current, made, b.Now()))
	}
}

func (b *Bot) refuseLink(payment sales.Payment, cause *sales.Error) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		current, err := tx.Payment(payment.ID)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		refused, outcome := b.life.Refuse(current, b.Now())
		if outcome == payments.Silence {
			return nil
		}
		refused.State = cause.Code
		if err := b.blame(tx, payment, cause); err != nil {
			return err
		}
		return b.move(tx, refused, outcome, payments.Event{State: cause.Code, Message: cause.Message})
	}
}

// blame calls a person about a request that cannot be made as the shop is set
// up, and writes down in whose words.
func (b *Bot) blame(tx storage.Tx, payment sales.Payment, cause *sales.Error) error {
	if !shopsFault(cause.Code) && cause.Action != sales.Stop {
		return nil
	}
	text := cause.Code + " " + payment.ID
	if cause.Message != "" {
		text += ": " + cause.Message
	}
	if !pointed(payment.Receipt, text) {
		text = located(text, payment.Place)
	}
	return errors.Join(b.note(payment.Contact, "payment", text)(tx), b.raise(tx, payment.Contact, cause.Code))
}

// located adds where the flow asks for what is refused.
func located(text, place string) string {
	if place == "" {
		return text
	}
	return text + " — " + place
}

// pointed tells whether a fault names the line of the receipt already.
func pointed(receipt *sales.Receipt, text string) bool {
	return receipt != nil && slices.ContainsFunc(receipt.Items, func(item sales.ReceiptItem) bool {
		return item.Place != "" && strings.Contains(text, " — "+item.Place)
	})
}

// shopsFault tells whether a code is of what only the shop can mend: a receipt,
// a request or an amount that the bank cannot take, a way of paying that is
// switched off, no bank at all. Nobody was asked for money then.
func shopsFault(code string) bool {
	switch code {
	case "bank_receipt", "bank_request", "bank_amount", "bank_settings", "no_provider":
		return true
	}
	return false
}

// Clicked lets the flow hear that a customer opened a payment's link for the first time.
func (b *Bot) Clicked(ctx context.Context, id string) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error {
		payment, err := tx.Payment(id)
		if err != nil || !payment.ClickedAt.IsZero() {
			return err
		}
		payment.ClickedAt = b.Now()
		if err := tx.PutPayment(payment); err != nil {
			return err
		}
		return b.hear(tx, payment, flows.Clicked, payments.Event{})
	})
}

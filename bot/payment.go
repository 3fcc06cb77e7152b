package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// Accept takes what a provider notified. It is committed when it returns nil.
// A payment, or a request for a card, that we do not have is
// payments.ErrUnknown, news of another shop about it payments.ErrForged: they
// change nothing.
func (b *Bot) Accept(ctx context.Context, provider string, event payments.Event) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		if event.Binding != nil {
			return b.acceptCard(tx, provider, event)
		}
		payment, err := tx.Payment(event.Payment)
		if errors.Is(err, storage.ErrNotFound) || err == nil && payment.Provider != provider {
			return payments.ErrUnknown
		}
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if payment.Shop != event.Shop {
			return fmt.Errorf("notification of another shop: %w", payments.ErrForged)
		}
		known, err := tx.Record(provider+"/"+event.Key, event.Raw, b.Now())
		switch {
		case err != nil || known:
			return err
		case event.Fiscal != nil:
			return b.registered(tx, payment, *event.Fiscal, event.Key)
		case event.State == "":
			return nil
		}
		return b.apply(tx, event)
	})
	if errors.Is(err, payments.ErrUnknown) {
		return payments.ErrUnknown
	}
	if err != nil {
		return fmt.Errorf("accept notification: %w", err)
	}
	b.runner.Wake()
	return nil
}

// registered keeps a receipt that the provider registered with its payment; the
// flow hears of it, and tells the customer where to see it.
func (b *Bot) registered(tx storage.Tx, payment sales.Payment, receipt sales.Fiscal, key string) error {
	payment.Fiscals = append(payment.Fiscals, receipt)
	if err := tx.PutPayment(payment); err != nil {
		return fmt.Errorf("save payment: %w", err)
	}
	if receipt.Error != "" {
		if err := b.note(payment.Contact, "receipt", "receipt_failed "+payment.ID+": "+receipt.Error)(tx); err != nil {
			return err
		}
		return b.raise(tx, payment.Contact, "receipt_failed")
	}
	if receipt.Shown() == "" { // there is nothing to show a customer
		text := strings.TrimSpace("payment_receipt " + payment.ID + " " + strings.Join([]string{receipt.Drive, receipt.Document, receipt.Sign}, " "))
		if err := b.note(payment.Contact, "receipt", text)(tx); err != nil {
			return err
		}
	} else if err := b.hear(tx, payment, flows.Receipt, payments.Event{Key: key, Fiscal: &receipt}); err != nil {
		return err
	}
	return b.lookAfterReturn(tx, payment)
}

// apply moves a payment along its life and lets the flow hear of it, within a transaction.
func (b *Bot) apply(tx storage.Tx, event payments.Event) error {
	payment, err := tx.Payment(event.Payment)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	if event.Card != nil {
		if err := b.paidCard(tx, payment, *event.Card); err != nil {
			return err
		}
	}
	moved, outcome := b.life.Apply(payment, event, b.Now())
	if err := b.move(tx, moved, outcome, event); err != nil {
		return err
	}
	if payment.PaidAt.IsZero() && !moved.PaidAt.IsZero() {
		if err := b.awaitStored(tx, moved, event); err != nil {
			return err
		}
	}
	if len(event.Raw) > 0 && wentUnseen(moved) && moved.Status != payment.Status {
		// A notification may name only the part that went back last.
		return put(tx, paymentLane(moved.ID), jobCheck, checkJob{moved.ID}, b.Now())
	}
	return b.givenByHand(tx, moved, event)
}

// awaitStored looks after the card, or the account, that a payment that was just
// paid leaves behind.
func (b *Bot) awaitStored(tx storage.Tx, payment sales.Payment, event payments.Event) error {
	switch {
	case payment.StoresAccount():
		return b.awaitAccount(tx, payment)
	case storesCard(payment):
		return b.missCard(tx, payment, event)
	}
	return nil
}

// wentUnseen tells whether money went back of whose coming nobody told.
func wentUnseen(payment sales.Payment) bool {
	return payment.Untold || payment.Status == sales.PaymentPartly && payment.PaidAt.IsZero()
}

// move saves a payment that went along its life, with its entries in the
// ledger, and lets the flow hear of it.
func (b *Bot) move(tx storage.Tx, payment sales.Payment, outcome payments.Outcome, event payments.Event) error {
	if err := tx.PutPayment(payment); err != nil {
		return fmt.Errorf("save payment: %w", err)
	}
	if err := b.book(tx, payment, event.Key); err != nil {
		return err
	}
	if outcome == payments.Silence {
		return nil
	}
	return b.hear(tx, payment, flows.Outcome(outcome), event)
}

// hear lets the flow of a payment's contact hear how it ended. The event's key
// tells two outcomes of the same kind apart.
func (b *Bot) hear(tx storage.Tx, payment sales.Payment, outcome flows.Outcome, event payments.Event) error {
	order, err := tx.Order(payment.Order)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	now := b.Now()
	if outcome == flows.Success && order.Paid() {
		return b.paidTwice(tx, order, payment)
	}
	if order.Flow == billFlow {
		return b.billHeard(tx, order, payment, outcome)
	}
	heard := &flows.PaymentEvent{
		Outcome: outcome, Payment: payment.ID, Order: order.ID, Product: order.Product,
		Paid: payment.Paid, Amount: payment.Due(), External: payment.External, Message: event.Message,
	}
	if event.Fiscal != nil {
		heard.Receipt = event.Fiscal.Shown()
	}
	if payment.Initiator != "" {
		heard.Decline = declineOf(event)
	}
	if outcome == flows.Refunded {
		if heard.Withdraw, err = withdraws(tx, payment); err != nil {
			return err
		}
	}
	return b.take(tx, flows.Input{
		ID: "payment:" + payment.ID + ":" + string(outcome) + ":" + event.Key, Kind: flows.Paid,
		Contact: payment.Contact, At: now, Payment: heard,
	})
}

// paidTwice is money for an order that was paid already, over another link:
// nothing is delivered again, a person gives it back.
func (b *Bot) paidTwice(tx storage.Tx, order sales.Order, payment sales.Payment) error {
	if order.PaidBy == payment.ID {
		return nil
	}
	if err := b.note(order.Contact, "paid_twice", "paid_twice "+payment.ID)(tx); err != nil {
		return err
	}
	return b.raise(tx, order.Contact, "paid_twice")
}

// check is the job that asks the provider about a silent payment and, past its
// deadline, closes the link.
func (b *Bot) check(ctx context.Context, _ outbox.Job, payload checkJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Payment)
	if err != nil {
		return nil, err
	}
	if b.Provider == nil || payment.Provider != b.Provider.Name() {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "provider " + payment.Provider + " is not configured"}
	}
	event, err := b.ask(ctx, payment)
	if err != nil {
		return nil, err
	}
	event.Payment = payment.ID
	return func(tx storage.Tx) error { return b.settle(tx, event) }, nil
}

// ask reads a payment's status, and closes it at the provider when its deadline has passed.
func (b *Bot) ask(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	event, err := b.Provider.Status(ctx, payment)
	if err != nil {
		return event, err
	}
	canceller, able := b.Provider.(payments.Canceller)
	if !able || !b.overdue(payment) || !open(event.Status) || payment.External == "" {
		return event, nil
	}
	return canceller.Cancel(ctx, payment)
}

// overdue tells whether a link's time is over; the customer may have been on
// the bank's page at the very minute it ran out.
func (b *Bot) overdue(payment sales.Payment) bool {
	return !payment.ExpiresAt.IsZero() && !b.Now().Before(payment.ExpiresAt.Add(payments.Grace))
}

func open(status sales.PaymentStatus) bool {
	return status == sales.PaymentNew || status == sales.PaymentLinked || status == sales.PaymentDeclined
}

// settle applies what the provider answered; a payment still open past its
// deadline is expired then.
func (b *Bot) settle(tx storage.Tx, event payments.Event) error {
	if err := b.apply(tx, event); err != nil {
		return err
	}
	payment, err := tx.Payment(event.Payment)
	if err != nil {
		return err
	}
	if err := b.warnHold(tx, payment); err != nil || !open(payment.Status) || !b.overdue(payment) {
		return err
	}
	if payment.Initiator != "" && event.State != "" && !closedUnpaid(event.Status) {
		// The bank is still at it: another charge now might be a second one.
		return b.raise(tx, payment.Contact, "charge_hangs")
	}
	expired, outcome := b.life.Expire(payment, b.Now())
	return b.move(tx, expired, outcome, payments.Event{Key: "deadline"})
}

// closedUnpaid tells whether the provider says that nothing will be paid any more.
func closedUnpaid(status sales.PaymentStatus) bool {
	return status == sales.PaymentExpired || status == sales.PaymentDeclined || status == sales.PaymentRefused
}

// withdraws tells whether some refund of a payment takes back what was handed over.
func withdraws(tx storage.Tx, payment sales.Payment) (bool, error) {
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return false, fmt.Errorf("load refunds: %w", err)
	}
	for _, refund := range refunds {
		if refund.Withdraw && refund.Counts() {
			return true, nil
		}
	}
	return false, nil
}

package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

type chargeJob struct {
	Payment string `json:"payment"`
	// Refuse is why it must not be charged at all.
	Refuse string `json:"refuse,omitempty"`
}

// stoppedPause is how often a charge that waits for the switch looks at it.
const stoppedPause = 10 * time.Minute

// charge is the job that takes a payment's money from the saved card. It may
// run any number of times: the payment is made known to the provider first and
// that is stored, and the provider takes the money of one payment once. Until
// its deadline a provider that is down is waited for; after it the provider is
// asked what became of it.
func (b *Bot) charge(ctx context.Context, job outbox.Job, payload chargeJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Payment)
	if err != nil || payment.Status != sales.PaymentNew && payment.Status != sales.PaymentLinked {
		return nil, err
	}
	recurrer, able := b.Provider.(payments.Recurrer)
	switch {
	case payload.Refuse != "":
		return b.refuseLink(payment, &sales.Error{Code: payload.Refuse}), nil
	case !able || payment.Provider != b.Provider.Name():
		return b.refuseLink(payment, &sales.Error{Code: "no_provider", Message: "the payment provider charges no cards"}), nil
	}
	if err := b.mayCharge(ctx); err != nil && payment.External == "" {
		return nil, err // it waits for the switch, however long
	} else if b.overdue(payment) {
		return b.check(ctx, job, checkJob(linkJob{payment.ID}))
	} else if err != nil {
		return nil, err
	}
	opened, shop, err := b.openCard(ctx, payment.Contact)
	if err != nil {
		return b.unlessLater(payment, err)
	}
	if payment.Initiator == sales.ByCustomer && payment.Shop != shop {
		return b.refuseLink(payment, &sales.Error{Code: noCard, Message: "the card is saved at another shop"}), nil
	}
	payment.Shop = shop
	switch byAccount := opened.Kind == payments.AccountKind; {
	case payment.External != "" && byAccount != (payment.Method == sales.MethodSBP):
		return b.abandon(ctx, payment)
	case byAccount:
		payment.Method = sales.MethodSBP
	}
	if payment.External == "" {
		if payment, err = b.introduce(ctx, payment); err != nil {
			return b.unlessLater(payment, err)
		}
	}
	event, err := recurrer.Charge(ctx, payment, opened)
	if err != nil {
		return b.unlessLater(payment, err)
	}
	event.Payment = payment.ID
	return func(tx storage.Tx) error { return b.apply(tx, event) }, nil
}

// abandon closes a charge that the provider knows as one by another kind of
// card than the customer has now; money that moved meanwhile is told by the event.
func (b *Bot) abandon(ctx context.Context, payment sales.Payment) (func(storage.Tx) error, error) {
	canceller, able := b.Provider.(payments.Canceller)
	if !able {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider closes no payments"}
	}
	event, err := canceller.Cancel(ctx, payment)
	if err != nil {
		return nil, err
	}
	event.Payment = payment.ID
	return func(tx storage.Tx) error { return b.apply(tx, event) }, nil
}

// introduce makes a charge known to the provider and stores its number before
// any money is asked for.
func (b *Bot) introduce(ctx context.Context, payment sales.Payment) (sales.Payment, error) {
	made, err := b.Provider.Link(ctx, payment)
	if err != nil {
		return payment, err
	}
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		current, err := tx.Payment(payment.ID)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		current.Shop, current.Method = payment.Shop, payment.Method
		payment = b.life.Link(current, made, b.Now())
		return tx.PutPayment(payment)
	})
	return payment, err
}

// unlessLater gives a charge up for good, unless trying again may help: money
// may have moved after an uncertain answer, and settings can be mended.
func (b *Bot) unlessLater(payment sales.Payment, err error) (func(storage.Tx) error, error) {
	coded := sales.AsError(err)
	if coded.Uncertain && coded.Action == sales.Bury {
		later := *coded
		later.Action = sales.Retry
		return nil, &later
	}
	if coded.Uncertain || coded.Action != sales.Bury {
		return nil, err
	}
	b.Log.Error("card not charged", "payment", payment.ID, "error", err)
	return b.refuseCharge(payment, coded), nil
}

// refuseCharge closes a charge that the provider would not make.
func (b *Bot) refuseCharge(payment sales.Payment, cause *sales.Error) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		current, err := tx.Payment(payment.ID)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if current.Status == sales.PaymentNew {
			return b.refuseLink(payment, cause)(tx)
		}
		event := payments.Event{
			Key: "refused", Payment: payment.ID, External: current.External, Status: sales.PaymentDeclined,
			State: cause.Code, Reason: payments.Refused, Message: cause.Message,
		}
		if shopsFault(cause.Code) {
			event.Reason = ""
		}
		return errors.Join(b.blame(tx, payment, cause), b.raise(tx, payment.Contact, cause.Code), b.apply(tx, event))
	}
}

// mayCharge tells whether the switch lets cards be charged.
func (b *Bot) mayCharge(ctx context.Context) error {
	stopped := ""
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		stopped, err = b.ChargesStopped(tx)
		return err
	})
	if err == nil && stopped != "" {
		return &sales.Error{Code: "charges_stopped", Action: sales.Retry, After: stoppedPause, Message: "charges are switched off"}
	}
	return err
}

// declineOf is what an event means for a subscription.
func declineOf(event payments.Event) sales.Decline {
	switch event.Reason {
	case payments.NoFunds, payments.OverLimit, payments.Refused:
		return sales.DeclineMoney
	case payments.Troubled:
		return sales.DeclineBank
	case "":
		switch {
		case event.State == noCard:
			return sales.DeclineNoCard
		case shopsFault(event.State):
			return sales.DeclineShop
		}
		return sales.DeclineBank
	}
	return sales.DeclineCard
}

// noCard is the code of a charge without a saved card.
const noCard = "no_card"

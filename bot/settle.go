package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

type settleJob struct {
	Settle flows.Settle `json:"settle"`
}

// ErrNotHeld is an order to settle money that is not held.
var ErrNotHeld = errors.New("the payment's money is not held")

// Settle takes held money, all of it or a part (zero is all), or lets it go, by
// an operator's word; what comes of it is heard by the flow.
func (b *Bot) Settle(ctx context.Context, id string, do flows.Settlement, part sales.Money, by string) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		payment, err := tx.Payment(id)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if payment.Status != sales.PaymentHeld || do != flows.ConfirmHold && do != flows.VoidHold || part < 0 || part > payment.Amount {
			return ErrNotHeld
		}
		said := string(do) + " " + id
		if part > 0 {
			said += " " + part.String() + " ₽"
		}
		if err := b.note(payment.Contact, "payment", said+" ("+by+")")(tx); err != nil {
			return err
		}
		return enqueueSettle(tx, flows.Settle{Payment: id, Do: do, Amount: part}, flows.Input{At: b.Now()})
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

// HoldEnds is when the bank may let a payment's held money go; zero where none is held.
func HoldEnds(payment sales.Payment) time.Time { return payments.HoldEnds(payment) }

// warnHold calls a person once, a day before the bank lets held money go.
func (b *Bot) warnHold(tx storage.Tx, payment sales.Payment) error {
	warns := payments.HoldWarns(payment)
	if warns.IsZero() || payment.HoldTold || b.Now().Before(warns) {
		return nil
	}
	payment.HoldTold = true
	text := "hold_ends " + payment.ID + " " + payments.HoldEnds(payment).In(b.zone()).Format("02.01.2006 15:04")
	return errors.Join(tx.PutPayment(payment), b.note(payment.Contact, "payment", text)(tx), b.raise(tx, payment.Contact, "hold_ends"))
}

// settleHold is the job that takes held money, or lets it go. The provider asks
// first what became of the payment, so that it may run any number of times.
func (b *Bot) settleHold(ctx context.Context, _ outbox.Job, payload settleJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Settle.Payment)
	if err != nil {
		return nil, err
	}
	holder, able := b.Provider.(payments.Holder)
	if !able || payment.Provider != b.Provider.Name() {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider holds no money"}
	}
	var event payments.Event
	if payload.Settle.Do == flows.VoidHold {
		event, err = holder.Void(ctx, payment)
	} else {
		var receipt *sales.Receipt
		if payment.Capture > 0 {
			receipt = payment.Receipt
		}
		event, err = holder.Confirm(ctx, payment, payment.Due(), receipt)
	}
	if err != nil {
		return nil, err
	}
	event.Payment = payment.ID
	return func(tx storage.Tx) error { return b.apply(tx, event) }, nil
}

// closeReceipt is the job that sends the closing receipt of a prepayment. A
// provider cannot be asked whether it has one, so it is sent once: an unknown
// outcome waits for a person.
func (b *Bot) closeReceipt(ctx context.Context, _ outbox.Job, payload settleJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Settle.Payment)
	if err != nil || payment.Receipt == nil || !payment.ClosedAt.IsZero() {
		return nil, untouched(err)
	}
	closer, able := b.Provider.(payments.Closer)
	if !able || payment.Provider != b.Provider.Name() {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider sends no closing receipts"}
	}
	if err := closer.CloseReceipt(ctx, payment, closing(*payment.Receipt)); err != nil {
		return nil, err
	}
	return func(tx storage.Tx) error {
		current, err := tx.Payment(payment.ID)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		current.ClosedAt = b.Now()
		if err := tx.PutPayment(current); err != nil {
			return err
		}
		return b.note(current.Contact, "receipt", "receipt_closed "+current.ID)(tx)
	}, nil
}

// closing is the receipt of a full payment for what was paid in advance.
func closing(prepaid sales.Receipt) sales.Receipt {
	items := make([]sales.ReceiptItem, len(prepaid.Items))
	for i, item := range prepaid.Items {
		item.Method = "full_payment"
		items[i] = item
	}
	prepaid.Items = items
	return prepaid
}

// enqueueSettle puts what becomes of a payment into its own lane. How much of
// held money is to be taken is written down first, with its receipt: the
// provider's news may come before its answer.
func enqueueSettle(tx storage.Tx, e flows.Settle, in flows.Input) error {
	kind := jobSettle
	if e.Do == flows.ConfirmHold && e.Amount > 0 {
		payment, err := tx.Payment(e.Payment)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if payment.Status == sales.PaymentHeld && e.Amount <= payment.Amount {
			if payment.Whole == nil {
				payment.Whole = payment.Receipt
			}
			payment.Receipt = payment.Whole
			payment.Capture, payment.Receipt = e.Amount, refundReceipt(payment, e.Amount)
			if err := tx.PutPayment(payment); err != nil {
				return fmt.Errorf("save payment: %w", err)
			}
		}
	}
	if e.Do == flows.CloseReceipt {
		kind = jobClosing
	}
	return put(tx, paymentLane(e.Payment), kind, settleJob{e}, in.At)
}

// settlePlace is where the flow asks for what a job settles; empty for other jobs.
func settlePlace(job outbox.Job) string {
	var payload settleJob
	if job.Kind != jobSettle && job.Kind != jobClosing || codec.Unmarshal(job.Payload, &payload) != nil {
		return ""
	}
	return payload.Settle.Place
}

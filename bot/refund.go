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

type refundJob struct {
	Refund string `json:"refund"`
}

// askedMark stands in a refund's State from the moment the provider may have
// heard of it.
const askedMark = "asking"

// refundPause is how often a provider that is at a refund is asked about it.
const refundPause = time.Minute

// Refund asks for money to go back: r.Payment, r.Amount (zero: all that is
// left), r.Reason, r.Withdraw and r.By, under r.ID, which makes it unique: the
// same one again changes nothing. ErrRefund says that there is not so much to give back.
func (b *Bot) Refund(ctx context.Context, r sales.Refund) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		if _, err := tx.Refund(r.ID); !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		made, err := b.newRefund(tx, r)
		if err != nil {
			return err
		}
		return b.beginRefund(tx, made)
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

// ErrRefund is a refund of what was not paid, or of more than is left.
var ErrRefund = errors.New("there is not so much to give back")

// askRefund is Refund for a flow, within its turn: what cannot be goes to a person.
func (b *Bot) askRefund(tx storage.Tx, r sales.Refund) error {
	if _, err := tx.Refund(r.ID); !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	made, err := b.newRefund(tx, r)
	if errors.Is(err, ErrRefund) {
		payment, err := tx.Payment(r.Payment)
		if err != nil {
			return err
		}
		return errors.Join(b.note(payment.Contact, "refund", located("refund_refused "+r.Payment+": "+ErrRefund.Error(), r.Place))(tx),
			b.raise(tx, payment.Contact, "refund_refused"))
	}
	if err != nil {
		return err
	}
	return b.beginRefund(tx, made)
}

// newRefund completes a refund, never for more than is left.
func (b *Bot) newRefund(tx storage.Tx, r sales.Refund) (sales.Refund, error) {
	payment, err := tx.Payment(r.Payment)
	if err != nil {
		return r, fmt.Errorf("load payment: %w", err)
	}
	left, err := Left(tx, payment)
	if err != nil {
		return r, err
	}
	if r.Amount == 0 {
		r.Amount = left
	}
	if r.Amount <= 0 || r.Amount > left {
		return r, fmt.Errorf("%w: %s ₽ of %s ₽", ErrRefund, r.Amount, left)
	}
	r.Order, r.Contact, r.Status, r.CreatedAt = payment.Order, payment.Contact, sales.RefundAsked, b.Now()
	r.Receipt = refundReceipt(payment, r.Amount)
	return r, nil
}

// Left is what of a payment can still be given back.
func Left(tx storage.Tx, payment sales.Payment) (sales.Money, error) {
	switch payment.Status {
	case sales.PaymentPaid, sales.PaymentOther, sales.PaymentPartly:
	default:
		return 0, nil
	}
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return 0, fmt.Errorf("load refunds: %w", err)
	}
	left := payment.Paid
	for _, refund := range refunds {
		if refund.Counts() {
			left -= refund.Amount
		}
	}
	return left, nil
}

// beginRefund writes a refund, its entries and its job.
func (b *Bot) beginRefund(tx storage.Tx, r sales.Refund) error {
	if err := tx.PutRefund(r); err != nil {
		return fmt.Errorf("save refund: %w", err)
	}
	payment, err := tx.Payment(r.Payment)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	if err := b.book(tx, payment, "refund "+r.ID); err != nil {
		return err
	}
	if err := b.note(r.Contact, "refund", "refund_asked "+r.Payment+" "+r.Amount.String()+" ₽ "+r.By)(tx); err != nil {
		return err
	}
	return put(tx, refundLane(r.Payment), jobRefund, refundJob{r.ID}, b.Now())
}

// refundReceipt makes up the amount; nil where the payment has no receipt. What
// was handed over, with its closing receipt, is returned as a full payment and
// no more as an advance (54-FZ: a return repeats the words of the settlement
// that it takes back).
func refundReceipt(payment sales.Payment, amount sales.Money) *sales.Receipt {
	if payment.Receipt == nil || len(payment.Receipt.Items) == 0 {
		return nil
	}
	part := payment.Receipt.Part(amount)
	if !payment.ClosedAt.IsZero() {
		part = closing(part)
	}
	return &part
}

// refund is the job that has the provider give money back, and asks about it
// until it went. What the provider may have heard already is marked first, so
// that a repetition looks before it asks again.
func (b *Bot) refund(ctx context.Context, _ outbox.Job, payload refundJob) (func(storage.Tx) error, error) {
	refunder, able := b.Provider.(payments.Refunder)
	if !able {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider gives nothing back"}
	}
	refund, payment, again, err := b.markAsked(ctx, payload.Refund)
	if err != nil || !refund.Open() {
		return nil, err
	}
	var told payments.Returned
	if refund.Status == sales.RefundPending {
		told, err = refunder.RefundState(ctx, payment, refund)
	} else {
		told, err = refunder.Refund(ctx, payment, refund, again)
	}
	if err != nil {
		return b.refundFailed(refund, err)
	}
	told.Event.Payment = payment.ID
	return func(tx storage.Tx) error { return b.refundTold(tx, refund.ID, told) }, nil
}

// markAsked loads a refund and marks it as asked for; again tells that it was before.
func (b *Bot) markAsked(ctx context.Context, id string) (refund sales.Refund, payment sales.Payment, again bool, err error) {
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		if refund, err = tx.Refund(id); err != nil {
			return fmt.Errorf("load refund: %w", err)
		}
		if payment, err = tx.Payment(refund.Payment); err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if again = refund.State != ""; again || !refund.Open() {
			return nil
		}
		others, err := tx.Refunds(refund.Payment)
		if err != nil {
			return fmt.Errorf("load refunds: %w", err)
		}
		refund.State, refund.Before = askedMark, 0
		for _, other := range others {
			if other.Status == sales.RefundDone {
				refund.Before += other.Amount
			}
		}
		return tx.PutRefund(refund)
	})
	return refund, payment, again, err
}

// refundFailed gives a refund up where the provider says no; where nobody knows
// whether it went, an operator looks.
func (b *Bot) refundFailed(refund sales.Refund, err error) (func(storage.Tx) error, error) {
	coded := sales.AsError(err)
	if coded.Action != sales.Bury || coded.Uncertain || coded.Code == "refund_unsure" {
		return nil, err
	}
	return func(tx storage.Tx) error {
		told := payments.Returned{Status: sales.RefundRefused, Message: coded.Message}
		told.Event.Payment = refund.Payment
		return b.refundTold(tx, refund.ID, told)
	}, nil
}

// refundTold writes down what became of a refund.
func (b *Bot) refundTold(tx storage.Tx, id string, told payments.Returned) error {
	refund, err := tx.Refund(id)
	if err != nil || !refund.Open() {
		return err
	}
	refund.Status, refund.Message = told.Status, told.Message
	if told.Event.State != "" {
		refund.State = told.Event.State
	}
	if !refund.Open() {
		refund.DoneAt = b.Now()
	}
	if err := tx.PutRefund(refund); err != nil {
		return fmt.Errorf("save refund: %w", err)
	}
	switch refund.Status {
	case sales.RefundPending:
		if err := put(tx, refundLane(refund.Payment), jobRefund, refundJob{id}, b.Now().Add(refundPause)); err != nil {
			return err
		}
	case sales.RefundRefused:
		if err := b.note(refund.Contact, "refund", located("refund_refused "+refund.Payment+": "+refund.Message, refund.Place))(tx); err != nil {
			return err
		}
		if err := b.raise(tx, refund.Contact, "refund_refused"); err != nil {
			return err
		}
	case sales.RefundDone:
		if err := b.returned(tx, refund, told.Event); err != nil {
			return err
		}
	}
	payment, err := tx.Payment(refund.Payment)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	return b.book(tx, payment, "refund "+refund.ID)
}

// returned moves the payment of a refund that is done, by what has gone back
// in all, and tells the CRM of a part; all of it the flow hears.
func (b *Bot) returned(tx storage.Tx, refund sales.Refund, event payments.Event) error {
	payment, err := tx.Payment(refund.Payment)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return fmt.Errorf("load refunds: %w", err)
	}
	left := payment.Paid
	for _, one := range refunds {
		if one.Status == sales.RefundDone { // one that is under way may yet be refused
			left -= one.Amount
		}
	}
	if err := b.note(refund.Contact, "refund", "refund_done "+refund.Payment+" "+refund.Amount.String()+" ₽")(tx); err != nil {
		return err
	}
	event.Payment, event.External = payment.ID, payment.External
	event.Status = sales.PaymentPartly
	if left <= 0 {
		event.Status = sales.PaymentRefunded
	} else if err := b.mirrorRefund(tx, refund); err != nil {
		return err
	}
	if event.State == "" {
		event.State = string(event.Status)
	}
	if event.Key == "" {
		event.Key = "refund:" + refund.ID
	}
	return b.apply(tx, event)
}

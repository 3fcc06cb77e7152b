package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// byBank is who asked for a refund that was made in the bank's cabinet.
const byBank = "bank"

// givenByHand books what went back in parts by a hand in the bank's cabinet.
//
// How much that was the bank does not say: no document tells whether Amount of
// a PARTIAL_REFUNDED is the part or the rest (T-Bank API 1.80, NotificationPayment
// and GetState: "Сумма в копейках"). The receipts of returns do: what they come to
// and we did not ask for is booked. Where none came a person has to look.
func (b *Bot) givenByHand(tx storage.Tx, payment sales.Payment, event payments.Event) error {
	if payment.Status != sales.PaymentPartly {
		return nil
	}
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return fmt.Errorf("load refunds: %w", err)
	}
	asked := counted(refunds)
	if missing := returnReceipts(payment) - asked; missing > 0 && asked+missing < payment.Paid {
		return b.bookByHand(tx, payment, missing, len(refunds))
	}
	if event.Status != sales.PaymentPartly || ours(payment, refunds, event.Amount) {
		return nil
	}
	if told, err := tx.Ref(unaskedRef(payment.ID)); err != nil || told == "" && saysNothing(payment, event, asked) {
		return err
	}
	return b.callForReturn(tx, payment, event)
}

// saysNothing tells whether an answer to a question of ours names the whole
// payment, which is what the bank may always name, while every return that we
// asked for has its receipt: where no news spoke of another, nothing hints at it.
func saysNothing(payment sales.Payment, event payments.Event, asked sales.Money) bool {
	return len(event.Raw) == 0 && event.Amount == payment.Paid && asked > 0 && returnReceipts(payment) == asked
}

// unaskedRef is where the sum is kept of which a person was told.
func unaskedRef(payment string) string { return "unasked/" + payment }

// explained tells whether our refunds are all that we know to have gone back in
// part: the receipts of returns come to no more, and neither the sum that the
// provider names now nor the one that a person was told of is another. The sum
// of the whole payment tells nothing (T-Bank API 1.80, GetState: "Сумма в копейках").
func explained(payment sales.Payment, refunds []sales.Refund, named sales.Money, unasked string) bool {
	if returnReceipts(payment) > counted(refunds) || named != payment.Paid && !ours(payment, refunds, named) {
		return false
	}
	told, err := strconv.ParseInt(unasked, 10, 64)
	return err != nil || ours(payment, refunds, sales.Money(told))
}

// bookedReturn notes that a return of which a person was told, or would have been, is booked.
func bookedReturn(tx storage.Tx, payment string) error {
	told, err := tx.Ref(unaskedRef(payment))
	if err != nil || told == "" {
		return err
	}
	return tx.PutRef(unaskedRef(payment), "booked")
}

// receiptPatience is how long the receipt of a return is waited for.
const receiptPatience = time.Hour

// callForReturn calls a person for a return that nothing explains: once for a
// sum that the bank notifies. Where the payment has a receipt, that of the
// return is waited for first.
func (b *Bot) callForReturn(tx storage.Tx, payment sales.Payment, event payments.Event) error {
	ref := unaskedRef(payment.ID)
	told, err := tx.Ref(ref)
	if err != nil {
		return err
	}
	said, asked := strconv.FormatInt(int64(event.Amount), 10), len(event.Raw) == 0
	until, waits := strings.CutPrefix(told, "wait ")
	switch at, err := time.Parse(time.RFC3339, until); {
	case told == "" && payment.Receipt != nil:
		at := b.Now().Add(receiptPatience)
		return errors.Join(tx.PutRef(ref, "wait "+at.UTC().Format(time.RFC3339)),
			put(tx, paymentLane(payment.ID), jobCheck, checkJob{payment.ID}, at))
	case waits && err == nil && b.Now().Before(at), told == said, told != "" && !waits && asked:
		return nil
	}
	if err := tx.PutRef(ref, said); err != nil {
		return err
	}
	line := "refund_unasked " + payment.ID + ": " + event.State + " " + event.Amount.String() + " ₽"
	if err := b.note(payment.Contact, "refund", line)(tx); err != nil {
		return err
	}
	return b.raise(tx, payment.Contact, "refund_unasked")
}

// lookAfterReturn asks the bank where a payment stands whose receipts of returns
// come to more than we know of.
func (b *Bot) lookAfterReturn(tx storage.Tx, payment sales.Payment) error {
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return fmt.Errorf("load refunds: %w", err)
	}
	if returnReceipts(payment) <= counted(refunds) {
		return nil
	}
	if payment.Status == sales.PaymentPartly {
		return b.givenByHand(tx, payment, payments.Event{})
	}
	return put(tx, paymentLane(payment.ID), jobCheck, checkJob{payment.ID}, b.Now())
}

// BookReturn writes down a refund that was made in the bank's cabinet and that
// the bank has not explained: r as for Refund. The same one again changes
// nothing; ErrRefund says that there is not so much to give back.
func (b *Bot) BookReturn(ctx context.Context, r sales.Refund) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error {
		if _, err := tx.Refund(r.ID); !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		made, err := b.newRefund(tx, r)
		if err != nil {
			return err
		}
		made.Status, made.State, made.Receipt, made.DoneAt = sales.RefundDone, byBank, nil, b.Now()
		if err := tx.PutRefund(made); err != nil {
			return fmt.Errorf("save refund: %w", err)
		}
		payment, err := tx.Payment(r.Payment)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		return errors.Join(b.returned(tx, made, payments.Event{State: payment.State}), bookedReturn(tx, payment.ID))
	})
}

// bookByHand writes down a refund that is done already.
func (b *Bot) bookByHand(tx storage.Tx, payment sales.Payment, amount sales.Money, number int) error {
	made := sales.Refund{
		ID: payment.ID + "/" + byBank + "/" + strconv.Itoa(number), Payment: payment.ID, Order: payment.Order, Contact: payment.Contact,
		Amount: amount, By: byBank, Status: sales.RefundDone, State: payment.State, CreatedAt: b.Now(), DoneAt: b.Now(),
	}
	if err := tx.PutRefund(made); err != nil {
		return fmt.Errorf("save refund: %w", err)
	}
	return errors.Join(b.returned(tx, made, payments.Event{State: payment.State}), bookedReturn(tx, payment.ID))
}

func counted(refunds []sales.Refund) (sum sales.Money) {
	for _, refund := range refunds {
		if refund.Counts() {
			sum += refund.Amount
		}
	}
	return sum
}

// returnReceipts is what a payment's registered receipts of returns come to.
func returnReceipts(payment sales.Payment) (sum sales.Money) {
	for _, receipt := range payment.Fiscals {
		if strings.EqualFold(receipt.Kind, "IncomeReturn") && receipt.Error == "" {
			sum += receipt.Amount
		}
	}
	return sum
}

// ours tells whether a sum that the bank names is explained by our own refunds:
// it is one of them, several of the first of them, or what they leave.
func ours(payment sales.Payment, refunds []sales.Refund, amount sales.Money) bool {
	gone := sales.Money(0)
	for _, refund := range refunds {
		if !refund.Counts() {
			continue
		}
		gone += refund.Amount
		if amount == refund.Amount || amount == gone || amount == payment.Paid-gone {
			return true
		}
	}
	return false
}

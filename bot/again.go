package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// lastAttempts is how many payments one order may have before its link makes no more.
const lastAttempts = 20

// Again gives the payment that a declined one's link leads to: the youngest of
// its order that can be paid, or a new attempt with an id of its own, until the
// first link's deadline. It is safe to call any number of times. A provider
// that makes no link leaves the declined payment.
func (b *Bot) Again(ctx context.Context, id string) (sales.Payment, error) {
	var attempt sales.Payment
	err := b.Store.Update(ctx, func(tx storage.Tx) (err error) {
		attempt, err = b.attempt(tx, id)
		return err
	})
	if err != nil {
		return attempt, fmt.Errorf("try a payment again: %w", err)
	}
	if !unlinked(attempt) || b.Provider == nil {
		return attempt, nil
	}
	ctx, cancel := context.WithTimeout(ctx, linkTime)
	defer cancel()
	keep, err := b.makeLink(ctx, attempt)
	if err != nil {
		b.Log.Warn("another attempt got no link", "payment", attempt.ID, "error", err)
		return attempt, nil
	}
	if err := b.Store.Update(ctx, keep); err != nil {
		return attempt, fmt.Errorf("keep the link of another attempt: %w", err)
	}
	return b.loadPayment(ctx, attempt.ID)
}

// attempt finds or makes the attempt that follows a declined payment.
func (b *Bot) attempt(tx storage.Tx, id string) (sales.Payment, error) {
	declined, err := tx.Payment(id)
	if err != nil || declined.Status != sales.PaymentDeclined || declined.Initiator != "" {
		return declined, err
	}
	order, err := tx.Order(declined.Order)
	if err != nil || order.Paid() || !b.Now().Add(time.Minute).Before(declined.ExpiresAt) {
		return declined, err
	}
	attempts, err := tx.Payments(declined.Order)
	if err != nil {
		return declined, err
	}
	for _, one := range slices.Backward(attempts) {
		open := one.Status == sales.PaymentNew || one.Status == sales.PaymentLinked
		if open && one.Initiator == "" && one.Amount == declined.Amount && b.Now().Before(one.ExpiresAt) {
			return one, nil
		}
	}
	if len(attempts) >= lastAttempts {
		return declined, nil
	}
	return b.newAttempt(tx, declined, len(attempts))
}

func (b *Bot) newAttempt(tx storage.Tx, declined sales.Payment, number int) (sales.Payment, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s again %d", declined.ID, number))
	next := declined
	next.ID = hex.EncodeToString(sum[:16])
	next.Status, next.External, next.URL, next.State, next.Request, next.Fiscals = sales.PaymentNew, "", "", "", "", nil
	next.CreatedAt, next.Checks = b.Now(), 0
	if next.Whole != nil { // a part of what was held was to be taken
		next.Receipt, next.Whole = next.Whole, nil
	}
	next.Capture, next.HeldAt, next.HoldTold = 0, time.Time{}, false
	next.CheckAt = payments.NextCheck(next, b.Now())
	if err := tx.PutPayment(next); err != nil {
		return next, fmt.Errorf("save payment: %w", err)
	}
	session, err := tx.Session(next.Contact)
	if err != nil || session.Payment != declined.ID {
		return next, err
	}
	session.Payment = next.ID // the flow hears how this one ends
	return next, tx.PutSession(session)
}

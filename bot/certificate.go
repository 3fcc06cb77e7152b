package bot

import (
	"context"
	"errors"
	"fmt"

	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

type certificateJob struct {
	Payment string `json:"payment"`
	Email   string `json:"email"`
}

// ErrNotPaid is a wish for a certificate of money that never came.
var ErrNotPaid = errors.New("the payment is not paid")

// Certify has the provider send its certificate of a payment to an address, by
// an operator's word.
func (b *Bot) Certify(ctx context.Context, id, email, by string) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		payment, err := tx.Payment(id)
		if err != nil {
			return fmt.Errorf("load payment: %w", err)
		}
		if payment.PaidAt.IsZero() || payment.External == "" {
			return ErrNotPaid
		}
		return errors.Join(b.note(payment.Contact, "payment", "certificate_asked "+id+" ("+by+")")(tx),
			put(tx, paymentLane(id), jobCertificate, certificateJob{id, email}, b.Now()))
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

// certify is the job that asks for the certificate. One that is sent twice does no harm.
func (b *Bot) certify(ctx context.Context, _ outbox.Job, payload certificateJob) (func(storage.Tx) error, error) {
	payment, err := b.loadPayment(ctx, payload.Payment)
	if err != nil {
		return nil, err
	}
	certifier, able := b.Provider.(payments.Certifier)
	if !able || payment.Provider != b.Provider.Name() {
		return nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider sends no certificates"}
	}
	if err := certifier.Certify(ctx, payment, payload.Email); err != nil {
		return nil, err
	}
	return b.note(payment.Contact, "payment", "certificate_sent "+payment.ID), nil
}

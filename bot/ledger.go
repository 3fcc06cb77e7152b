package bot

import (
	"context"
	"fmt"
	"slices"

	"voronka/sales"
	"voronka/storage"
)

// book writes into the ledger what a payment and its refunds have come to and
// what is not there yet. It is a function of what is stored: however often it
// is called, and after whatever, each kopeck is there once.
func (b *Bot) book(tx storage.Tx, payment sales.Payment, because string) error {
	refunds, err := tx.Refunds(payment.ID)
	if err != nil {
		return fmt.Errorf("load refunds: %w", err)
	}
	taken := sales.Money(0)
	if !payment.PaidAt.IsZero() {
		taken = payment.Paid
	}
	if taken == 0 && len(refunds) == 0 {
		return nil
	}
	written, err := tx.EntriesOf(payment.ID)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	made := b.entries(payment, refunds, taken, written)
	for i := range made {
		made[i].At, made[i].Because = b.Now(), because
		made[i].Contact, made[i].Order, made[i].Payment = payment.Contact, payment.Order, payment.ID
	}
	if len(made) == 0 {
		return nil
	}
	if err := tx.Post(made...); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

// entries are those that are missing.
func (b *Bot) entries(payment sales.Payment, refunds []sales.Refund, taken sales.Money, written []sales.Entry) (made []sales.Entry) {
	provider := sales.ProviderAccount(payment.Provider)
	add := func(kind sales.EntryKind, refund string, from, to sales.Account, amount sales.Money) {
		if amount > 0 {
			made = append(made, sales.Entry{Kind: kind, Refund: refund, From: from, To: to, Amount: amount})
		}
	}
	sum := func(kind sales.EntryKind, refund string) (total sales.Money) {
		for _, entry := range slices.Concat(written, made) {
			if entry.Kind == kind && entry.Refund == refund {
				total += entry.Amount
			}
		}
		return total
	}
	add(sales.EntryPayment, "", sales.AccountCustomers, provider, taken-sum(sales.EntryPayment, ""))
	if b.Fee > 0 {
		fee := (taken*sales.Money(b.Fee) + 5000) / 10000
		add(sales.EntryFee, "", provider, sales.AccountFees, fee-sum(sales.EntryFee, ""))
	}
	explained := sales.Money(0)
	for _, refund := range refunds {
		add(sales.EntryRefundAsked, refund.ID, provider, sales.AccountRefunds, refund.Amount-sum(sales.EntryRefundAsked, refund.ID))
		switch refund.Status {
		case sales.RefundDone:
			add(sales.EntryRefundDone, refund.ID, sales.AccountRefunds, sales.AccountCustomers, refund.Amount-sum(sales.EntryRefundDone, refund.ID))
		case sales.RefundRefused:
			add(sales.EntryRefundRefused, refund.ID, sales.AccountRefunds, provider, refund.Amount-sum(sales.EntryRefundRefused, refund.ID))
		}
		if refund.Counts() {
			explained += refund.Amount
		}
	}
	if payment.Status == sales.PaymentRefunded {
		// The rest went back from the provider's own cabinet.
		rest := taken - explained - sum(sales.EntryRefundDone, "")
		add(sales.EntryRefundAsked, "", provider, sales.AccountRefunds, rest)
		add(sales.EntryRefundDone, "", sales.AccountRefunds, sales.AccountCustomers, rest)
	}
	return made
}

// Recheck asks the provider again what became of a payment, however long ago
// it ended: what nobody told, a refund in the provider's cabinet, is taken over.
func (b *Bot) Recheck(ctx context.Context, payment string) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		return put(tx, paymentLane(payment), jobCheck, checkJob{payment}, b.Now())
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

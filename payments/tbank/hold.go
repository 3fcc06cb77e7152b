package tbank

import (
	"context"
	"strconv"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Confirm implements payments.Holder. The bank takes it from AUTHORIZED only
// (T-Bank API 1.80, Confirm), so that is asked first.
func (p *Provider) Confirm(ctx context.Context, payment sales.Payment, amount sales.Money, receipt *sales.Receipt) (payments.Event, error) {
	shop, now, err := p.held(ctx, payment)
	if err != nil || now.Status != sales.PaymentHeld || now.State == "CONFIRMING" {
		return now, err
	}
	if amount <= 0 || amount > payment.Amount {
		return payments.Event{}, bury("bank_amount", "списать можно больше нуля и не больше "+payment.Amount.String()+" ₽")
	}
	fields := map[string]any{"PaymentId": now.External, "Amount": int64(amount)}
	if receipt != nil {
		if fields["Receipt"], err = newReceipt(*receipt, amount, time.Time{}); err != nil {
			return payments.Event{}, err
		}
	}
	done, err := shop.call(ctx, "Confirm", fields)
	switch {
	case err != nil && sales.AsError(err).Code == "bank_state": // it moved on between the calls
		return p.Status(ctx, payment)
	case err != nil:
		return payments.Event{}, err
	}
	payment.External, done.Amount = now.External, text(strconv.FormatInt(int64(amount), 10))
	return shop.told(payment, done)
}

// Void implements payments.Holder with Cancel, which would give back taken
// money too: it is called only for money that the bank has just called held.
func (p *Provider) Void(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	shop, now, err := p.held(ctx, payment)
	if err != nil || now.Status != sales.PaymentHeld || now.State == "CONFIRMING" {
		return now, err
	}
	done, err := shop.call(ctx, "Cancel", map[string]any{"PaymentId": now.External})
	switch {
	case err != nil && sales.AsError(err).Code == "bank_state":
		return p.Status(ctx, payment)
	case err != nil:
		return payments.Event{}, err
	}
	payment.External, done.Amount = now.External, text(strconv.FormatInt(int64(payment.Amount), 10))
	return shop.told(payment, done)
}

func (p *Provider) held(ctx context.Context, payment sales.Payment) (*shop, payments.Event, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return nil, payments.Event{}, err
	}
	now, err := p.Status(ctx, payment)
	return shop, now, err
}

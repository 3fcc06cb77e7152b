package tbank

import (
	"context"

	"voronka/payments"
	"voronka/sales"
)

// Charge implements payments.Recurrer with Charge, or ChargeQr for a bound
// account. The bank charges one PaymentId once and burns it with a decline
// (T-Bank API 1.80, "Рекуррентные платежи"), so that the same payment is never
// paid twice, whatever happens between the calls.
func (p *Provider) Charge(ctx context.Context, payment sales.Payment, card payments.Card) (payments.Event, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Event{}, err
	}
	if payment.External == "" || payment.Initiator == "" {
		return payments.Event{}, bury("bank_request", "списать можно только по платежу, который для этого заведён у банка")
	}
	if card.Token == "" {
		return payments.Event{}, bury("card_without_token", "эту карту нельзя списать без покупателя: нужен новый платёж с сохранением карты")
	}
	now, err := p.Status(ctx, payment)
	switch {
	case err != nil:
		return payments.Event{}, err
	case now.State == "":
		return payments.Event{}, bury("bank_not_found", "банк не знает этого платежа")
	case now.State != "NEW":
		return now, nil
	case now.Amount != payment.Amount:
		return payments.Event{}, bury("bank_amount", "у банка по этому платежу другая сумма: "+now.Amount.String()+" ₽")
	}
	method, fields := "Charge", map[string]any{"PaymentId": payment.External, "RebillId": card.Token.Reveal()}
	if card.Kind == payments.AccountKind {
		method, fields = "ChargeQr", map[string]any{"PaymentId": payment.External, "AccountToken": card.Token.Reveal()}
	}
	done, err := shop.call(ctx, method, fields)
	return shop.charged(payment, done, err)
}

// charged reads the answer to a charge: a decline is an event, whether the
// answer names a status or only the code.
func (s *shop) charged(payment sales.Payment, done answer, err error) (payments.Event, error) {
	if err == nil || done.Status != "" {
		if done.Status == "" { // ChargeQr may leave it out: pending
			done.Status = "AUTHORIZING"
		}
		return s.told(payment, done)
	}
	if failure := sales.AsError(err); failure.Code != "bank_refused" {
		return payments.Event{}, err
	}
	done.Status = "REJECTED"
	return s.told(payment, done)
}

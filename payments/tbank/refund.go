package tbank

import (
	"context"
	"errors"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// longestRefund is the shortest limit on ExternalRequestId, that of instalments
// (T-Bank API 1.80, Cancel).
const longestRefund = 100

// Refund implements payments.Refunder with GetState and Cancel.
//
// A repeated ExternalRequestId is answered with the state that it led to, and
// nothing goes back twice; the faster payment system ignores it (T-Bank API
// 1.80, Cancel). There a repeated refund is sent only where GetState shows that
// nothing has gone back since; where it cannot tell, the answer is refund_unsure.
func (p *Provider) Refund(ctx context.Context, payment sales.Payment, refund sales.Refund, again bool) (payments.Returned, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Returned{}, err
	}
	fields, err := refundFields(payment, refund)
	if err != nil {
		return payments.Returned{}, err
	}
	now, got, err := shop.state(ctx, payment)
	if err != nil {
		return payments.Returned{}, err
	}
	done, settled, err := settledBefore(now, got, refund, again)
	if settled || err != nil {
		return done, err
	}
	cancelled, err := shop.call(ctx, "Cancel", fields)
	if err != nil {
		return payments.Returned{}, err
	}
	cancelled.Amount = ""
	event, err := shop.told(payment, cancelled)
	if err != nil {
		return payments.Returned{}, uncertain(err)
	}
	event.Amount = refund.Amount
	done = payments.Returned{Status: refundStatus(event.State), Event: event}
	if cancelled.NewAmount != nil {
		if done.Left, err = cancelled.NewAmount.kopecks(); err != nil {
			return payments.Returned{}, uncertain(&sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: err})
		}
		done.Known = true
	}
	return done, nil
}

func refundFields(payment sales.Payment, refund sales.Refund) (map[string]any, error) {
	switch {
	case payment.External == "":
		return nil, bury("bank_request", "вернуть нечего: банк не знает этого платежа")
	case refund.ID == "" || len(refund.ID) > longestRefund:
		return nil, bury("bank_request", "номер возврата должен быть от 1 до 100 символов")
	case refund.Amount <= 0 || refund.Amount > taken(payment)-refund.Before:
		return nil, bury("bank_amount", "сумма возврата должна быть больше нуля и не больше того, что осталось от платежа: "+
			(taken(payment)-refund.Before).String()+" ₽")
	}
	fields := map[string]any{"PaymentId": payment.External, "Amount": int64(refund.Amount), "ExternalRequestId": refund.ID}
	if refund.Bank != "" {
		fields["QrMemberId"] = refund.Bank
	}
	if refund.Receipt != nil {
		receipt, err := newReceipt(*refund.Receipt, refund.Amount, time.Time{})
		if err != nil {
			return nil, err
		}
		fields["Receipt"] = receipt
	}
	return fields, nil
}

// taken is what was really paid; a hold counts with what it asks for.
func taken(payment sales.Payment) sales.Money {
	if payment.Paid > 0 {
		return payment.Paid
	}
	return payment.Amount
}

// settledBefore tells whether a refund needs no call of Cancel: it went through
// before, or it cannot. Otherwise it can be asked for.
func settledBefore(now payments.Event, got answer, refund sales.Refund, again bool) (payments.Returned, bool, error) {
	after := payments.Returned{Status: refundStatus(now.State), Event: now}
	switch now.State {
	case "CONFIRMED", "AUTHORIZED":
		return after, false, nil
	case "PARTIAL_REFUNDED", "PARTIAL_REVERSED":
		if !again || got.Params.value("Source") != "qrsbp" {
			return after, false, nil
		}
		if refund.Before == 0 {
			return after, true, nil
		}
		return payments.Returned{}, false, bury("refund_unsure",
			"по СБП уже были частичные возвраты, и банк не говорит, прошёл ли этот: сверьте в кабинете банка")
	case "REFUNDING", "ASYNC_REFUNDING", "REVERSING":
		if !again {
			return payments.Returned{}, false, &sales.Error{Code: "bank_busy", Action: sales.Retry,
				Err: errors.New("another refund of this payment is under way")}
		}
		return after, true, nil
	case "REFUNDED", "REVERSED":
		if again {
			after.Known = true // nothing is left
			return after, true, nil
		}
	}
	return payments.Returned{}, false, bury("bank_state", "вернуть нельзя: платёж у банка в статусе "+or(now.State, "«неизвестен»"))
}

// RefundState implements payments.Refunder with GetState, and with GetQrState
// for why the faster payment system would not give the money back.
func (p *Provider) RefundState(ctx context.Context, payment sales.Payment, refund sales.Refund) (payments.Returned, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Returned{}, err
	}
	now, got, err := shop.state(ctx, payment)
	if err != nil {
		return payments.Returned{}, err
	}
	state := payments.Returned{Status: refundStatus(now.State), Event: now}
	if state.Status == sales.RefundRefused && got.Params.value("Source") == "qrsbp" {
		why, err := shop.call(ctx, "GetQrState", map[string]any{"PaymentId": payment.External})
		if err != nil && why.QrCancelCode == "" {
			return payments.Returned{}, err
		}
		state.Message = or(string(why.QrCancelMessage), "банк не вернул деньги")
	}
	return state, nil
}

// refundStatus reads where a payment stands for who waits for a refund of it
// (T-Bank API 1.80, "Статусная модель платежа").
func refundStatus(word string) sales.RefundStatus {
	switch word {
	case "PARTIAL_REFUNDED", "REFUNDED", "PARTIAL_REVERSED", "REVERSED", "CANCELED":
		return sales.RefundDone
	case "CONFIRMED", "AUTHORIZED":
		return sales.RefundRefused
	}
	return sales.RefundPending
}

// uncertain marks a failure after the bank has done what was asked.
func uncertain(err error) error {
	failure := *sales.AsError(err)
	failure.Uncertain = true
	return &failure
}

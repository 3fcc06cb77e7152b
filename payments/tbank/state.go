package tbank

import (
	"context"
	"errors"
	"strconv"

	"voronka/payments"
	"voronka/sales"
)

// Status implements payments.Provider with GetState, or with CheckOrder while
// the bank's id of the payment is unknown. A payment that the bank does not
// know has an event with an empty State.
func (p *Provider) Status(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Event{}, err
	}
	if payment.External == "" {
		return shop.search(ctx, payment)
	}
	event, _, err := shop.state(ctx, payment)
	return event, err
}

// state asks GetState and gives its answer too.
func (s *shop) state(ctx context.Context, payment sales.Payment) (payments.Event, answer, error) {
	got, err := s.call(ctx, "GetState", map[string]any{"PaymentId": payment.External})
	// The code of a declined payment stands where that of a failed call would.
	if err != nil && (got.Status == "" || got.PaymentID == "") {
		if unknown(got) {
			return payments.Event{Payment: payment.ID, Status: sales.PaymentLinked, Shop: s.name}, got, nil
		}
		return payments.Event{}, got, err
	}
	event, err := s.told(payment, got)
	if err == nil && event.Status == sales.PaymentDeclined && event.Code == "" {
		event = s.explained(ctx, event, string(got.OrderID))
	}
	return event, got, err
}

// explained finds the code of a decline, which GetState need not tell, in
// CheckOrder. Without it the event is as true, only less is known.
func (s *shop) explained(ctx context.Context, event payments.Event, order string) payments.Event {
	got, err := s.call(ctx, "CheckOrder", map[string]any{"OrderId": order})
	if err != nil {
		return event
	}
	for _, made := range got.Payments {
		if string(made.PaymentID) != event.External {
			continue
		}
		event.Code, event.Reason = decline(event.Status, string(made.ErrorCode))
		if event.Code != "" && event.Message == "" {
			event.Message = declined(event.Code)
		}
	}
	return event
}

// told reads an answer that describes the payment it was asked about.
func (s *shop) told(payment sales.Payment, got answer) (payments.Event, error) {
	return s.event(payment.ID, attempt{
		PaymentID: text(payment.External), Status: got.Status, Amount: got.Amount,
		Message: text(buyerText(got)), ErrorCode: got.ErrorCode,
	})
}

// search asks for every attempt at the payment and keeps the one that matters.
func (s *shop) search(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	var found []attempt
	for n := 1; n <= attempts; n++ {
		order := orderID(payment.ID, n)
		if order == "" {
			break
		}
		got, err := s.call(ctx, "CheckOrder", map[string]any{"OrderId": order})
		if unknown(got) {
			break
		}
		if err != nil {
			return payments.Event{}, err
		}
		found = append(found, got.Payments...)
	}
	if len(found) == 0 {
		return payments.Event{Payment: payment.ID, Status: sales.PaymentNew, Shop: s.name}, nil
	}
	best := found[0]
	for _, made := range found[1:] {
		if rank(string(made.Status)) >= rank(string(best.Status)) {
			best = made
		}
	}
	best.Message = ""
	return s.event(payment.ID, best)
}

func (s *shop) event(payment string, made attempt) (payments.Event, error) {
	amount, err := made.Amount.kopecks()
	if err != nil {
		return payments.Event{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: err}
	}
	if made.Status == "" {
		return payments.Event{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: errors.New("the answer has no Status")}
	}
	word := string(made.Status)
	event := payments.Event{
		Key:     eventKey(s.terminal, string(made.PaymentID), word, amount),
		Payment: payment, External: string(made.PaymentID), Shop: s.name,
		Status: status(word), State: word, Released: released(word), Amount: amount, Message: string(made.Message),
	}
	event.Code, event.Reason = decline(event.Status, string(made.ErrorCode))
	return event, nil
}

// Cancel implements payments.Canceller. The bank's Cancel gives the money of a
// paid payment back, so it is called only for one that the bank has just called
// NEW or FORM_SHOWED; in any other state nothing is done, and the event tells.
// A buyer who pays between the two calls gets the money back, and the event says so.
func (p *Provider) Cancel(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	now, err := p.Status(ctx, payment)
	if err != nil || now.State != "NEW" && now.State != "FORM_SHOWED" {
		return now, err
	}
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Event{}, err
	}
	payment.External = now.External
	done, err := shop.call(ctx, "Cancel", map[string]any{"PaymentId": payment.External})
	switch {
	case sales.AsError(err).Code == "bank_state" && err != nil: // it moved on between the calls
		return p.Status(ctx, payment)
	case err != nil:
		return payments.Event{}, err
	}
	done.Amount = text(strconv.FormatInt(int64(payment.Amount), 10))
	return shop.told(payment, done)
}

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
	if payment.External == "" {
		return p.search(ctx, payment)
	}
	got, err := p.client.call(ctx, "GetState", map[string]any{"PaymentId": payment.External})
	// The code of a declined payment stands where that of a failed call would.
	if err != nil && (got.Status == "" || got.PaymentID == "") {
		if unknown(got) {
			return payments.Event{Payment: payment.ID, Status: sales.PaymentLinked}, nil
		}
		return payments.Event{}, err
	}
	return p.event(payment.ID, attempt{PaymentID: text(payment.External), Status: got.Status, Amount: got.Amount, Message: text(buyerText(got))})
}

// search asks for every attempt at the payment and keeps the one that matters.
func (p *Provider) search(ctx context.Context, payment sales.Payment) (payments.Event, error) {
	var found []attempt
	for n := 1; n <= attempts; n++ {
		order := orderID(payment.ID, n)
		if order == "" {
			break
		}
		got, err := p.client.call(ctx, "CheckOrder", map[string]any{"OrderId": order})
		if unknown(got) {
			break
		}
		if err != nil {
			return payments.Event{}, err
		}
		found = append(found, got.Payments...)
	}
	if len(found) == 0 {
		return payments.Event{Payment: payment.ID, Status: sales.PaymentNew}, nil
	}
	best := found[0]
	for _, made := range found[1:] {
		if rank(string(made.Status)) >= rank(string(best.Status)) {
			best = made
		}
	}
	best.Message = ""
	return p.event(payment.ID, best)
}

func (p *Provider) event(payment string, made attempt) (payments.Event, error) {
	amount, err := made.Amount.kopecks()
	if err != nil {
		return payments.Event{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: err}
	}
	if made.Status == "" {
		return payments.Event{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: errors.New("the answer has no Status")}
	}
	word := string(made.Status)
	return payments.Event{
		Key:     eventKey(p.terminal, string(made.PaymentID), word, amount),
		Payment: payment, External: string(made.PaymentID),
		Status: status(word), State: word, Amount: amount, Message: string(made.Message),
	}, nil
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
	payment.External = now.External
	done, err := p.client.call(ctx, "Cancel", map[string]any{"PaymentId": payment.External})
	switch {
	case sales.AsError(err).Code == "bank_state" && err != nil: // it moved on between the calls
		return p.Status(ctx, payment)
	case err != nil:
		return payments.Event{}, err
	}
	return p.event(payment.ID, attempt{PaymentID: text(payment.External), Status: done.Status, Amount: text(strconv.FormatInt(int64(payment.Amount), 10))})
}

package flows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"voronka/sales"
)

// cards are what `/card` can say of the saved card.
func cards() map[string]sales.Decline {
	return map[string]sales.Decline{
		"works": "", "no_money": sales.DeclineMoney, "lost": sales.DeclineCard, "bank_down": sales.DeclineBank,
	}
}

// CardWords are what a rehearsal can say of the saved card.
func CardWords() []string {
	return []string{"works", "no_money", "lost", "bank_down", "bound", "refused"}
}

// doCard says how the saved card is from now on: "no_money", "expires 2026-12";
// or what came of the page where a new one was asked for: "bound", "refused".
func (r *Rehearsal) doCard(how string) ([]Turn, error) {
	word, month, _ := strings.Cut(how, " ")
	if how == "bound" || how == "refused" {
		return one(r.bound(how == "bound"))
	}
	if decline, known := cards()[word]; known && month == "" {
		r.declines = decline
		return nil, nil
	}
	if at, err := time.Parse("2006-01", month); err == nil && word == "expires" {
		card := Card{Last: "0777"}
		if r.Known.Card != nil {
			card = *r.Known.Card
		}
		card.Expires = at.AddDate(0, 1, 0)
		r.Known.Card = &card
		return nil, nil
	}
	return nil, fmt.Errorf("%w: /card %s: works, no_money, lost, bank_down, expires 2026-12, bound or refused?", ErrScript, how)
}

// bound ends the page where a card was asked for last.
func (r *Rehearsal) bound(done bool) (Turn, error) {
	if r.bind.ID == "" {
		return Turn{}, fmt.Errorf("%w: /card: no card was asked for", ErrScript)
	}
	outcome := CardRefused
	if done {
		outcome = CardSaved
		r.Known.Card, r.declines = &Card{Last: "1234"}, ""
	}
	return r.Send(Input{Kind: Bound, Payload: string(outcome), Subscription: r.bind.Subscription})
}

// Settle lets the bank answer charges and refunds that were asked for.
func (r *Rehearsal) Settle() ([]Turn, error) {
	var turns []Turn
	for range 100 {
		turn, some, err := r.settleOne()
		if err != nil || !some {
			return turns, err
		}
		turns = append(turns, turn)
	}
	return turns, nil
}

func (r *Rehearsal) settleOne() (turn Turn, some bool, err error) {
	for _, payment := range r.Known.Payments {
		if payment.Initiator == "" || payment.Status != sales.PaymentNew {
			continue
		}
		if r.declines == "" {
			turn, err = r.Bank(payment, Success, payment.Amount)
		} else {
			turn, err = r.Bank(payment, Fail, 0)
		}
		return turn, true, err
	}
	for len(r.settles) > 0 {
		settle := r.settles[0]
		r.settles = r.settles[1:]
		i := slices.IndexFunc(r.Known.Payments, func(p sales.Payment) bool { return p.ID == settle.Payment && p.Status == sales.PaymentHeld })
		if i < 0 {
			continue
		}
		outcome := Success
		if settle.Do == VoidHold {
			outcome = Refunded
		}
		payment := r.Known.Payments[i]
		if settle.Do == ConfirmHold {
			payment.Capture = settle.Amount
		}
		turn, err = r.Bank(payment, outcome, payment.Due())
		return turn, true, err
	}
	for len(r.refunds) > 0 {
		refund := r.refunds[0]
		r.refunds = r.refunds[1:]
		i := slices.IndexFunc(r.Known.Payments, func(p sales.Payment) bool { return p.ID == refund.Payment })
		if i < 0 {
			continue
		}
		payment := r.Known.Payments[i]
		left := payment.Paid - r.back[payment.ID]
		amount := min(cmp.Or(refund.Amount, left), left)
		if amount <= 0 {
			continue
		}
		if r.back == nil {
			r.back = map[string]sales.Money{}
		}
		r.back[payment.ID] += amount
		if amount < left {
			r.move(payment.ID, func(p *sales.Payment) { p.Status = sales.PaymentPartly })
			continue
		}
		turn, err = r.bank(payment, Refunded, payment.Paid, refund.Withdraw)
		return turn, true, err
	}
	return turn, false, nil
}

// remember keeps the card that a subscription was paid with.
func (r *Rehearsal) remember(payment sales.Payment, outcome Outcome) {
	if outcome == Success && payment.Recurrent {
		r.Known.Card, r.declines = &Card{Last: "0777"}, ""
	}
}

package payments_test

import (
	"testing"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// TestLateNewsTellHowMuchHadCome has money go back before we heard of its coming.
func TestLateNewsTellHowMuchHadCome(t *testing.T) {
	t.Parallel()
	const full, rest = sales.Money(100000), sales.Money(98229)
	now := time.Date(2027, 1, 29, 12, 0, 0, 0, time.UTC)
	event := func(status sales.PaymentStatus, amount sales.Money) payments.Event {
		return payments.Event{Status: status, State: string(status), Amount: amount, External: "7", Payment: "p"}
	}
	for name, test := range map[string]struct {
		events []payments.Event
		status sales.PaymentStatus
		paid   sales.Money
	}{
		"a part":                {[]payments.Event{event(sales.PaymentPartly, rest)}, sales.PaymentPartly, 0},
		"a part, told late":     {[]payments.Event{event(sales.PaymentPartly, rest), event(sales.PaymentPaid, full)}, sales.PaymentPartly, full},
		"a part, asked late":    {[]payments.Event{event(sales.PaymentPartly, rest), event(sales.PaymentPartly, full)}, sales.PaymentPartly, full},
		"the rest":              {[]payments.Event{event(sales.PaymentRefunded, rest)}, sales.PaymentRefunded, rest},
		"the rest, asked late":  {[]payments.Event{event(sales.PaymentRefunded, rest), event(sales.PaymentRefunded, full)}, sales.PaymentRefunded, full},
		"more than was paid":    {[]payments.Event{event(sales.PaymentOther, rest), event(sales.PaymentRefunded, full)}, sales.PaymentRefunded, rest},
		"the rest, told late":   {[]payments.Event{event(sales.PaymentRefunded, rest), event(sales.PaymentPaid, full)}, sales.PaymentRefunded, full},
		"never less than known": {[]payments.Event{event(sales.PaymentPaid, full), event(sales.PaymentRefunded, full), event(sales.PaymentPaid, rest)}, sales.PaymentRefunded, full},
	} {
		life, p := payments.NewLife(), sales.Payment{ID: "p", External: "7", Amount: full, Status: sales.PaymentLinked}
		for _, e := range test.events {
			p, _ = life.Apply(p, e, now)
		}
		if p.Status != test.status || p.Paid != test.paid || p.PaidAt.IsZero() != (test.paid == 0) {
			t.Errorf("%s: %s, %s paid at %s", name, p.Status, p.Paid, p.PaidAt)
		}
		stranger := event(sales.PaymentPaid, full*2)
		if stranger.External = "8"; test.status == sales.PaymentRefunded {
			if after, _ := life.Apply(p, stranger, now); after.Paid != p.Paid {
				t.Errorf("%s: another attempt made it %s", name, after.Paid)
			}
		}
	}
}

// TestChargeThatWentBackInPartPaysItsPeriod has the same with a charge of a saved card.
func TestChargeThatWentBackInPartPaysItsPeriod(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 29, 12, 0, 0, 0, time.UTC)
	part := payments.Event{Status: sales.PaymentPartly, State: "PARTIAL_REFUNDED", Amount: 60000, External: "7", Payment: "p"}
	for name, late := range map[string]payments.Event{
		"told":  {Status: sales.PaymentPaid, State: "CONFIRMED", Amount: 100000, External: "7", Payment: "p"},
		"asked": {Status: sales.PaymentPartly, State: "PARTIAL_REFUNDED", Amount: 100000, External: "7", Payment: "p"},
	} {
		life, p := payments.NewLife(), sales.Payment{ID: "p", External: "7", Amount: 100000, Initiator: sales.ByMerchant, Status: sales.PaymentLinked}
		p, first := life.Apply(p, part, now)
		p, second := life.Apply(p, late, now)
		_, third := life.Apply(p, late, now)
		if first != payments.DifferentAmounts || second != payments.Success || third != payments.Silence || p.Status != sales.PaymentPartly || p.Paid != 100000 {
			t.Errorf("%s late: heard %q, %q, %q, then %s with %s", name, first, second, third, p.Status, p.Paid)
		}
	}
}

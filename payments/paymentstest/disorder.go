package paymentstest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// duplicate: whatever is told twice, or a hundred times, is heard once.
func duplicate(t *testing.T, b *bench) {
	b.Pay(t, b.link(t), Amount)
	events := b.listen(t)
	for range 50 {
		b.apply(events...)
	}
	b.ended(t, sales.PaymentPaid, "success")
	if b.p.Paid != Amount {
		t.Errorf("%d was paid, want %d", b.p.Paid, Amount)
	}
}

// late: money that is told after the link was closed counts all the same.
func late(t *testing.T, b *bench) {
	link := b.link(t)
	b.Pay(t, link, Amount)
	events := b.listen(t)
	b.Advance(past)
	var word payments.Outcome
	b.p, word = b.life.Expire(b.p, b.Now())
	b.heard = append(b.heard, string(word))
	b.Advance(30 * 24 * time.Hour)
	b.apply(events...)
	b.ended(t, sales.PaymentPaid, "expired", "success")
}

// reordered: the order in which the same news arrives does not matter.
func reordered(t *testing.T, b *bench) {
	link := b.link(t)
	b.Pay(t, link, Amount)
	told := b.listen(t)
	b.Refund(t, link)
	told = append(told, b.listen(t)...)
	for _, order := range permutations(told) {
		one := *b
		one.heard = nil
		one.apply(order...)
		if one.p.Status != sales.PaymentRefunded || slices.Index(one.heard, "refunded") != len(one.heard)-1 {
			t.Errorf("told in the order %s: %s, heard %q", states(order), one.p.Status, one.heard)
		}
		if n := len(one.heard); n > 2 || n == 2 && one.heard[0] != "success" {
			t.Errorf("told in the order %s: heard %q", states(order), one.heard)
		}
	}
}

// permutations lists every order of up to five different events.
func permutations(events []payments.Event) [][]payments.Event {
	var different []payments.Event
	for _, e := range events {
		if len(different) < 5 && !slices.ContainsFunc(different, func(d payments.Event) bool { return d.Key == e.Key }) {
			different = append(different, e)
		}
	}
	all := [][]payments.Event{nil}
	for _, e := range different {
		var longer [][]payments.Event
		for _, order := range all {
			for at := range len(order) + 1 {
				longer = append(longer, slices.Insert(slices.Clone(order), at, e))
			}
		}
		all = longer
	}
	return all
}

func states(events []payments.Event) (words []string) {
	for _, e := range events {
		words = append(words, e.State)
	}
	return words
}

// simultaneous: a hold and the money are told at once, in any order, and the
// flow hears success alone.
func simultaneous(t *testing.T, b *bench) {
	b.Pay(t, b.link(t), Amount)
	for _, order := range permutations(b.listen(t)) {
		one := *b
		one.heard = nil
		one.apply(order...)
		one.ended(t, sales.PaymentPaid, "success")
	}
}

// declineToldLast: a decline that is told after the money changes nothing.
func declineToldLast(t *testing.T, b *bench) {
	link := b.link(t)
	b.Decline(t, link)
	declined := b.listen(t)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.apply(declined...)
	b.ended(t, sales.PaymentPaid, "success")
}

// unknownOrder: genuine news about a payment that is not ours says whose it is.
func unknownOrder(t *testing.T, b *bench) {
	stranger := *b
	stranger.p = b.payment("somebody-elses")
	b.Pay(t, stranger.link(t), Amount)
	for _, e := range stranger.listen(t) {
		if e.Payment == b.p.ID || e.Payment != "somebody-elses" {
			t.Errorf("news of another order are about %q", e.Payment)
		}
	}
}

// anotherTerminal: what another shop signed is forged for us.
func anotherTerminal(t *testing.T, b *bench) {
	if b.Foreign == nil {
		return
	}
	foreign := b.Foreign(t)
	if len(foreign) == 0 {
		t.Fatal("the other shop told nothing")
	}
	for _, n := range foreign {
		if event, err := b.receive(n.Header, n.Body); !errors.Is(err, payments.ErrForged) || event.State != "" {
			t.Errorf("news of another terminal: %+v, %v", event, err)
		}
	}
}

// notifiedFirst: the bank tells of the money before its answer with the link came.
func notifiedFirst(t *testing.T, b *bench) {
	link, err := b.Provider.Link(t.Context(), b.p)
	if err != nil {
		t.Fatal(err)
	}
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "success")
	b.p = b.life.Link(b.p, link, b.Now())
	b.ended(t, sales.PaymentPaid, "success")
	if b.p.URL != link.URL || b.p.External != link.External {
		t.Errorf("the link that came late is not kept: %+v", b.p)
	}
}

// timedOut: the bank made the payment, we did not learn it. Asked by our order,
// it knows; asked for the link again, there is one to pay by, once.
func timedOut(t *testing.T, b *bench) {
	b.Break(Unlearned)
	if _, err := b.Provider.Link(t.Context(), b.p); !sales.AsError(err).Uncertain {
		t.Fatalf("the outcome is not called uncertain: %v", err)
	}
	e, err := b.Provider.Status(t.Context(), b.p)
	if err != nil || e.State == "" || e.External == "" {
		t.Errorf("asked by the order, the bank says %+v, %v", e, err)
	}
	link := b.link(t)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.ask(t, sales.PaymentPaid)
	b.ended(t, sales.PaymentPaid, "success")
}

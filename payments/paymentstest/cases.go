package paymentstest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// past is longer than the suite's links live.
const past = 31 * time.Minute

func paid(t *testing.T, b *bench) {
	link := b.link(t)
	again, err := b.Provider.Link(t.Context(), b.p)
	if err != nil || again != link {
		t.Errorf("the link of a linked payment: %+v, %v; want %+v", again, err, link)
	}
	b.ask(t, sales.PaymentLinked)
	b.Pay(t, link, Amount)
	events := b.listen(t)
	if !slices.ContainsFunc(events, func(e payments.Event) bool {
		return e.Status == sales.PaymentPaid && e.Amount == Amount && e.External == link.External
	}) {
		t.Fatalf("no event tells that %d was paid: %+v", Amount, events)
	}
	backwards := *b
	slices.Reverse(events)
	backwards.apply(events...)
	backwards.ended(t, sales.PaymentPaid, "success")
	slices.Reverse(events)
	b.apply(events...)
	if e := b.ask(t, sales.PaymentPaid); e.Amount != Amount {
		t.Errorf("the bank says that %d was paid, want %d", e.Amount, Amount)
	}
	b.ended(t, sales.PaymentPaid, "success")
}

func declinedThenPaid(t *testing.T, b *bench) {
	link := b.link(t)
	b.Decline(t, link)
	events := b.listen(t)
	b.apply(events...)
	b.ended(t, sales.PaymentDeclined, "fail")
	if len(events) > 0 && events[0].Message == "" {
		t.Error("the buyer is not told why the card was declined")
	}
	b.ask(t, sales.PaymentDeclined)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "fail", "success")
}

func anotherAmount(t *testing.T, b *bench) {
	link := b.link(t)
	b.Pay(t, link, 100)
	b.apply(b.listen(t)...)
	b.ask(t, sales.PaymentPaid)
	b.ended(t, sales.PaymentOther, "different_amounts")
	if b.p.Paid != 100 {
		t.Errorf("%d was paid, want 100", b.p.Paid)
	}
}

func forged(t *testing.T, b *bench) {
	b.Pay(t, b.link(t), Amount)
	for _, n := range b.Notifications(t) {
		event, err := b.receive(n.Header, b.Tamper(n.Body))
		if !errors.Is(err, payments.ErrForged) || event.State != "" {
			t.Errorf("a tampered notification gave %+v, %v", event, err)
		}
		b.keepsSecrets(t, err.Error())
	}
	for _, body := range []string{"", "{}", "[]", "null", "привет", `{"a":`, "<html>"} {
		if event, err := b.receive(nil, []byte(body)); err == nil || event.State != "" {
			t.Errorf("%q was taken for a notification: %+v", body, event)
		}
	}
}

func unknownWord(t *testing.T, b *bench) {
	link := b.link(t)
	b.SayNext("SOMETHING_NEW")
	b.Pay(t, link, Amount)
	events := b.listen(t)
	if len(events) == 0 {
		t.Fatal("the bank told nothing")
	}
	b.apply(events...)
	b.ended(t, sales.PaymentLinked)
	if b.p.State != "SOMETHING_NEW" {
		t.Errorf("the bank's word is kept as %q", b.p.State)
	}
}

func askedBeforeTheLink(t *testing.T, b *bench) {
	e, err := b.Provider.Status(t.Context(), b.p)
	if err != nil || e.State != "" {
		t.Errorf("about a payment that it does not know, the bank says %+v, %v", e, err)
	}
	b.apply(e)
	b.ended(t, sales.PaymentNew)
}

func expired(t *testing.T, b *bench) {
	link := b.link(t)
	b.Advance(past)
	b.ask(t, sales.PaymentExpired)
	b.ended(t, sales.PaymentExpired, "expired")
	b.listen(t)

	late := *b
	late.p, late.heard = b.payment("pay-late"), nil
	b.Advance(past)
	if _, err := b.Provider.Link(t.Context(), late.p); sales.AsError(err).Action != sales.Bury {
		t.Errorf("a link that is over before it is made: %v", err)
	}
	if e := b.ask(t, sales.PaymentExpired); e.External != link.External {
		t.Errorf("the event is about %q, want %q", e.External, link.External)
	}
}

func refunded(t *testing.T, b *bench) {
	link := b.link(t)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.Refund(t, link)
	b.apply(b.listen(t)...)
	b.ask(t, sales.PaymentRefunded)
	b.ended(t, sales.PaymentRefunded, "success", "refunded")
}

func cancelled(t *testing.T, b *bench) {
	canceller, able := b.Provider.(payments.Canceller)
	if !able {
		t.Log("this provider cannot cancel")
		return
	}
	b.link(t)
	for range 2 {
		e, err := canceller.Cancel(t.Context(), b.p)
		if err != nil || e.Status != sales.PaymentExpired {
			t.Fatalf("cancel: %+v, %v", e, err)
		}
		b.apply(e)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentExpired, "expired")
}

func cancelledAfterPaid(t *testing.T, b *bench) {
	canceller, able := b.Provider.(payments.Canceller)
	if !able {
		t.Log("this provider cannot cancel")
		return
	}
	b.Pay(t, b.link(t), Amount)
	e, err := canceller.Cancel(t.Context(), b.p)
	if err != nil || e.Status != sales.PaymentPaid {
		t.Fatalf("cancel of a paid payment: %+v, %v", e, err)
	}
	b.apply(e)
	b.apply(b.listen(t)...)
	b.ask(t, sales.PaymentPaid)
	b.ended(t, sales.PaymentPaid, "success")
}

// mishaps: whatever happens to the first call, the repeated one gives a link
// that can be paid, once.
func mishaps(t *testing.T, b *bench) {
	for _, m := range []struct {
		name      string
		mishap    Mishap
		uncertain bool
	}{
		{"page", Page, true}, {"unheard", Unheard, true}, {"unlearned", Unlearned, true}, {"busy", Busy, true},
	} {
		one := *b
		one.p, one.heard = b.payment("pay-"+m.name), nil
		b.Break(m.mishap)
		_, err := b.Provider.Link(t.Context(), one.p)
		one.failed(t, m.name, err, m.uncertain)
		if m.mishap == Unlearned && !sales.AsError(err).Uncertain {
			t.Errorf("%s: the outcome is not called uncertain: %v", m.name, err)
		}
		link := one.link(t)
		one.apply(one.listen(t)...)
		one.ended(t, sales.PaymentLinked)
		b.Pay(t, link, Amount)
		one.apply(one.listen(t)...)
		one.ask(t, sales.PaymentPaid)
		one.ended(t, sales.PaymentPaid, "success")
	}
}

func questionsUnderMishaps(t *testing.T, b *bench) {
	b.link(t)
	for _, mishap := range []Mishap{Page, Unheard, Unlearned, Busy} {
		b.Break(mishap)
		_, err := b.Provider.Status(t.Context(), b.p)
		b.failed(t, "status", err, false)
		b.ask(t, sales.PaymentLinked)
	}
	b.ended(t, sales.PaymentLinked)
}

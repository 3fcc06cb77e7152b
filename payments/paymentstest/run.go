package paymentstest

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"voronka/payments"
	"voronka/sales"
)

// Run runs the suite; open makes a fresh harness for each of its tests.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, b *bench)
	}{
		{"a paid link", paid},
		{"declined, then paid", declinedThenPaid},
		{"another amount", anotherAmount},
		{"forged", forged},
		{"an unknown word is pending", unknownWord},
		{"asked before there is a link", askedBeforeTheLink},
		{"expired", expired},
		{"refunded", refunded},
		{"cancelled", cancelled},
		{"cancelled after it was paid", cancelledAfterPaid},
		{"links under mishaps", mishaps},
		{"questions under mishaps", questionsUnderMishaps},
		{"acknowledged", acknowledged},
		{"duplicate", duplicate},
		{"late", late},
		{"reordered", reordered},
		{"simultaneous hold and money", simultaneous},
		{"declined, then paid, told in the other order", declineToldLast},
		{"unknown order", unknownOrder},
		{"another terminal", anotherTerminal},
		{"notified before the link was learned", notifiedFirst},
		{"a link that timed out is found again", timedOut},
		{"hold confirmed", holdConfirmed},
		{"hold confirmed in part", holdConfirmedInPart},
		{"hold voided", holdVoided},
		{"refunded in parts", refundedInParts},
		{"a refund repeated", refundRepeated},
		{"a refund under mishaps", refundMishaps},
		{"more than was paid is not refunded", refundTooMuch},
		{"charged by a stored card", charged},
		{"a charge under mishaps", chargeMishaps},
		{"a declined charge", chargeDeclined},
		{"an account stored by paying", accountStored},
		{"an account that was not stored", accountRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			c.test(t, &bench{Harness: h, life: payments.NewLife(), p: h.payment("pay-4f9a1c")})
		})
	}
}

// bench is one payment under test and what its flow heard.
type bench struct {
	Harness
	life  *payments.Life
	p     sales.Payment
	heard []string
}

// link makes the link and stores it.
func (b *bench) link(t *testing.T) payments.Link {
	t.Helper()
	link, err := b.Provider.Link(t.Context(), b.p)
	if err != nil {
		t.Fatalf("make a link: %v", err)
	}
	if link.External == "" || !strings.HasPrefix(link.URL, "http") {
		t.Fatalf("link %+v is not usable", link)
	}
	b.p = b.life.Link(b.p, link, b.Now())
	return link
}

// listen reads everything that the bank told, each of it twice.
func (b *bench) listen(t *testing.T) []payments.Event {
	t.Helper()
	var events []payments.Event
	for _, n := range b.Notifications(t) {
		first, err := b.receive(n.Header, n.Body)
		if err != nil {
			t.Fatalf("receive %s: %v", n.Body, err)
		}
		second, err := b.receive(n.Header, n.Body)
		if err != nil || second.Key != first.Key {
			t.Errorf("the key is not stable: %q, then %q, %v", first.Key, second.Key, err)
		}
		b.keepsSecrets(t, string(first.Raw))
		if first.State == "" {
			continue
		}
		if first.Key == "" || first.Payment != b.p.ID {
			t.Errorf("event %q is about payment %q, want %q", first.Key, first.Payment, b.p.ID)
		}
		events = append(events, first, second)
	}
	return events
}

func (b *bench) receive(header http.Header, body []byte) (payments.Event, error) {
	r := httptest.NewRequest(http.MethodPost, "/payments/"+b.Provider.Name(), bytes.NewReader(body))
	r.Header = header.Clone()
	return b.Provider.Receive(r, body)
}

func (b *bench) apply(events ...payments.Event) {
	for _, e := range events {
		var word payments.Outcome
		if b.p, word = b.life.Apply(b.p, e, b.Now()); word != payments.Silence {
			b.heard = append(b.heard, string(word))
		}
	}
}

// ask asks for the status and applies it.
func (b *bench) ask(t *testing.T, want sales.PaymentStatus) payments.Event {
	t.Helper()
	e, err := b.Provider.Status(t.Context(), b.p)
	if err != nil {
		t.Fatalf("ask for the status: %v", err)
	}
	if e.Status != want || e.Payment != b.p.ID {
		t.Errorf("the bank says %q (%s) about %q, want %q", e.Status, e.State, e.Payment, want)
	}
	b.apply(e)
	return e
}

func (b *bench) ended(t *testing.T, status sales.PaymentStatus, heard ...string) {
	t.Helper()
	if b.p.Status != status || !slices.Equal(b.heard, heard) {
		t.Errorf("payment is %s and the flow heard %q; want %s, %q", b.p.Status, b.heard, status, heard)
	}
}

func (b *bench) keepsSecrets(t *testing.T, text string) {
	t.Helper()
	for _, private := range b.Private {
		if private != "" && strings.Contains(text, private) {
			t.Errorf("%q is told in %s", private, text)
		}
	}
}

func acknowledged(t *testing.T, b *bench) {
	w := httptest.NewRecorder()
	b.Provider.Acknowledge(w)
	if w.Code != http.StatusOK {
		t.Errorf("acknowledged with %d", w.Code)
	}
}

// failed checks an error that costs nothing but time.
func (b *bench) failed(t *testing.T, what string, err error, uncertain bool) {
	t.Helper()
	var coded *sales.Error
	if !errors.As(err, &coded) {
		t.Fatalf("%s: error %v is not coded", what, err)
	}
	if coded.Action != sales.Retry || coded.Code == "" || coded.Uncertain && !uncertain {
		t.Errorf("%s: %+v; want a retry, uncertain at most where %v", what, coded, uncertain)
	}
	b.keepsSecrets(t, err.Error())
}

package paymentstest

import (
	"testing"

	"voronka/payments"
	"voronka/sales"
)

// paidFromAccount pays in person from an account that is to be stored, and
// gives the key of that wish.
func paidFromAccount(t *testing.T, b *bench, bound bool) (binder payments.AccountBinder, request string, able bool) {
	binder, able = b.Provider.(payments.AccountBinder)
	if !able {
		t.Log("this provider stores no accounts")
		return nil, "", false
	}
	parent := *b
	parent.p = b.payment("pay-parent")
	parent.p.Recurrent, parent.p.Method = true, sales.MethodSBP
	if _, err := binder.BindPaying(t.Context(), parent.p); sales.AsError(err).Action != sales.Bury {
		t.Errorf("an account is stored by a payment unknown to the bank: %v", err)
	}
	link := parent.link(t)
	parent.Break(Unlearned)
	if _, err := binder.BindPaying(t.Context(), parent.p); err == nil {
		t.Error("a lost answer is no error")
	} else {
		parent.failed(t, "bind", err, true)
	}
	made, err := binder.BindPaying(t.Context(), parent.p) // the first answer was lost
	if err != nil || made.External == "" || made.URL == "" || made.URL == link.URL {
		t.Fatalf("bind by paying: %+v, %v", made, err)
	}
	if e, err := binder.AccountBound(t.Context(), "", made.External); err != nil || e.Status != payments.BindingOpen {
		t.Errorf("before it is paid: %+v, %v", e, err)
	}
	b.PayByQR(t, made, bound)
	parent.apply(parent.news(t, made.External, bound)...)
	parent.ended(t, sales.PaymentPaid, "success")
	parent.balance(t, link, Amount, 0)
	return binder, made.External, true
}

// news reads what the bank told; that about the account must be of its key.
func (b *bench) news(t *testing.T, request string, bound bool) (events []payments.Event) {
	t.Helper()
	told := 0
	for _, n := range b.Notifications(t) {
		event, err := b.receive(n.Header, n.Body)
		if err != nil {
			t.Fatalf("receive %s: %v", n.Body, err)
		}
		b.keepsSecrets(t, string(event.Raw))
		if event.Binding == nil {
			events = append(events, event)
			continue
		}
		if told++; event.Binding.Request != request || (event.Binding.Status == payments.BindingDone) != bound {
			t.Errorf("told of an account: %s %s", event.Binding.Request, event.Binding.Status)
		}
		if event.State != "" || (event.Binding.Card.Token != "") != bound {
			t.Error("news of an account change a payment, or have no token")
		}
	}
	if told == 0 {
		t.Error("nobody told of the account")
	}
	return events
}

func accountStored(t *testing.T, b *bench) {
	binder, request, able := paidFromAccount(t, b, true)
	if !able {
		return
	}
	bound, err := binder.AccountBound(t.Context(), "", request)
	if err != nil || bound.Status != payments.BindingDone || bound.Card.Kind != payments.AccountKind || bound.Card.Token == "" {
		t.Fatalf("the account was not stored: %s, %v", bound.Status, err)
	}
	b.p.Initiator, b.p.CustomerKey, b.p.Method = sales.ByMerchant, "", sales.MethodSBP
	link := b.link(t)
	for range 3 {
		e, err := b.Provider.(payments.Recurrer).Charge(t.Context(), b.p, bound.Card)
		if err != nil || e.Status != sales.PaymentPaid || e.Amount != Amount {
			t.Fatalf("charge: %+v, %v", e, err)
		}
		b.apply(e)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "success")
	b.balance(t, link, Amount, 0)
}

func accountRefused(t *testing.T, b *bench) {
	binder, request, able := paidFromAccount(t, b, false)
	if !able {
		return
	}
	if bound, err := binder.AccountBound(t.Context(), "", request); err != nil || bound.Status != payments.BindingFailed || bound.Card.Token != "" {
		t.Errorf("%s, %v", bound.Status, err)
	}
}

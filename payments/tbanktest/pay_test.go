package tbanktest

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestOneStagePaymentIsConfirmedAndToldTwice(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(nil)
	if len(id) < 10 || len(id) > 12 || !digits(id) {
		t.Errorf("PaymentId %q is not 10 to 12 digits", id)
	}
	if got := b.state(id); got != StatusNew {
		t.Errorf("after Init: %s", got)
	}
	if _, err := b.Pay(link, CardSuccess); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got := b.state(id); got != StatusConfirmed {
		t.Errorf("after paying: %s", got)
	}
	got := b.shop.statuses()
	slices.Sort(got)
	if !slices.Equal(got, []string{"AUTHORIZED", "CONFIRMED"}) {
		t.Errorf("notifications: %v", got)
	}
	p := b.Payments()[0]
	if p.Paid != 490000 || !p.PaidAt.Equal(start()) || !p.Notifications[0].Acked || !p.Notifications[1].Acked {
		t.Errorf("ledger: %+v", p)
	}
	if _, err := b.Pay(link, CardSuccess); !errors.Is(err, ErrClosed) {
		t.Errorf("paying twice: %v", err)
	}
	if v := b.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestDeclinedCardMayTryAgainUntilTheLinkExpires(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(map[string]any{"RedirectDueDate": start().Add(30 * time.Minute).Format(time.RFC3339)})
	for card, code := range map[Card]string{CardDeclined: "1051", CardExpired: "1054"} {
		p, err := b.Pay(link, card)
		if err != nil || p.Status != StatusRejected || p.ErrorCode != code {
			t.Errorf("%s: %v %s %s", card, err, p.Status, p.ErrorCode)
		}
	}
	b.settle()
	all, _ := b.shop.all()
	for _, n := range all {
		if n["Status"] != "REJECTED" || n["Success"] != false || n["ErrorCode"] == "0" {
			t.Errorf("declined notification: %v", n)
		}
	}
	b.advance(29 * time.Minute)
	if _, err := b.Pay(id, CardSuccess); err != nil {
		t.Fatal(err)
	}
	if got := b.state(id); got != StatusConfirmed {
		t.Errorf("second try: %s", got)
	}
	id, link = b.initOrder(map[string]any{"RedirectDueDate": b.now().Add(time.Minute).Format(time.RFC3339)})
	b.Pay(link, CardDeclined)
	b.advance(time.Minute)
	if _, err := b.Pay(link, CardSuccess); !errors.Is(err, ErrExpired) {
		t.Errorf("paying late: %v", err)
	}
	if got := b.state(id); got != StatusRejected {
		t.Errorf("a declined payment stays so: %s", got)
	}
}

func TestLinkExpiresByTheBanksClock(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(map[string]any{"RedirectDueDate": "2026-03-02T12:30:00+03:00"})
	byDefault, _ := b.initOrder(nil)
	b.advance(30*time.Minute - time.Second)
	if got := b.state(id); got != StatusNew {
		t.Errorf("a second before: %s", got)
	}
	b.advance(time.Second)
	if _, err := b.Pay(link, CardSuccess); !errors.Is(err, ErrExpired) {
		t.Errorf("paying late: %v", err)
	}
	if got := b.state(id); got != StatusDeadlineExpired {
		t.Errorf("at the deadline: %s", got)
	}
	b.advance(24*time.Hour - 31*time.Minute)
	if got := b.state(byDefault); got != StatusNew {
		t.Errorf("default life, a minute before: %s", got)
	}
	b.advance(time.Minute)
	if got := b.state(byDefault); got != StatusDeadlineExpired {
		t.Errorf("default life: %s", got)
	}
	b.settle()
	if got := b.shop.statuses(); len(got) > 0 {
		t.Errorf("expiry is not told by default, got %v", got)
	}
}

func TestTwoStageHoldsUntilConfirm(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(map[string]any{"PayType": "T"})
	if out := b.call("Confirm", map[string]any{"PaymentId": id}); out["ErrorCode"] != "8" {
		t.Errorf("Confirm of NEW: %v", out)
	}
	b.Pay(link, CardSuccess)
	if got := b.state(id); got != StatusAuthorized {
		t.Fatalf("held: %s", got)
	}
	if out := b.call("Confirm", map[string]any{"PaymentId": id, "Amount": 490001}); out["ErrorCode"] != "330" {
		t.Errorf("Confirm of too much: %v", out)
	}
	out := b.call("Confirm", map[string]any{"PaymentId": id, "Amount": 400000})
	if out["Status"] != StatusConfirmed || out["PaymentId"] != id {
		t.Errorf("Confirm: %v", out)
	}
	b.settle()
	if got := b.shop.statuses(); !slices.Contains(got, "AUTHORIZED") || !slices.Contains(got, "CONFIRMED") {
		t.Errorf("notifications: %v", got)
	}
	if p := b.Payments()[0]; p.Paid != 400000 {
		t.Errorf("taken: %d", p.Paid)
	}
}

func TestPayOtherAmount(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	_, link := b.initOrder(nil)
	if _, err := b.PayOther(link, 100); err != nil {
		t.Fatal(err)
	}
	b.settle()
	all, _ := b.shop.all()
	for _, n := range all {
		if n["Amount"].(interface{ String() string }).String() != "100" {
			t.Errorf("notified amount: %v", n["Amount"])
		}
	}
	if p := b.Payments()[0]; p.Amount != 490000 || p.Paid != 100 {
		t.Errorf("ledger: %d of %d", p.Paid, p.Amount)
	}
}

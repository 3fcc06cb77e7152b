package tbanktest

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestCancelTable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		init           m
		pay            bool
		amounts        []int // one Cancel each; 0 is without Amount
		want           []string
		left, refunded int64
	}{
		{"new", nil, false, []int{0}, []string{StatusCanceled}, 0, 0},
		{"new, amount ignored", nil, false, []int{100}, []string{StatusCanceled}, 0, 0},
		{"held", m{"PayType": "T"}, true, []int{0}, []string{StatusReversed}, 0, 490000},
		{"held, in parts", m{"PayType": "T"}, true, []int{90000, 400000}, []string{StatusPartialReversed, StatusReversed}, 0, 490000},
		{"paid", nil, true, []int{0}, []string{StatusRefunded}, 0, 490000},
		{"paid, in parts", nil, true, []int{100000, 90000, 0}, []string{StatusPartialRefunded, StatusPartialRefunded, StatusRefunded}, 0, 490000},
		{"paid, a part", nil, true, []int{100000}, []string{StatusPartialRefunded}, 390000, 100000},
	} {
		b := newBank(t, nil)
		id, link := b.initOrder(tt.init)
		if tt.pay {
			b.Pay(link, CardSuccess)
		}
		before := int64(490000)
		for i, amount := range tt.amounts {
			fields := m{"PaymentId": id}
			if amount > 0 {
				fields["Amount"] = amount
			}
			out := b.call("Cancel", fields)
			if out["Status"] != tt.want[i] || out["PaymentId"] != json.Number(id) {
				t.Errorf("%s, cancel %d: %v", tt.name, i, out)
			}
			if got, _ := out["OriginalAmount"].(json.Number).Int64(); got != before {
				t.Errorf("%s: OriginalAmount %d, want %d", tt.name, got, before)
			}
			before, _ = out["NewAmount"].(json.Number).Int64()
		}
		b.settle()
		p := b.Payments()[0]
		if before != tt.left || p.Refunded != tt.refunded || b.state(id) != tt.want[len(tt.want)-1] {
			t.Errorf("%s: left %d, refunded %d, %s", tt.name, before, p.Refunded, p.Status)
		}
		if got := b.shop.statuses(); !slices.Contains(got, p.Status) {
			t.Errorf("%s: notified %v", tt.name, got)
		}
	}
}

func TestCancelRefusals(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	if out := b.call("Cancel", m{"PaymentId": "123456789012"}); out["ErrorCode"] != "255" {
		t.Errorf("unknown: %v", out)
	}
	if out := b.call("Cancel", m{"PaymentId": "twelve"}); out["ErrorCode"] != "237" {
		t.Errorf("not a number: %v", out)
	}
	id, link := b.initOrder(nil)
	b.Pay(link, CardSuccess)
	if out := b.call("Cancel", m{"PaymentId": id, "Amount": 490001}); out["ErrorCode"] != "330" {
		t.Errorf("too much: %v", out)
	}
	b.call("Cancel", m{"PaymentId": id})
	out := b.call("Cancel", m{"PaymentId": id})
	if out["ErrorCode"] != "4" || out["Message"] != "Не получится изменить статус платежа." {
		t.Errorf("twice: %v", out)
	}
}

func TestExternalRequestIdReturnsMoneyOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(nil)
	b.Pay(link, CardSuccess)
	for range 3 {
		out := b.call("Cancel", m{"PaymentId": id, "Amount": 100000, "ExternalRequestId": "refund-1"})
		if out["Status"] != StatusPartialRefunded || out["ExternalRequestId"] != "refund-1" {
			t.Errorf("%v", out)
		}
	}
	if p := b.Payments()[0]; p.Refunded != 100000 {
		t.Errorf("returned %d", p.Refunded)
	}
}

func TestPartialRefundWithARegisterNeedsAReceipt(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.Terminals[0].CashRegister = true })
	id, link := b.initOrder(m{"Receipt": receipt105()})
	b.Pay(link, CardSuccess)
	if out := b.call("Cancel", m{"PaymentId": id, "Amount": 49000}); out["ErrorCode"] != "309" {
		t.Errorf("without: %v", out)
	}
	if out := b.call("Cancel", m{"PaymentId": id, "Amount": 49000, "Receipt": receipt105()}); out["ErrorCode"] != "334" {
		t.Errorf("of another sum: %v", out)
	}
	part := changed(receipt105(), m{"Quantity": 0.1, "Amount": 49000})
	if out := b.call("Cancel", m{"PaymentId": id, "Amount": 49000, "Receipt": part}); out["Status"] != StatusPartialRefunded {
		t.Errorf("with: %v", out)
	}
	b.settle()
	got := b.shop.statuses()
	slices.Sort(got)
	if len(got) != 5 || got[3] != "RECEIPT" || got[4] != "RECEIPT" {
		t.Errorf("sale and refund are both registered: %v", got)
	}
}

func TestOperatorRefunds(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	_, link := b.initOrder(nil)
	if p, err := b.Cancel(link); err != nil || p.Status != StatusCanceled {
		t.Errorf("cancel: %v %s", err, p.Status)
	}
	if _, err := b.Pay(link, CardSuccess); err == nil {
		t.Error("a canceled payment was paid")
	}
	id, link := b.initOrder(nil)
	b.Pay(link, CardSuccess)
	if p, err := b.Refund(id, 100); err != nil || p.Status != StatusPartialRefunded {
		t.Errorf("a part: %v %s", err, p.Status)
	}
	if _, err := b.Refund(id, 490000); err == nil {
		t.Error("returned more than was left")
	}
	if p, err := b.Cancel(id); err != nil || p.Refunded != 490000 {
		t.Errorf("the rest: %v %d", err, p.Refunded)
	}
}

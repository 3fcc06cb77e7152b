package tbanktest

import (
	"slices"
	"testing"
)

// parent pays a recurrent parent and returns its RebillId.
func parent(b *bank, card Card) string {
	b.t.Helper()
	_, link := b.initOrder(m{"Recurrent": "Y", "CustomerKey": "anna", "DATA": m{"OperationInitiatorType": "1"}})
	p, err := b.Pay(link, card)
	if err != nil || p.RebillID == "" {
		b.t.Fatalf("parent: %v %+v", err, p)
	}
	return p.RebillID
}

func TestCharge(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	rebill := parent(b, CardSuccess)
	id, _ := b.initOrder(m{"DATA": m{"OperationInitiatorType": "R"}})
	out := b.call("Charge", m{"PaymentId": id, "RebillId": rebill})
	if out["Success"] != true || out["Status"] != StatusConfirmed || out["PaymentId"] != id {
		t.Errorf("charge: %v", out)
	}
	if out := b.call("Charge", m{"PaymentId": id, "RebillId": rebill}); out["ErrorCode"] != "8" {
		t.Errorf("twice: %v", out)
	}
	held, _ := b.initOrder(m{"PayType": "T"})
	if out := b.call("Charge", m{"PaymentId": held, "RebillId": rebill}); out["Status"] != StatusAuthorized {
		t.Errorf("two stages: %v", out)
	}
	b.settle()
	if got := b.shop.statuses(); len(got) != 5 {
		t.Errorf("a charge is told like any payment: %v", got)
	}
}

func TestDeclinedChargeBurnsThePayment(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	rebill := parent(b, CardOnce)
	id, link := b.initOrder(nil)
	out := b.call("Charge", m{"PaymentId": id, "RebillId": rebill})
	if out["Success"] != false || out["ErrorCode"] != "1051" || out["Status"] != StatusRejected {
		t.Errorf("declined: %v", out)
	}
	if _, err := b.Pay(link, CardSuccess); err == nil {
		t.Error("the burnt payment was paid on its form")
	}
	b.settle()
	if got := b.shop.statuses(); !slices.Contains(got, StatusRejected) {
		t.Errorf("notified: %v", got)
	}
}

func TestChargeRefusals(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) {
		c.Terminals = append(c.Terminals, Terminal{Key: "NoCharge", Password: password})
	})
	rebill := parent(b, CardSuccess)
	if out := b.call("Charge", m{"TerminalKey": "NoCharge", "PaymentId": "1", "RebillId": rebill}); out["ErrorCode"] != "10" ||
		out["Message"] != "Метод Charge заблокирован для данного терминала." {
		t.Errorf("switched off: %v", out)
	}
	if out := b.call("Charge", m{"PaymentId": "1", "RebillId": rebill}); out["ErrorCode"] != "255" {
		t.Errorf("unknown payment: %v", out)
	}
	id, _ := b.initOrder(nil)
	if out := b.call("Charge", m{"PaymentId": id, "RebillId": "abc"}); out["ErrorCode"] != "223" {
		t.Errorf("RebillId is not a number: %v", out)
	}
	if out := b.call("Charge", m{"PaymentId": id, "RebillId": rebill, "SendEmail": true}); out["ErrorCode"] != "201" {
		t.Errorf("SendEmail without InfoEmail: %v", out)
	}
	if out := b.call("Charge", m{"PaymentId": id, "RebillId": "42"}); out["ErrorCode"] != "104" || out["Status"] != StatusRejected {
		t.Errorf("unknown RebillId: %v", out)
	}
	first, _ := b.initOrder(m{"DATA": m{"OperationInitiatorType": "0"}})
	if out := b.call("Charge", m{"PaymentId": first, "RebillId": rebill}); out["ErrorCode"] != "1126" {
		t.Errorf("initiator 0: %v", out)
	}
}

func TestCustomersAndCards(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	if out := b.call("GetCustomer", m{"CustomerKey": "anna"}); out["ErrorCode"] != "7" || out["Details"] != "Клиент не найден." {
		t.Errorf("unknown: %v", out)
	}
	if out := b.call("GetCardList", m{"CustomerKey": "anna"}); out["ErrorCode"] != "7" {
		t.Errorf("cards of an unknown customer: %v", out)
	}
	b.call("AddCustomer", m{"CustomerKey": "anna", "Email": "anna@mail.ru"})
	if out := b.call("GetCustomer", m{"CustomerKey": "anna"}); out["Email"] != "anna@mail.ru" {
		t.Errorf("customer: %v", out)
	}
	rebill := parent(b, CardSuccess)
	card := b.Payments()[0].CardID
	if out := b.call("RemoveCard", m{"CustomerKey": "anna", "CardId": "1"}); out["ErrorCode"] != "7" {
		t.Errorf("removing an unknown card: %v", out)
	}
	if out := b.call("RemoveCard", m{"CustomerKey": "anna", "CardId": card}); out["Status"] != "D" {
		t.Errorf("removing: %v", out)
	}
	id, _ := b.initOrder(nil)
	if out := b.call("Charge", m{"PaymentId": id, "RebillId": rebill}); out["ErrorCode"] != "104" {
		t.Errorf("charging a removed card: %v", out)
	}
	if out := b.call("RemoveCustomer", m{"CustomerKey": "anna"}); out["Success"] != true {
		t.Errorf("removing the customer: %v", out)
	}
}

func TestFasterPayments(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) {
		c.Terminals = append(c.Terminals, Terminal{Key: "NoSBP", Password: password})
	})
	id, _ := b.initOrder(nil)
	for _, kind := range []string{"PAYLOAD", "IMAGE"} {
		if out := b.call("GetQr", m{"PaymentId": id, "DataType": kind}); out["Success"] != true || out["Data"] == "" {
			t.Errorf("%s: %v", kind, out)
		}
	}
	if out := b.call("SbpPayTest", m{"PaymentId": id, "IsRejected": true, "IsDeadlineExpired": true}); out["ErrorCode"] != "1" {
		t.Errorf("both: %v", out)
	}
	b.call("SbpPayTest", m{"PaymentId": id})
	if got := b.state(id); got != StatusConfirmed {
		t.Errorf("paid: %s", got)
	}
	if out := b.call("Cancel", m{"PaymentId": id}); out["Status"] != StatusAsyncRefunding || b.state(id) != StatusRefunded {
		t.Errorf("refund: %v", out)
	}
	late, _ := b.initOrder(nil)
	b.call("SbpPayTest", m{"PaymentId": late, "IsDeadlineExpired": true})
	rejected, _ := b.initOrder(nil)
	b.call("SbpPayTest", m{"PaymentId": rejected, "IsRejected": true})
	if a, c := b.state(late), b.state(rejected); a != StatusDeadlineExpired || c != StatusRejected {
		t.Errorf("forced: %s %s", a, c)
	}
	small, _ := b.initOrder(m{"Amount": 999})
	if out := b.call("GetQr", m{"PaymentId": small}); out["ErrorCode"] != "3016" {
		t.Errorf("below 10 roubles: %v", out)
	}
	foreign := b.call("Init", m{"TerminalKey": "NoSBP", "Amount": 490000, "OrderId": "x"})
	if out := b.call("GetQr", m{"TerminalKey": "NoSBP", "PaymentId": foreign["PaymentId"]}); out["ErrorCode"] != "3001" {
		t.Errorf("switched off: %v", out)
	}
	if out := b.call("GetState", m{"PaymentId": foreign["PaymentId"]}); out["ErrorCode"] != "255" {
		t.Errorf("a payment of another terminal: %v", out)
	}
}

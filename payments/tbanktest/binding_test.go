package tbanktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"
)

func TestCardsAreBoundOnAPage(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	if out := b.call("AddCard", m{"CustomerKey": "anna"}); out["ErrorCode"] != "7" {
		t.Errorf("an unknown customer: %v", out)
	}
	b.call("AddCustomer", m{"CustomerKey": "anna"})
	made := b.call("AddCard", m{"CustomerKey": "anna", "CheckType": "3DSHOLD"})
	key, link := made["RequestKey"].(string), made["PaymentURL"].(string)
	if _, numeric := made["PaymentId"].(json.Number); !numeric || len(key) != 36 {
		t.Errorf("AddCard: %v", made)
	}
	page := newBrowser(t)
	page.open(link)
	page.wants("Сохранение карты", `id="pay"`, "Сохранить карту")
	page.card(CardSuccess)
	page.wants(`data-state="paid"`, "Карта сохранена")
	state := b.call("GetAddCardState", m{"RequestKey": key})
	if state["Status"] != BindingCompleted || state["RebillId"] == nil || state["CardId"] == nil {
		t.Errorf("state: %v", state)
	}
	child, _ := b.initOrder(nil)
	if out := b.call("Charge", m{"PaymentId": child, "RebillId": state["RebillId"]}); out["Status"] != StatusConfirmed {
		t.Errorf("charge of a bound card: %v", out)
	}
	if _, err := b.Bind(key, CardSuccess); err == nil {
		t.Error("a card was bound twice")
	}

	plain := b.call("AddCard", m{"CustomerKey": "anna"})
	if _, err := b.Bind(plain["RequestKey"].(string), CardSuccess); err != nil {
		t.Fatal(err)
	}
	if out := b.call("GetAddCardState", m{"RequestKey": plain["RequestKey"]}); out["RebillId"] != nil {
		t.Errorf("without a check there is no RebillId: %v", out)
	}
	refused := b.call("AddCard", m{"CustomerKey": "anna", "CheckType": "HOLD"})
	if p, err := b.Bind(refused["PaymentURL"].(string), CardDeclined); err != nil || p.Status != BindingRejected {
		t.Errorf("declined: %+v, %v", p, err)
	}
	late := b.call("AddCard", m{"CustomerKey": "anna"})
	b.advance(49 * time.Hour)
	if _, err := b.Bind(late["RequestKey"].(string), CardSuccess); err == nil {
		t.Error("a card was bound after two days")
	}
	b.settle()
	told := map[string]int{}
	_, bodies := b.shop.all()
	for _, n := range bodies {
		if string(dotted(n, "NotificationType")) == `"LINKCARD"` {
			told[string(dotted(n, "Status"))]++
		}
	}
	if fmt.Sprint(told) != `map["COMPLETED":2 "REJECTED":1]` {
		t.Errorf("told: %v", told)
	}
}

func TestAccountsAreBoundAndCharged(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	made := b.call("AddAccountQr", m{"Description": "Клуб"})
	page := newBrowser(t)
	page.open(made["Data"].(string))
	page.wants("Приложение вашего банка", "Разрешить списания")
	page.submit(url.Values{"app": {"yes"}})
	state := b.call("GetAddAccountQrState", m{"RequestKey": made["RequestKey"]})
	if state["Status"] != AccountActive || state["AccountToken"] == nil {
		t.Fatalf("state: %v", state)
	}
	token := state["AccountToken"]
	wrong, _ := b.initOrder(nil)
	if out := b.call("ChargeQr", m{"PaymentId": wrong, "AccountToken": token}); out["ErrorCode"] != "3013" {
		t.Errorf("an ordinary payment: %v", out)
	}
	id, _ := b.initOrder(m{"Recurrent": "Y", "DATA": m{"QR": "true"}})
	if out := b.call("ChargeQr", m{"PaymentId": id, "AccountToken": "nobody's"}); out["ErrorCode"] != "3014" {
		t.Errorf("unknown token: %v", out)
	}
	if out := b.call("ChargeQr", m{"PaymentId": id, "AccountToken": token}); out["Status"] != StatusConfirmed {
		t.Errorf("charge: %v", out)
	}
	if out := b.call("ChargeQr", m{"PaymentId": id, "AccountToken": token}); out["ErrorCode"] != "3037" {
		t.Errorf("twice: %v", out)
	}
	refused := b.call("AddAccountQr", m{"Description": "Клуб"})
	if err := b.BindAccount(fmt.Sprint(refused["RequestKey"]), false); err != nil {
		t.Fatal(err)
	}
	if out := b.call("GetAddAccountQrState", m{"RequestKey": refused["RequestKey"]}); out["Status"] != AccountInactive {
		t.Errorf("refused: %v", out)
	}
}

func TestSlowRefundsOfFasterPayments(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.Mischief(Mischief{SlowRefunds: true})
	id, _ := b.initOrder(nil)
	b.call("GetQr", m{"PaymentId": id})
	b.call("SbpPayTest", m{"PaymentId": id})
	if out := b.call("QrMembersList", m{"PaymentId": id}); len(out["Members"].([]any)) != 2 {
		t.Errorf("members: %v", out)
	}
	out := b.call("Cancel", m{"PaymentId": id, "Amount": 100000})
	if out["Status"] != StatusAsyncRefunding || fmt.Sprint(out["NewAmount"]) != "390000" || b.state(id) != StatusAsyncRefunding {
		t.Errorf("cancel: %v", out)
	}
	if err := b.FinishRefund(id, false); err != nil || b.state(id) != StatusConfirmed {
		t.Errorf("failed: %v, %s", err, b.state(id))
	}
	if out := b.call("GetQrState", m{"PaymentId": id}); out["QrCancelCode"] != "I05043" {
		t.Errorf("why: %v", out)
	}
	b.call("Cancel", m{"PaymentId": id, "Amount": 100000})
	if err := b.FinishRefund(id, true); err != nil || b.state(id) != StatusPartialRefunded {
		t.Errorf("done: %v, %s", err, b.state(id))
	}
	if err := b.FinishRefund(id, true); err == nil {
		t.Error("finished twice")
	}
}

func TestHeldMoneyIsLetGoAfterAWeek(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	id, link := b.initOrder(m{"PayType": "T"})
	b.Pay(link, CardSuccess)
	b.advance(7*24*time.Hour - time.Second)
	if got := b.state(id); got != StatusAuthorized {
		t.Errorf("within the week: %s", got)
	}
	b.advance(time.Second)
	if got := b.state(id); got != StatusReversed {
		t.Errorf("after it: %s", got)
	}
}

func TestTPayAndSBPOnThePage(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.Terminals[0].TPay = true })
	id, link := b.initOrder(nil)
	page := newBrowser(t)
	page.open(b.url + "/v2/TinkoffPay/transactions/" + id + "/versions/2.0/link")
	page.wants(`"RedirectUrl":"` + link + `?tpay=1"`)
	page.open(b.url + "/v2/TinkoffPay/terminals/ShopDEMO/status")
	page.wants(`"Allowed":true`)
	page.open(b.url + "/v2/GetTerminalPayMethods?TerminalKey=ShopDEMO&Paysource=API")
	page.wants(`"PayMethod":"SBP"`, "TinkoffPay")
	page.open(b.url + "/v2/TinkoffPay/" + id + "/QR")
	page.wants("<svg")
	page.open(link + "?tpay=1")
	page.wants("Приложение Т‑Банка")
	page.submit(url.Values{"app": {"yes"}, "kind": {"tpay"}})
	page.wants(`data-state="paid"`)
	if got := b.state(id); got != StatusConfirmed {
		t.Errorf("T-Pay: %s", got)
	}

	id, _ = b.initOrder(nil)
	page.open(b.call("GetQr", m{"PaymentId": id})["Data"].(string))
	page.wants("Приложение вашего банка")
	page.submit(url.Values{"app": {"no"}, "kind": {"sbp"}})
	page.wants(`data-state="declined"`, "Вы отказались от оплаты")
	if got := b.state(id); got != StatusRejected {
		t.Errorf("SBP refused: %s", got)
	}
}

func TestClosingReceipts(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.Terminals[0].CashRegister = true })
	early := with(receipt105(), m{"Items": []any{with(item105(), m{"PaymentMethod": "full_prepayment"})}})
	for name, test := range map[string]struct {
		receipt m
		paid    bool
		want    string
	}{
		"prepaid": {early, true, "0"}, "not paid": {early, false, "8"}, "paid in full": {receipt105(), true, "8"},
	} {
		id, link := b.initOrder(m{"Receipt": test.receipt})
		if test.paid {
			b.Pay(link, CardSuccess)
		}
		if out := b.call(closingReceipt, m{"PaymentId": id, "Receipt": receipt105()}); out["ErrorCode"] != test.want {
			t.Errorf("%s: %v", name, out)
		}
	}
}

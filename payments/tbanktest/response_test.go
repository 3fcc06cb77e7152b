package tbanktest

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// TestResponsesHaveTheDocumentsShape checks every method's successful answer, and the notifications, against
// the schemas of the bank's document: required fields, types and enumerations.
func TestResponsesHaveTheDocumentsShape(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/responses.json")
	if err != nil {
		t.Fatal(err)
	}
	responses := loadSpec(raw)
	b := newBank(t, func(c *Config) { c.Terminals[0].CashRegister = true })
	b.call("AddCustomer", m{"CustomerKey": "anna", "Email": "anna@mail.ru", "Phone": "+79001234567"})
	rec := m{"Receipt": receipt105()}
	sbp, _ := b.initOrder(rec)
	b.call("GetQr", m{"PaymentId": sbp})
	b.call("SbpPayTest", m{"PaymentId": sbp})
	_, link := b.initOrder(m{"Receipt": receipt105(), "Recurrent": "Y", "CustomerKey": "anna"})
	paid, _ := b.Pay(link, CardSuccess)
	child, _ := b.initOrder(rec)
	b.call("Charge", m{"PaymentId": child, "RebillId": paid.RebillID})
	held, link := b.initOrder(m{"Receipt": receipt105(), "PayType": "T"})
	b.Pay(link, CardSuccess)
	b.call("Confirm", m{"PaymentId": held})
	b.call("GetState", m{"PaymentId": held})
	b.call("CheckOrder", m{"OrderId": paid.OrderID})
	b.call("Cancel", m{"PaymentId": held, "ExternalRequestId": "r"})
	b.post("GetCardList", signed(m{"TerminalKey": "ShopDEMO", "CustomerKey": "anna"}, password))
	b.call("RemoveCard", m{"CustomerKey": "anna", "CardId": paid.CardID})
	bound := b.call("AddCard", m{"CustomerKey": "anna", "CheckType": "3DSHOLD"})
	b.Bind(bound["RequestKey"].(string), CardSuccess)
	b.call("GetAddCardState", m{"RequestKey": bound["RequestKey"]})
	account := b.call("AddAccountQr", m{"Description": "Клуб"})
	b.BindAccount(fmt.Sprint(account["RequestKey"]), true)
	token := b.call("GetAddAccountQrState", m{"RequestKey": account["RequestKey"]})["AccountToken"]
	b.call("GetAccountQrList", nil)
	qr, _ := b.initOrder(m{"Receipt": receipt105(), "Recurrent": "Y", "DATA": m{"QR": "true"}})
	b.call("ChargeQr", m{"PaymentId": qr, "AccountToken": token})
	b.call("GetQrBankList", m{"Device": m{"Type": "mobile", "Os": "iOS"}})
	b.call("QrMembersList", m{"PaymentId": qr})
	b.call("GetQrState", m{"PaymentId": qr})
	early := with(receipt105(), m{"Items": []any{with(item105(), m{"PaymentMethod": "full_prepayment"})}})
	advance, link := b.initOrder(m{"Receipt": early})
	b.Pay(link, CardSuccess)
	b.call("SendClosingReceipt", m{"PaymentId": advance, "Receipt": receipt105()})
	b.call("GetCustomer", m{"CustomerKey": "anna"})
	b.call("RemoveCustomer", m{"CustomerKey": "anna"})
	b.settle()

	seen := map[string]bool{}
	for _, r := range b.Requests() {
		seen[r.Method] = true
		checkShape(t, responses, r.Method, r.Response)
	}
	for _, method := range modelledMethods() {
		if !seen[method] {
			t.Errorf("%s was not tried", method)
		}
	}
	_, notifications := b.shop.all()
	for _, n := range notifications {
		kind := "NotificationPayment"
		switch {
		case string(dotted(n, "Status")) == `"RECEIPT"`:
			kind = "NotificationFiscalization"
		case string(dotted(n, "NotificationType")) == `"LINKCARD"`:
			kind = "NotificationAddCard"
		case string(dotted(n, "NotificationType")) == `"LINKACCOUNT"`:
			kind = "NotificationQr"
		}
		checkShape(t, responses, kind, n)
	}
}

func dotted(raw []byte, name string) json.RawMessage {
	var root map[string]json.RawMessage
	if json.Unmarshal(raw, &root) != nil {
		return nil
	}
	return root[name]
}

// checkShape walks a message along its schema.
func checkShape(t *testing.T, s spec, name string, raw []byte) {
	t.Helper()
	fields := s.Requests[name]
	if fields == nil {
		fields = s.Objects[name]
	}
	if len(fields) == 1 && fields[0].Type == "array" {
		fields[0].Name = "list"
		raw = []byte(`{"list":` + string(raw) + `}`)
	}
	for _, f := range fields {
		v := dotted(raw, f.Name)
		if v == nil {
			if f.Required {
				t.Errorf("%s: %s is missing in %s", name, f.Name, raw)
			}
			continue
		}
		if f.Name == "Receipt" { // echoed as it was sent
			continue
		}
		checkOne(t, s, fmt.Sprintf("%s.%s", name, f.Name), v, f)
	}
}

func checkOne(t *testing.T, s spec, path string, v json.RawMessage, f field) {
	t.Helper()
	if problem := wrongType(v, f.Type); problem != "" {
		t.Errorf("%s %s", path, problem)
		return
	}
	switch {
	case f.Items != nil:
		var items []json.RawMessage
		if err := json.Unmarshal(v, &items); err != nil || len(items) == 0 {
			t.Errorf("%s: %v, %d items", path, err, len(items))
		}
		for _, it := range items {
			checkOne(t, s, path+"[]", it, *f.Items)
		}
	case len(f.Object) == 1:
		checkShape(t, s, f.Object[0], v)
	case f.MaxLength > 0 && f.Type == "string":
		if text, _ := scalarText(v); len([]rune(text)) > f.MaxLength {
			t.Errorf("%s is longer than %d", path, f.MaxLength)
		}
	}
}

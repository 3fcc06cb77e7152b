package tbanktest

import (
	"maps"
	"strings"
	"testing"
)

func receipt105() m {
	return m{"Email": "anna@mail.ru", "Taxation": "usn_income", "Items": []any{item105()}}
}

func item105() m {
	return m{"Name": "Курс «Go за 30 дней»", "Price": 490000, "Quantity": 1, "Amount": 490000, "Tax": "none"}
}

func receipt12() m {
	item := with(item105(), m{"PaymentMethod": "full_payment", "PaymentObject": "service", "MeasurementUnit": "шт"})
	return m{"FfdVersion": "1.2", "Phone": "+79001234567", "Taxation": "osn", "Items": []any{item}}
}

func with(base, change m) m {
	out := maps.Clone(base)
	for k, v := range change {
		out[k] = v
		if v == nil {
			delete(out, k)
		}
	}
	return out
}

// changed is a receipt whose only item is changed.
func changed(r, change m) m {
	return with(r, m{"Items": []any{with(r["Items"].([]any)[0].(m), change)}})
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, code string
		receipt    m
	}{
		{"1.05", "0", receipt105()},
		{"1.05 said aloud", "0", with(receipt105(), m{"FfdVersion": "1.05"})},
		{"1.2", "0", receipt12()},
		{"vat of 2026", "0", changed(receipt105(), m{"Tax": "vat22"})},
		{"vat of 2026, inside", "0", changed(receipt12(), m{"Tax": "vat122"})},
		{"fractional quantity", "0", changed(receipt105(), m{"Price": 4900000, "Quantity": 0.1})},
		{"advance", "0", with(changed(receipt105(), m{"Price": 500000, "Amount": 500000}), m{"Payments": m{"Electronic": 490000, "AdvancePayment": 10000}})},
		{"agent", "0", changed(receipt105(), m{"AgentData": m{"AgentSign": "another"}, "SupplierInfo": m{"Inn": "7710140679"}})},

		{"not an object", "1", m{"FfdVersion": 1.05}},
		{"version", "1", with(receipt105(), m{"FfdVersion": "1.0"})},
		{"no contact", "329", with(receipt105(), m{"Email": nil})},
		{"bad e-mail", "224", with(receipt105(), m{"Email": "anna@"})},
		{"long e-mail", "226", with(receipt105(), m{"Email": strings.Repeat("a", 60) + "@m.ru"})},
		{"bad phone", "1", with(receipt12(), m{"Phone": "89001234567"})},
		{"no taxation", "201", with(receipt105(), m{"Taxation": nil})},
		{"removed taxation", "1", with(receipt105(), m{"Taxation": "envd"})},
		{"no items", "201", with(receipt105(), m{"Items": nil})},
		{"empty items", "201", with(receipt105(), m{"Items": []any{}})},
		{"long name", "1", changed(receipt105(), m{"Name": strings.Repeat("я", 129)})},
		{"unknown tax", "1", changed(receipt105(), m{"Tax": "vat18"})},
		{"tax missing", "201", changed(receipt105(), m{"Tax": nil})},
		{"1.2 without method", "201", changed(receipt12(), m{"PaymentMethod": nil})},
		{"1.2 without object", "201", changed(receipt12(), m{"PaymentObject": nil})},
		{"1.2 without unit", "201", changed(receipt12(), m{"MeasurementUnit": nil})},
		{"object of 1.2 in 1.05", "1", changed(receipt105(), m{"PaymentObject": "casino_chips"})},
		{"object of 1.05 in 1.2", "1", changed(receipt12(), m{"PaymentObject": "composite"})},
		{"quantity zero", "1", changed(receipt105(), m{"Quantity": 0})},
		{"quantity fraction", "310", changed(receipt105(), m{"Quantity": 1.0001})},
		{"quantity whole", "310", changed(receipt105(), m{"Quantity": 100000})},
		{"item sum", "323", changed(receipt105(), m{"Price": 480000})},
		{"receipt sum", "334", changed(receipt105(), m{"Price": 480000, "Amount": 480000})},
		{"payments", "308", with(receipt105(), m{"Payments": m{"Electronic": 480000}})},
		{"electronic missing", "201", with(receipt105(), m{"Payments": m{"Cash": 490000}})},
		{"agent sign", "317", changed(receipt105(), m{"AgentData": m{"AgentSign": "spy"}})},
		{"agent without sign", "318", changed(receipt105(), m{"AgentData": m{"OperatorName": "x"}})},
		{"agent without supplier", "319", changed(receipt105(), m{"AgentData": m{"AgentSign": "another"}})},
		{"supplier without inn", "320", changed(receipt105(), m{"AgentData": m{"AgentSign": "another"}, "SupplierInfo": m{"Name": "x"}})},
	} {
		b := newBank(t, func(c *Config) {
			c.Terminals[0].CashRegister = true
			if tt.receipt["FfdVersion"] == "1.2" {
				c.Terminals[0].FFD = "1.2"
			}
		})
		out := b.call("Init", m{"Amount": 490000, "OrderId": "o", "Receipt": tt.receipt})
		if out["ErrorCode"] != tt.code {
			t.Errorf("%s: %v, want %s; %v", tt.name, out, tt.code, b.Violations())
		}
		if v := b.Violations(); (len(v) > 0) != (tt.code != "0") {
			t.Errorf("%s: violations %v", tt.name, v)
		}
	}
}

func TestReceiptOddities(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(c *Config) { c.Terminals[0].CashRegister = true })
	b.initOrder(m{"Receipt": changed(receipt105(), m{"Tax": "vat20"})})
	b.initOrder(m{"Receipt": receipt12()})
	b.initOrder(m{"Receipt": changed(receipt105(), m{"Color": "red"})})
	var fields []string
	for _, v := range b.Violations() {
		fields = append(fields, v.Field)
	}
	if got := strings.Join(fields, " "); got != "Receipt.Items[0].Tax Receipt.FfdVersion Receipt.Items[0].Color" {
		t.Errorf("violations: %s", got)
	}
}

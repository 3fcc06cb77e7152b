package tbanktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRefusals walks through the error table: one request that breaks one rule.
func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("я", 200)
	pairs := map[string]any{}
	for i := range 21 {
		pairs[fmt.Sprintf("k%d", i)] = "v"
	}
	due := func(d time.Duration) string { return start().Add(d).Format("2006-01-02T15:04:05-07:00") }
	for _, tt := range []struct {
		name, code, details string
		fields              map[string]any
	}{
		{"unknown terminal", "501", "Терминал не найден.", m{"TerminalKey": "Nobody"}},
		{"no terminal", "205", "", m{"TerminalKey": nil}},
		{"long terminal", "210", "Размер поля TerminalKey должен быть от 1 до 20.", m{"TerminalKey": strings.Repeat("T", 21)}},
		{"wrong token", "204", "Неверный токен. Проверьте пару TerminalKey/SecretKey.", m{"Token": strings.Repeat("0", 64)}},
		{"blocked", "202", "", m{"TerminalKey": "Blocked"}},
		{"no order", "201", "Поле OrderId не должно быть пустым.", m{"OrderId": nil}},
		{"empty order", "212", "Размер поля OrderId должен быть от 1 до 36.", m{"OrderId": ""}},
		{"long order", "212", "", m{"OrderId": strings.Repeat("1", 37)}},
		{"order number", "1", "", m{"OrderId": 21090}},
		{"amount text", "247", "Параметр Amount не сопоставлен.", m{"Amount": "490000"}},
		{"amount fraction", "240", "", m{"Amount": 4900.5}},
		{"amount long", "240", "", m{"Amount": 12345678901}},
		{"amount small", "251", "Неверная сумма. Сумма должна быть больше или равна 100 копеек.", m{"Amount": 99}},
		{"amount zero", "251", "", m{"Amount": 0}},
		{"amount negative", "251", "", m{"Amount": -100}},
		{"long description", "213", "Размер поля Description должен быть от 0 до 140.", m{"Description": long[:2*141]}},
		{"long customer", "216", "", m{"CustomerKey": strings.Repeat("c", 37)}},
		{"recurrent alone", "201", "", m{"Recurrent": "Y"}},
		{"language", "1", "", m{"Language": "fr"}},
		{"pay type", "1", "", m{"PayType": "X"}},
		{"relative url", "1", "", m{"SuccessURL": "/thanks"}},
		{"due with Z", "9999", "", m{"RedirectDueDate": "2026-03-02T09:30:00Z"}},
		{"due with fractions", "9999", "", m{"RedirectDueDate": "2026-03-02T12:30:00.000+03:00"}},
		{"due without zone", "12", "", m{"RedirectDueDate": "2026-03-02T12:30:00"}},
		{"due on 30 February", "12", "", m{"RedirectDueDate": "2026-02-30T12:30:00+03:00"}},
		{"due too soon", "12", "Неверный параметр RedirectDueDate.", m{"RedirectDueDate": due(59 * time.Second)}},
		{"due too far", "12", "", m{"RedirectDueDate": due(90*24*time.Hour + time.Second)}},
		{"data pairs", "207", "", m{"DATA": pairs}},
		{"data key", "208", "", m{"DATA": m{strings.Repeat("k", 21): "v"}}},
		{"data value", "209", "", m{"DATA": m{"k": strings.Repeat("v", 101)}}},
		{"data number", "250", "", m{"DATA": m{"k": 1}}},
		{"data list", "250", "", m{"DATA": []any{"k"}}},
		{"initiator", "1125", "", m{"DATA": m{"OperationInitiatorType": "X"}}},
		{"initiator 1 alone", "1126", "", m{"DATA": m{"OperationInitiatorType": "1"}}},
		{"initiator R recurrent", "1126", "", m{"Recurrent": "Y", "CustomerKey": "c", "DATA": m{"OperationInitiatorType": "R"}}},
		{"initiator I on ECOM", "1126", "", m{"DATA": m{"OperationInitiatorType": "I"}}},
		{"used order", "20", "Ошибка повторного идентификатора заказа.", m{"OrderId": "used"}},
		{"register without receipt", "309", "Поле Receipt не должно быть пустым.", m{"TerminalKey": "Register"}},
	} {
		b := newBank(t, func(c *Config) {
			c.Terminals = append(c.Terminals, Terminal{Key: "Blocked", Password: password, Blocked: true},
				Terminal{Key: "Register", Password: password, CashRegister: true})
		})
		b.initOrder(m{"OrderId": "used"})
		fields := m{"Amount": 490000, "OrderId": "o-1"}
		for k, v := range tt.fields {
			fields[k] = v
		}
		out := b.call("Init", fields)
		if out["Success"] != false || out["ErrorCode"] != tt.code || out["Message"] == "" {
			t.Errorf("%s: %v, want code %s", tt.name, out, tt.code)
		}
		if tt.details != "" && out["Details"] != tt.details {
			t.Errorf("%s: details %q, want %q", tt.name, out["Details"], tt.details)
		}
		if len(b.Payments()) != 1 {
			t.Errorf("%s: a payment was made", tt.name)
		}
	}
}

type m = map[string]any

func TestLimitsThatArePermitted(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.initOrder(m{"Amount": 100, "Description": strings.Repeat("🎓", 140), "OrderId": strings.Repeat("я", 36)})
	b.initOrder(m{"RedirectDueDate": start().Add(time.Minute).Format(time.RFC3339)})
	b.initOrder(m{"RedirectDueDate": start().Add(90 * 24 * time.Hour).Format(time.RFC3339), "IP": "127.0.0.1"})
	b.initOrder(m{"Amount": 9999999999, "DATA": m{"Phone": "+79001234567", "OperationInitiatorType": "0"}})
	if v := b.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestViolationsAreRecorded(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.initOrder(m{"Colour": "red", "DATA": m{"x": "y"}})
	if v := b.Violations(); len(v) != 1 || v[0].Field != "Colour" || v[0].Method != "Init" {
		t.Fatalf("unknown field: %v", v)
	}
	status, out := b.post("AttachCard", []byte(`{}`))
	if status != http.StatusNotImplemented || !strings.Contains(string(out), "AttachCard") {
		t.Errorf("unmodelled method: %d %s", status, out)
	}
	if status, _ := b.post("SberPay/1/QR", nil); status != http.StatusNotImplemented {
		t.Errorf("unmodelled path: %d", status)
	}
	resp, err := http.Get(b.url + "/v2/Init")
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v %v", resp, err)
	}
	resp.Body.Close()
	resp, err = http.Post(b.url+"/v2/Init", "text/plain", strings.NewReader("{}"))
	if err != nil || resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text: %v %v", resp, err)
	}
	resp.Body.Close()
	for _, body := range []string{``, `[]`, `{"Amount":`, `{}`, `null`} {
		if status, out := b.post("Init", []byte(body)); status != 200 || !strings.Contains(string(out), `"Success":false`) {
			t.Errorf("%q: %d %s", body, status, out)
		}
	}
	if v := b.Violations(); len(v) != 10 {
		t.Errorf("%d violations: %v", len(v), v)
	}
	if log := b.Requests(); len(log) != 10 || log[0].Method != "Init" || log[0].Status != 200 {
		t.Errorf("log: %d", len(log))
	}
	if slices.ContainsFunc(b.Violations(), func(v Violation) bool { return strings.Contains(v.Problem, password) }) {
		t.Error("a violation tells the password")
	}
}

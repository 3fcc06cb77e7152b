package tbank_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

func printed(v any) string { return fmt.Sprintf("%v %+v %#v", v, v, v) }

// answering is a provider whose bank always answers the same.
func answering(t *testing.T, status int, body string) *tbank.Provider {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return tbank.New(tbank.Config{Terminal: "T", Password: password, API: server.URL, HTTP: server.Client()})
}

func TestStatusReadsEveryShape(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       payments.Event
	}{
		{"strings", `{"Success":true,"ErrorCode":"0","Message":"OK","Status":"CONFIRMED","PaymentId":"81","OrderId":"p1","Amount":100}`,
			payments.Event{Status: sales.PaymentPaid, State: "CONFIRMED", Amount: 100}},
		{"older types", `{"Success":"true","ErrorCode":0,"Status":"AUTHORIZED","PaymentId":81,"OrderId":1,"Amount":"100"}`,
			payments.Event{Status: sales.PaymentHeld, State: "AUTHORIZED", Amount: 100}},
		{"the code of a decline", `{"Success":false,"ErrorCode":"1051","Message":"Недостаточно средств","Status":"REJECTED","PaymentId":"81","Amount":100}`,
			payments.Event{Status: sales.PaymentDeclined, State: "REJECTED", Amount: 100, Message: "Недостаточно средств"}},
		{"unknown word", `{"Success":true,"ErrorCode":"0","Status":"PREAUTHORIZING","PaymentId":"81"}`,
			payments.Event{Status: sales.PaymentLinked, State: "PREAUTHORIZING"}},
		{"unknown payment", `{"Success":false,"ErrorCode":"255","Message":"Неверные параметры.","Details":"Платеж не найден."}`,
			payments.Event{Status: sales.PaymentLinked}},
	}
	for _, test := range tests {
		got, err := answering(t, 200, test.body).Status(t.Context(), sales.Payment{ID: "p1", External: "81"})
		if err != nil || got.Payment != "p1" || got.Status != test.want.Status || got.State != test.want.State ||
			got.Amount != test.want.Amount || got.Message != test.want.Message {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	business := func(code, details string) string {
		return `{"Success":false,"ErrorCode":"` + code + `","Message":"Неверные параметры.","Details":"` + details + `"}`
	}
	tests := []struct {
		name   string
		status int
		body   string
		want   sales.Error
	}{
		{"wrong token", 200, business("204", "Неверный токен."), sales.Error{Code: "bank_settings", Action: sales.Stop}},
		{"wrong terminal", 200, business("501", "Терминал не найден."), sales.Error{Code: "bank_settings", Action: sales.Stop}},
		{"blocked", 200, business("202", ""), sales.Error{Code: "bank_settings", Action: sales.Stop}},
		{"SBP is off", 200, business("3001", ""), sales.Error{Code: "bank_settings", Action: sales.Bury}},
		{"temporary", 200, business("9999", ""), sales.Error{Code: "bank_temporary", Uncertain: true}},
		{"receipt", 200, business("309", ""), sales.Error{Code: "bank_receipt", Action: sales.Bury}},
		{"too little", 200, business("251", "Сумма должна быть больше или равна 100 копеек."), sales.Error{Code: "bank_request", Action: sales.Bury}},
		{"declined", 200, business("1051", ""), sales.Error{Code: "bank_refused", Action: sales.Bury}},
		{"unheard of", 200, business("77777", ""), sales.Error{Code: "bank_refused", Action: sales.Bury}},
		{"hostile code", 200, business("<script>", ""), sales.Error{Code: "bank_refused", Action: sales.Bury}},
		{"in a 400", 400, business("204", ""), sales.Error{Code: "bank_settings", Action: sales.Stop}},
		{"another server", 404, "<html>nginx</html>", sales.Error{Code: "bank_settings", Action: sales.Stop}},
		{"not let in", 403, "<html>nginx</html>", sales.Error{Code: "bank_denied", Action: sales.Stop}},
		{"bad gateway", 502, "<html>" + password + "</html>", sales.Error{Code: "bank_unavailable", Uncertain: true}},
		{"a page", 200, "<html>", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"nothing", 200, "", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"something else", 200, `{"ok":true}`, sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"no link", 200, `{"Success":true,"ErrorCode":"0","PaymentId":"81"}`, sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"a trap for a link", 200, `{"Success":true,"ErrorCode":"0","PaymentId":"81","PaymentURL":"javascript:alert(1)"}`, sales.Error{Code: "bank_garbled", Uncertain: true}},
	}
	for _, test := range tests {
		_, err := answering(t, test.status, test.body).Link(t.Context(), sales.Payment{ID: "p1", Amount: 100})
		got := sales.AsError(err)
		if got.Code != test.want.Code || got.Action != test.want.Action || got.Uncertain != test.want.Uncertain {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if got.Action != sales.Retry && got.Code != "bank_denied" && got.Message == "" {
			t.Errorf("%s: nothing is said to people", test.name)
		}
		if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "<") {
			t.Errorf("%s: the error quotes the answer: %v", test.name, err)
		}
	}
}

func TestStatusesOfTheModel(t *testing.T) {
	t.Parallel()
	want := map[sales.PaymentStatus]string{
		sales.PaymentLinked:   "NEW FORM_SHOWED AUTHORIZING 3DS_CHECKING 3DS_CHECKED PAY_CHECKING REVERSING REFUNDING ASYNC_REFUNDING UNKNOWN",
		sales.PaymentHeld:     "AUTHORIZED CONFIRMING PARTIAL_REVERSED",
		sales.PaymentPaid:     "CONFIRMED",
		sales.PaymentDeclined: "REJECTED AUTH_FAIL",
		sales.PaymentExpired:  "CANCELED DEADLINE_EXPIRED ATTEMPTS_EXPIRED",
		sales.PaymentRefunded: "REFUNDED REVERSED",
		sales.PaymentPartly:   "PARTIAL_REFUNDED",
	}
	for reading, words := range want {
		for _, word := range strings.Fields(words) {
			body := `{"TerminalKey":"T","OrderId":"p1","PaymentId":81,"Amount":1,"Status":"` + word + `"}`
			got, err := receiver("T", "secret")(withToken(t, body, tokenOf(t, body, "secret")))
			if err != nil || got.Status != reading {
				t.Errorf("%s reads as %q, %v; want %q", word, got.Status, err, reading)
			}
		}
	}
}

// A two-stage terminal holds first; a hold that is released gives all money back.
func TestHoldIsNotMoney(t *testing.T) {
	t.Parallel()
	b, provider := open(t, func(c *tbanktest.Terminal) { c.TwoStage = true })
	p := payment(b)
	link, err := provider.Link(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	life := payments.NewLife()
	p = life.Link(p, link, b.now())
	for _, step := range []struct {
		act  func(string) (tbanktest.Payment, error)
		want sales.PaymentStatus
		word payments.Outcome
	}{
		{func(l string) (tbanktest.Payment, error) { return b.Pay(l, tbanktest.CardSuccess) }, sales.PaymentHeld, payments.Silence},
		{b.Cancel, sales.PaymentRefunded, payments.Refunded},
	} {
		if _, err := step.act(link.URL); err != nil {
			t.Fatal(err)
		}
		event, err := provider.Status(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var word payments.Outcome
		if p, word = life.Apply(p, event, b.now()); p.Status != step.want || word != step.word {
			t.Errorf("%s, heard %q; want %s, %q", p.Status, word, step.want, step.word)
		}
	}
}

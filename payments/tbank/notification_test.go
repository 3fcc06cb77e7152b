package tbank_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
)

type vector struct {
	Source, Password, Token string
	Input                   json.RawMessage
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// withToken puts a token into a JSON object without touching the rest of its text.
func withToken(t *testing.T, object, token string) []byte {
	t.Helper()
	head, ok := strings.CutSuffix(strings.TrimSpace(object), "}")
	if !ok {
		t.Fatalf("%q is not an object", object)
	}
	return []byte(head + `,"Token":"` + token + `"}`)
}

func receiver(terminal, password string) func(body []byte) (payments.Event, error) {
	p := tbank.New(tbank.Config{Terminal: terminal, Password: password})
	return func(body []byte) (payments.Event, error) {
		return p.Receive(httptest.NewRequest(http.MethodPost, "/payments/tbank", nil), body)
	}
}

func TestReceiveVerifiesTheBanksVectors(t *testing.T) {
	t.Parallel()
	list := vectors(t)
	if len(list) < 7 {
		t.Fatalf("%d vectors, want all 7", len(list))
	}
	for _, v := range list {
		var input struct{ TerminalKey string }
		if err := json.Unmarshal(v.Input, &input); err != nil {
			t.Fatal(err)
		}
		receive := receiver(input.TerminalKey, v.Password)
		for _, token := range []string{v.Token, strings.ToUpper(v.Token)} {
			if _, err := receive(withToken(t, string(v.Input), token)); err != nil {
				t.Errorf("%s: %v", v.Source, err)
			}
		}
		for name, body := range map[string][]byte{
			"another token":    withToken(t, string(v.Input), strings.Repeat("0", 64)),
			"no token":         v.Input,
			"one more field":   withToken(t, strings.Replace(string(v.Input), "{", `{"Extra":1,`, 1), v.Token),
			"its own password": withToken(t, strings.Replace(string(v.Input), "{", `{"Password":"x",`, 1), tokenOf(t, string(v.Input), "x")),
		} {
			if _, err := receive(body); !errors.Is(err, payments.ErrForged) {
				t.Errorf("%s, %s: %v", v.Source, name, err)
			}
		}
		if _, err := receiver("OtherDEMO", v.Password)(withToken(t, string(v.Input), v.Token)); !errors.Is(err, payments.ErrForged) {
			t.Errorf("%s: taken for another terminal's: %v", v.Source, err)
		}
	}
}

func TestReceiveTranslates(t *testing.T) {
	t.Parallel()
	raw := func(s string) []byte { return []byte(s) }
	const head = `{"TerminalKey":"T","OrderId":"p1.3","Success":true,"PaymentId":8111987112,`
	tests := []struct {
		name, body string
		want       payments.Event
	}{
		{"confirmed, with card data", head + `"Status":"CONFIRMED","ErrorCode":"0","Amount":490000,"CardId":322264,"Pan":"430000******0777",` +
			`"ExpDate":"1230","RebillId":1741204285536,"Data":{"Route":"ACQ","phone":"+79161234567"}}`,
			payments.Event{Key: "T:8111987112:CONFIRMED:490000", Payment: "p1", External: "8111987112", Status: sales.PaymentPaid, State: "CONFIRMED", Amount: 490000,
				Card: &payments.Card{ID: "322264", Token: "1741204285536", Kind: payments.CardKind, Last: "0777", Expires: time.Date(2031, 1, 1, 0, 0, 0, 0, time.FixedZone("MSK", 3*3600))},
				Raw: raw(`{"Amount":490000,"CardId":"***","Data":{"Route":"ACQ","phone":"***"},"ErrorCode":"0","ExpDate":"***","OrderId":"p1.3","Pan":"***",` +
					`"PaymentId":8111987112,"RebillId":"***","Status":"CONFIRMED","Success":true,"TerminalKey":"T","Token":"***"}`)}},
		{"declined, in older types", `{"TerminalKey":"T","OrderId":"p1","Success":"false","PaymentId":"81","Status":"REJECTED","ErrorCode":1051,"Amount":"100","DATA":"{\"Phone\":\"+7\"}"}`,
			payments.Event{Key: "T:81:REJECTED:100", Payment: "p1", External: "81", Status: sales.PaymentDeclined, State: "REJECTED", Amount: 100, Message: "Недостаточно средств на карте", Code: "1051", Reason: payments.NoFunds,
				Raw: raw(`{"Amount":"100","DATA":"***","ErrorCode":1051,"OrderId":"p1","PaymentId":"81","Status":"REJECTED","Success":"false","TerminalKey":"T","Token":"***"}`)}},
		{"unknown status", `{"TerminalKey":"T","OrderId":"p1","PaymentId":81,"Status":"LOOP_CHECKING","Amount":5}`,
			payments.Event{Key: "T:81:LOOP_CHECKING:5", Payment: "p1", External: "81", Status: sales.PaymentLinked, State: "LOOP_CHECKING", Amount: 5,
				Raw: raw(`{"Amount":5,"OrderId":"p1","PaymentId":81,"Status":"LOOP_CHECKING","TerminalKey":"T","Token":"***"}`)}},
		{"receipt", `{"TerminalKey":"T","OrderId":"p1","PaymentId":81,"Success":true,"Status":"RECEIPT","Amount":5,"Type":"Income","FiscalDocumentNumber":7,` +
			`"Url":"https://ofd.example/7","QrCodeUrl":"javascript:alert(1)","ReceiptDatetime":"2026-03-02T12:00:00+03:00","Receipt":{"Email":"a@b.ru","Items":[{"Name":"Курс"}]}}`,
			payments.Event{Key: "T:81:RECEIPT:Income:7:5", Payment: "p1", External: "81", Fiscal: &sales.Fiscal{Kind: "Income", Amount: 5, URL: "https://ofd.example/7",
				Document: "7", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)},
				Raw: raw(`{"Amount":5,"FiscalDocumentNumber":7,"OrderId":"p1","PaymentId":81,"QrCodeUrl":"javascript:alert(1)","Receipt":{"Email":"***","Items":[{"Name":"Курс"}]},` +
					`"ReceiptDatetime":"2026-03-02T12:00:00+03:00","Status":"RECEIPT","Success":true,"TerminalKey":"T","Token":"***","Type":"Income","Url":"https://ofd.example/7"}`)}},
		{"receipt that failed", `{"TerminalKey":"T","OrderId":"p1","PaymentId":81,"Success":false,"Status":"RECEIPT","ErrorCode":"9","ErrorMessage":"ФН переполнен","Type":"Income","Amount":5}`,
			payments.Event{Key: "T:81:RECEIPT:Income::5", Payment: "p1", External: "81", Fiscal: &sales.Fiscal{Kind: "Income", Amount: 5, Error: "ФН переполнен"},
				Raw: raw(`{"Amount":5,"ErrorCode":"9","ErrorMessage":"ФН переполнен","OrderId":"p1","PaymentId":81,"Status":"RECEIPT","Success":false,"TerminalKey":"T","Token":"***","Type":"Income"}`)}},
		{"bound card", `{"TerminalKey":"T","RequestKey":"r","PaymentId":81,"Status":"COMPLETED","Success":true,"CardId":"3","Pan":"4300"}`,
			payments.Event{Key: "T:r:COMPLETED", External: "81", Binding: &payments.Binding{Request: "r", Status: payments.BindingDone,
				Card: payments.Card{ID: "3", Kind: payments.CardKind, Last: "4300"}},
				Raw: raw(`{"CardId":"***","Pan":"***","PaymentId":81,"RequestKey":"r","Status":"COMPLETED","Success":true,"TerminalKey":"T","Token":"***"}`)}},
		{"bound account", `{"TerminalKey":"T","NotificationType":"LINKACCOUNT","RequestKey":"r","Status":"ACTIVE","AccountToken":"secret","Message":null}`,
			payments.Event{Key: "T:r:ACTIVE", Binding: &payments.Binding{Request: "r", Status: payments.BindingDone,
				Card: payments.Card{Token: "secret", Kind: payments.AccountKind}},
				Raw: raw(`{"AccountToken":"***","Message":null,"NotificationType":"LINKACCOUNT","RequestKey":"r","Status":"ACTIVE","TerminalKey":"T","Token":"***"}`)}},
	}
	for _, test := range tests {
		got, err := receiver("T", "secret")(withToken(t, test.body, tokenOf(t, test.body, "secret")))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, got, cmp.Transformer("text", func(b []byte) string { return string(b) }), cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestReceiveRefusesAnAmountThatIsNone(t *testing.T) {
	t.Parallel()
	for _, amount := range []string{`-1`, `1.5`, `1e3`, `"much"`, `99999999999999999999`} {
		body := `{"TerminalKey":"T","OrderId":"p1","PaymentId":81,"Status":"CONFIRMED","Amount":` + amount + `}`
		event, err := receiver("T", "secret")(withToken(t, body, tokenOf(t, body, "secret")))
		if err == nil || errors.Is(err, payments.ErrForged) || event.State != "" {
			t.Errorf("amount %s: %+v, %v", amount, event, err)
		}
	}
}

func TestAcknowledge(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	tbank.New(tbank.Config{}).Acknowledge(w)
	if body, _ := io.ReadAll(w.Body); w.Code != 200 || string(body) != "OK" {
		t.Errorf("acknowledged with %d %q", w.Code, body)
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"TerminalKey":"T","Token":"00","Amount":1}`))
	f.Add([]byte(`{"TerminalKey":"T","Token":{"a":[]}}`))
	f.Add([]byte("\xff{"))
	receive := receiver("T", "secret")
	f.Fuzz(func(t *testing.T, body []byte) {
		if event, err := receive(body); err == nil || event.State != "" {
			t.Errorf("%q was taken for genuine: %+v", body, event)
		}
	})
}

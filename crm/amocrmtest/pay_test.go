package amocrmtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"voronka/crm/amocrmtest"
)

// TestPayPageLeadsToTheAcquirer: the three markers of the address are filled in
// (integrations/banks-and-acquiring).
func TestPayPageLeadsToTheAcquirer(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{PayWall: []amocrmtest.PayMethod{
		{Name: "Картой", Code: "card", Address: "https://my.acquiring.best/:account_id/:invoice_id/:payment_method_code"},
		{Name: "СБП", Code: "sbp", Address: "https://my.acquiring.best/pay?a=:account_id&i=:invoice_id"},
		{Name: "Плохой", Code: "bad code", Address: "https://my.acquiring.best/:account_id/:invoice_id"},
	}})
	id := a.AddBill(amocrmtest.Bill{Name: "Счёт <1>", Fields: []amocrmtest.FieldValue{{Code: "BILL_PRICE", Values: []amocrmtest.Value{{Value: 1500}}}}})
	link := a.want(200, "GET", fmt.Sprintf("/api/v4/catalogs/%d/elements/%d?with=invoice_link", billList(a), id), "").at(t, "invoice_link").(string)
	shown := page(t, "GET", link, "", nil)
	for _, want := range []string{"Счёт &lt;1&gt;", "1500 ₽", `data-state="open"`, ">Картой<", ">СБП<"} {
		if !strings.Contains(shown.text, want) {
			t.Errorf("the page lacks %q:\n%s", want, shown.text)
		}
	}
	if strings.Contains(shown.text, "Плохой") {
		t.Error("a way to pay that amoCRM would not take is offered")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for code, want := range map[string]string{
		"card": fmt.Sprintf("https://my.acquiring.best/28805383/%d/card", id), "sbp": fmt.Sprintf("https://my.acquiring.best/pay?a=28805383&i=%d", id), "none": "",
	} {
		answer, err := client.Get(link + "/" + code)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := answer.Header.Get("Location"); got != want {
			t.Errorf("%s leads to %q", code, got)
		}
	}
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/catalogs/%d/elements/%d", billList(a), id), `{"custom_fields_values":[{"field_code":"BILL_STATUS","values":[{"enum_code":"paid"}]}]}`)
	if shown := page(t, "GET", link, "", map[string]string{"Accept-Language": "en"}); !strings.Contains(shown.text, `data-state="paid"`) || !strings.Contains(shown.text, "Thank you") {
		t.Errorf("paid: %s", shown.text)
	}
	a.DeleteBill(id)
	if got := page(t, "GET", link, "", nil); got.status != 404 {
		t.Errorf("a deleted bill: %d", got.status)
	}
	for name, m := range map[string]amocrmtest.PayMethod{
		"no name": {Code: "a", Address: ":account_id/:invoice_id"}, "long name": {Name: strings.Repeat("я", 51), Code: "a", Address: ":account_id/:invoice_id"},
		"no invoice": {Name: "a", Code: "a", Address: ":account_id"},
	} {
		if m.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func billList(a *account) int64 {
	return a.want(200, "GET", "/api/v4/account?with=invoices_settings", "").id(a.t, "invoices_settings.invoices_catalog_id")
}

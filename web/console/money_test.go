package console_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
	"voronka/web/console"
)

// shopped is a desk with a customer who paid 4900 ₽ and subscribes.
func shopped(t *testing.T) *desk {
	d := open(t)
	d.put(func(tx storage.Tx) error {
		return errors.Join(
			tx.PutContact(sales.Contact{ID: "tg:1", Name: "Анна", ActiveAt: d.clock()}),
			tx.PutOrder(sales.Order{ID: "o1", Contact: "tg:1", Title: "Курс", Amount: 490000, PaidAt: d.clock(), PaidBy: "p1"}),
			tx.PutPayment(sales.Payment{ID: "p1", Order: "o1", Contact: "tg:1", Provider: "tbank", Amount: 490000, Paid: 490000,
				Status: sales.PaymentPartly, PaidAt: d.clock()}),
			tx.PutRefund(sales.Refund{ID: "r1", Payment: "p1", Contact: "tg:1", Amount: 100000, By: "flow", Reason: "скидка",
				Status: sales.RefundDone, CreatedAt: d.clock()}),
			tx.PutSubscription(sales.Subscription{ID: "s1", Contact: "tg:1", Status: sales.SubscriptionOverdue, Reason: sales.DeclineMoney,
				Plan: sales.Plan{ID: "club", Title: "Клуб <b>", Price: 99000}, CreatedAt: d.clock(), Until: d.clock().Add(time.Hour)}),
		)
	})
	return d
}

func TestMoneyIsShown(t *testing.T) {
	t.Parallel()
	d := shopped(t)
	cookie := d.enter()
	page := d.page("/console/money", cookie)
	for _, want := range []string{"Клуб &lt;b&gt;", "списание не прошло", "не хватило денег", "1\u00a0000 ₽", "вернули", "скидка", "Остановить все списания"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	d.bot.stopped = "console"
	if page := d.page("/console/money", cookie); !strings.Contains(page, "Возобновить списания") {
		t.Error("a switch that is off cannot be switched on")
	}
	dialog := d.page("/console/dialogs/tg:1", cookie)
	for _, want := range []string{`action="/console/payments/p1/refund"`, `value="3900.00"`, "да, вернуть деньги клиенту", "Клуб &lt;b&gt;"} {
		if !strings.Contains(dialog, want) {
			t.Errorf("the dialog lacks %q", want)
		}
	}
}

func TestMoneyIsGivenBackOnlyWhenConfirmed(t *testing.T) {
	t.Parallel()
	d := shopped(t)
	cookie := d.enter()
	token := d.token(cookie)
	send := func(form url.Values) int {
		return d.ask(http.MethodPost, "/console/payments/p1/refund", cookie, form).Code
	}
	whole := url.Values{"token": {token}, "act": {"A1"}, "amount": {"1500,50"}, "reason": {" опоздали "}, "withdraw": {"yes"}, "sure": {"yes"}}
	for _, without := range []string{"token", "act", "amount", "sure"} {
		form := url.Values{}
		for key, value := range whole {
			if key != without {
				form[key] = value
			}
		}
		if code := send(form); code != http.StatusForbidden && code != http.StatusUnprocessableEntity {
			t.Errorf("without %s: %d", without, code)
		}
	}
	if len(d.bot.refunds) != 0 {
		t.Fatalf("refunds: %+v", d.bot.refunds)
	}
	if code := send(whole); code != http.StatusSeeOther {
		t.Errorf("confirmed: %d", code)
	}
	want := []sales.Refund{{ID: "console-A1", Payment: "p1", Amount: 150050, By: "console", Reason: "опоздали", Withdraw: true}}
	if diff := cmp.Diff(want, d.bot.refunds); diff != "" {
		t.Errorf("refunds (-want +got):\n%s", diff)
	}
	d.bot.err = bot.ErrRefund
	if code := send(whole); code != http.StatusUnprocessableEntity {
		t.Errorf("more than is left: %d", code)
	}
	d.bot.err = nil
	if code := d.ask(http.MethodPost, "/console/payments/nobody/refund", cookie, whole).Code; code != http.StatusNotFound {
		t.Errorf("an unknown payment: %d", code)
	}
}

func TestChargesAreSwitchedOffAndSubscriptionsEnded(t *testing.T) {
	t.Parallel()
	d := shopped(t)
	cookie := d.enter()
	token := d.token(cookie)
	post := func(path string, pairs ...string) {
		t.Helper()
		form := url.Values{"token": {token}}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		if code := d.ask(http.MethodPost, path, cookie, form).Code; code != http.StatusSeeOther {
			t.Errorf("%s: %d", path, code)
		}
	}
	post("/console/charges", "word", "stop")
	if d.bot.stopped != "console" {
		t.Errorf("stopped by %q", d.bot.stopped)
	}
	post("/console/charges", "word", "go")
	if d.bot.stopped != "" {
		t.Error("the switch stays off")
	}
	post("/console/subscriptions/s1/cancel")
	post("/console/subscriptions/s1/cancel", "now", "yes")
	if diff := cmp.Diff([]string{"cancel s1 console false", "cancel s1 console true"}, d.bot.acts); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
}

func TestCertificateGoesToAnAddress(t *testing.T) {
	t.Parallel()
	d := shopped(t)
	cookie := d.enter()
	token := d.token(cookie)
	send := func(id, email string) int {
		return d.ask(http.MethodPost, "/console/payments/"+id+"/certificate", cookie, url.Values{"token": {token}, "email": {email}}).Code
	}
	for _, test := range []struct {
		id, email string
		want      int
	}{
		{"p1", "", 422}, {"p1", "anna", 422}, {"p1", "a@b.ru, c@d.ru", 422}, {"nobody", "anna@mail.ru", http.StatusNotFound},
		{"p1", " anna@mail.ru ", http.StatusSeeOther},
	} {
		if code := send(test.id, test.email); code != test.want {
			t.Errorf("%s to %q: %d, want %d", test.id, test.email, code, test.want)
		}
	}
	if diff := cmp.Diff([]string{"certify p1 anna@mail.ru console"}, d.bot.acts); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	d.bot.err = bot.ErrNotPaid
	if code := send("p1", "anna@mail.ru"); code != http.StatusConflict {
		t.Errorf("not paid: %d", code)
	}
}

func TestErrandsAreForThoseWhoKnowThePassword(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *console.Config) {
		c.Errands = map[string]http.HandlerFunc{"ledger": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }}
	})
	cookie := d.enter()
	for _, test := range []struct {
		path, password, cookie string
		want                   int
	}{
		{"/console/do/ledger", password, "", http.StatusTeapot},
		{"/console/do/ledger", "wrong", "", http.StatusUnauthorized},
		{"/console/do/ledger", "", cookie, http.StatusUnauthorized},
		{"/console/do/else", password, "", http.StatusNotFound},
	} {
		r := httptest.NewRequest(http.MethodPost, test.path, nil)
		if test.password != "" {
			r.SetBasicAuth("voronka", test.password)
		}
		if test.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "voronka_console", Value: test.cookie})
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s %q: %d, want %d", test.path, test.password, w.Code, test.want)
		}
	}
}

func TestHeldMoneyIsSettledByAnOperator(t *testing.T) {
	t.Parallel()
	d := shopped(t)
	cookie := d.enter()
	token := d.token(cookie)
	err := d.store.Update(t.Context(), func(tx storage.Tx) error {
		payment, err := tx.Payment("p1")
		if err != nil {
			return err
		}
		payment.Status = sales.PaymentHeld
		return tx.PutPayment(payment)
	})
	if err != nil {
		t.Fatal(err)
	}
	if dialog := d.page("/console/dialogs/tg:1", cookie); !strings.Contains(dialog, `action="/console/payments/p1/settle"`) || !strings.Contains(dialog, "Списать") {
		t.Errorf("the dialog offers nothing:\n%s", dialog)
	}
	send := func(id, word, token string) int {
		return d.ask(http.MethodPost, "/console/payments/"+id+"/settle", cookie, url.Values{"token": {token}, "word": {word}}).Code
	}
	for _, word := range []string{"confirm", "void"} {
		if code := send("p1", word, token); code != http.StatusSeeOther {
			t.Errorf("%s: %d", word, code)
		}
	}
	for amount, want := range map[string]int{"0": 422, "-1": 422, "много": 422, "99999999": 422, "10,50": http.StatusSeeOther} {
		form := url.Values{"token": {token}, "word": {"confirm"}, "amount": {amount}}
		if code := d.ask(http.MethodPost, "/console/payments/p1/settle", cookie, form).Code; code != want {
			t.Errorf("a part of %s: %d", amount, code)
		}
	}
	if diff := cmp.Diff([]string{"settle p1 confirm console", "settle p1 void console", "settle p1 confirm console 10,50"}, d.bot.acts); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	d.bot.err = bot.ErrNotHeld
	for want, code := range map[int]int{
		http.StatusConflict: send("p1", "confirm", token), http.StatusNotFound: send("nobody", "void", token), http.StatusForbidden: send("p1", "void", ""),
	} {
		if code != want {
			t.Errorf("answered %d, want %d", code, want)
		}
	}
}

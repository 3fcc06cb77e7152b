package checkout_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"voronka/locales"
	"voronka/sales"
	"voronka/storage"
	"voronka/web/checkout"
)

// withWays opens the page of a bank that has more ways than its own page.
func withWays(t *testing.T, payment sales.Payment, again func(context.Context, string) (sales.Payment, error)) *counter {
	t.Helper()
	c := open(t, payment, sales.Order{Title: "Курс <b>«Go»</b>", Amount: 490000})
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := checkout.Pay{
		Store: c.store, Clicked: c.clicked, Text: words.Text, ChatURL: "https://t.me/shop_bot", Now: noon, Again: again,
		Methods: func(context.Context, sales.Payment) []sales.Method {
			return []sales.Method{sales.MethodCard, sales.MethodSBP, sales.MethodTPay}
		},
		Open: func(_ context.Context, payment sales.Payment, method sales.Method) string {
			switch method {
			case sales.MethodSBP, sales.MethodTPay:
				return "https://app.example/" + string(method) + "?a=1&b=2"
			}
			return payment.URL
		},
	}.Handler()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /pay/{id}", pages)
	mux.Handle("GET /pay/{id}/{method}", pages)
	c.handler = mux
	return c
}

func TestCustomerChoosesTheWay(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		payment := link()
		payment.Language = language
		c := withWays(t, payment, nil)
		body := c.ask("GET", "/pay/pay1").Body.String()
		for _, want := range []string{`data-state="choose"`, `href="/pay/pay1/sbp"`, `href="/pay/pay1/tpay"`, `href="/pay/pay1/card"`, "Курс &lt;b&gt;"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q on the page:\n%s", language, want, body)
			}
		}
		if strings.Contains(body, "‹") {
			t.Errorf("%s: a word is missing:\n%s", language, body)
		}
		if w := c.ask("GET", "/pay/pay1/card"); w.Header().Get("Location") != bankPage {
			t.Errorf("card leads to %q", w.Header().Get("Location"))
		}
		if w := c.ask("GET", "/pay/pay1/tpay"); w.Header().Get("Location") != "https://app.example/tpay?a=1&b=2" {
			t.Errorf("T-Pay leads to %q", w.Header().Get("Location"))
		}
		code := c.ask("GET", "/pay/pay1/sbp").Body.String()
		for _, want := range []string{`data-state="code"`, `src="data:image/png;base64,`, `href="https://app.example/sbp?a=1&amp;b=2"`, `href="/pay/pay1/card"`} {
			if !strings.Contains(code, want) {
				t.Errorf("%s: no %q on the page of the code", language, want)
			}
		}
		if w := c.ask("GET", "/pay/pay1/../../etc"); w.Code == http.StatusOK {
			t.Errorf("a strange way: %d", w.Code)
		}
		if w := c.ask("GET", "/pay/pay1/cash"); w.Header().Get("Location") != bankPage {
			t.Errorf("an unknown way leads to %q", w.Header().Get("Location"))
		}
		if len(c.clicks) != 1 {
			t.Errorf("%d clicks are counted", len(c.clicks))
		}
	}
}

func TestPaymentOfOneWayAsksNothing(t *testing.T) {
	t.Parallel()
	payment := link()
	payment.Method = sales.MethodSBP
	if body := withWays(t, payment, nil).ask("GET", "/pay/pay1").Body.String(); !strings.Contains(body, `data-state="code"`) {
		t.Errorf("page:\n%s", body)
	}
	payment.Method = sales.MethodCard
	if w := withWays(t, payment, nil).ask("GET", "/pay/pay1"); w.Header().Get("Location") != bankPage {
		t.Errorf("card leads to %q", w.Header().Get("Location"))
	}
}

// TestAccountIsPaidFromAlone shows the code of a payment that stores the
// account, whatever way the address names: a card would leave nothing to charge.
func TestAccountIsPaidFromAlone(t *testing.T) {
	t.Parallel()
	payment := link()
	payment.Method, payment.Recurrent, payment.Request, payment.URL = sales.MethodSBP, true, "211258", "https://qr.example/AS1?type=02"
	for _, address := range []string{"/pay/pay1", "/pay/pay1/sbp", "/pay/pay1/card", "/pay/pay1/tpay"} {
		body := withWays(t, payment, nil).ask("GET", address).Body.String()
		if !strings.Contains(body, `data-state="code"`) || strings.Contains(body, "data-method") {
			t.Errorf("%s:\n%s", address, body)
		}
	}
}

func TestDeclinedLinkIsTriedAgain(t *testing.T) {
	t.Parallel()
	declined := link()
	declined.Status, declined.Method = sales.PaymentDeclined, sales.MethodCard
	var c *counter
	tried := 0
	c = withWays(t, declined, func(ctx context.Context, id string) (sales.Payment, error) {
		tried++
		next := link()
		next.ID, next.Order, next.URL, next.Method = "pay2", "order1", "https://bank.example/second", sales.MethodCard
		return next, c.store.Update(ctx, func(tx storage.Tx) error { return tx.PutPayment(next) })
	})
	if w := c.ask("HEAD", "/pay/pay1"); tried != 0 || w.Header().Get("Location") != bankPage {
		t.Errorf("a look ahead tried %d times, to %q", tried, w.Header().Get("Location"))
	}
	if w := c.ask("GET", "/pay/pay1"); w.Header().Get("Location") != "https://bank.example/second" || c.clicks[0] != "pay2" {
		t.Errorf("led to %q, clicks %q", w.Header().Get("Location"), c.clicks)
	}
}

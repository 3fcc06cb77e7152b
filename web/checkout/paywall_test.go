package checkout_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"voronka/bot"
	"voronka/locales"
	"voronka/sales"
	"voronka/web/checkout"
)

// paywall is the pages of bills, each of which is in the state of its number.
func paywall(t *testing.T, bills map[string]bot.Billed) *http.ServeMux {
	t.Helper()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := checkout.Paywall{Text: words.Text, Bill: func(_ context.Context, _, bill, _, _ string) (bot.Billed, error) {
		return bills[bill], nil
	}}.Handler()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, way := range []string{"/paywall", "/paywall/{account}/{bill}", "/paywall/{account}/{bill}/{method}"} {
		mux.Handle("GET "+way, pages)
		mux.Handle("POST "+way, pages)
	}
	return mux
}

// TestMethodOfABill leads where the method in the address says, as far as the shop has it.
func TestMethodOfABill(t *testing.T) {
	t.Parallel()
	both := []sales.Method{sales.MethodCard, sales.MethodSBP, sales.MethodTPay}
	for address, want := range map[string]string{
		"/paywall/7/1/sbp":         "/pay/pay1/sbp",
		"/paywall/7/1/SBP":         "/pay/pay1/sbp",
		"/paywall/7/1/spb":         "/pay/pay1/sbp",
		"/paywall/7/1/t_pay":       "/pay/pay1/tpay",
		"/paywall/7/1/tinkoff_pay": "/pay/pay1/tpay",
		"/paywall/7/1/card":        bankPage,
		"/paywall/7/1/crypto":      bankPage,
		"/paywall/7/1/%2e%2e":      bankPage,
		"/paywall/7/1":             bankPage,
		"/paywall/7/2/sbp":         bankPage, // the shop has cards alone
		"/paywall?account_id=7&invoice_id=1&payment_method_code=sbp": "/pay/pay1/sbp",
		"/paywall?account_id=7&invoice_id=1":                         bankPage,
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			mux := paywall(t, map[string]bot.Billed{
				"1": {State: bot.BillOpen, URL: bankPage, Payment: "pay1", Methods: both},
				"2": {State: bot.BillOpen, URL: bankPage, Payment: "pay1", Methods: both[:1]},
			})
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			query := request.URL.Query()
			query.Set("go", "1")
			request.URL.RawQuery = query.Encode()
			answer := httptest.NewRecorder()
			mux.ServeHTTP(answer, request)
			if got := answer.Header().Get("Location"); got != want {
				t.Errorf("leads to %q with %d, want %q", got, answer.Code, want)
			}
		})
	}
}

package tbank_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// TestTroubleIsATerminalThatTheBankDoesNotKnow, not a bank that is away and not
// a payment that it refuses; it ends with the first answer to a known terminal.
func TestTroubleIsATerminalThatTheBankDoesNotKnow(t *testing.T) {
	t.Parallel()
	fake := tbanktest.New(tbanktest.Config{Terminals: []tbanktest.Terminal{{Key: terminal, Password: password}, {Key: "Second", Password: password}}})
	t.Cleanup(fake.Close)
	var away atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	provider := func(second string) *tbank.Provider {
		return tbank.New(tbank.Config{
			Terminal: terminal, Password: password, API: server.URL + "/v2",
			Shops: map[string]tbank.Shop{"books": {Terminal: "Second", Password: second}},
		})
	}
	ask := func(p *tbank.Provider, shop, wantCode, wantShop string) {
		t.Helper()
		_, err := p.Status(t.Context(), sales.Payment{ID: "p1", Shop: shop, External: "404"})
		if code, of := p.Trouble(); code != wantCode || of != wantShop {
			t.Errorf("after %v: trouble %q of %q, want %q of %q", err, code, of, wantCode, wantShop)
		}
	}
	wrong := provider("wrong")
	ask(wrong, "", "", "")
	ask(wrong, "books", "bank_settings", "books")
	ask(wrong, "", "bank_settings", "books")
	away.Store(true)
	ask(wrong, "books", "bank_settings", "books")
	right := provider(password)
	ask(right, "books", "", "")
	away.Store(false)
	ask(right, "books", "", "")
}

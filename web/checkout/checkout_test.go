package checkout_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/locales"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/web/checkout"
)

const bankPage = "https://bank.example/pay?a=1&b=2"

func noon() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

// counter is the page in front of a store with one payment.
type counter struct {
	*testing.T
	store   storage.Store
	handler http.Handler
	clicks  []string
	failing error
}

func open(t *testing.T, payment sales.Payment, order sales.Order) *counter {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	payment.ID, payment.Order, order.ID, order.Contact = "pay1", "order1", "order1", "tg:7"
	err = store.Update(t.Context(), func(tx storage.Tx) error { return errors.Join(tx.PutOrder(order), tx.PutPayment(payment)) })
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{T: t, store: store}
	pages, err := checkout.Pay{Store: store, Clicked: c.clicked, Text: words.Text, ChatURL: "https://t.me/shop_bot", Now: noon}.Handler()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /pay/{id}", pages)
	c.handler = mux
	return c
}

// clicked does what the bot does: the first click is kept.
func (c *counter) clicked(ctx context.Context, id string) error {
	if c.failing != nil {
		return c.failing
	}
	c.clicks = append(c.clicks, id)
	return c.store.Update(ctx, func(tx storage.Tx) error {
		payment, err := tx.Payment(id)
		if err != nil {
			return err
		}
		payment.ClickedAt = noon()
		return tx.PutPayment(payment)
	})
}

func (c *counter) ask(method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestTitlesWithinQuotationMarks(t *testing.T) {
	t.Parallel()
	paid := sales.Payment{Status: sales.PaymentPaid, URL: bankPage, ExpiresAt: noon().Add(time.Minute)}
	body := open(t, paid, sales.Order{Title: "Курс «Go»"}).ask("GET", "/pay/pay1").Body.String()
	if !strings.Contains(body, "«Курс „Go“»") {
		t.Errorf("page:\n%s", body)
	}
}

func TestEveryState(t *testing.T) {
	t.Parallel()
	soon, over := noon().Add(time.Minute), noon()
	title := "Курс «Go» <script>alert(1)</script>"
	bought := sales.Order{Title: title, PaidAt: noon(), PaidBy: "another"}
	for name, c := range map[string]struct {
		payment sales.Payment
		order   sales.Order
		code    int
		state   string // empty: redirected to the bank
	}{
		"open":                {sales.Payment{Status: sales.PaymentLinked, URL: bankPage, ExpiresAt: soon}, sales.Order{}, 302, ""},
		"declined":            {sales.Payment{Status: sales.PaymentDeclined, URL: bankPage, ExpiresAt: soon}, sales.Order{}, 302, ""},
		"not linked yet":      {sales.Payment{Status: sales.PaymentNew, ExpiresAt: soon}, sales.Order{}, 200, "waiting"},
		"over, not closed":    {sales.Payment{Status: sales.PaymentLinked, URL: bankPage, ExpiresAt: over}, sales.Order{}, 410, "expired"},
		"expired":             {sales.Payment{Status: sales.PaymentExpired, URL: bankPage, ExpiresAt: over}, sales.Order{}, 410, "expired"},
		"paid":                {sales.Payment{Status: sales.PaymentPaid, URL: bankPage, ExpiresAt: soon}, sales.Order{}, 200, "paid"},
		"held":                {sales.Payment{Status: sales.PaymentHeld, URL: bankPage, ExpiresAt: soon}, sales.Order{}, 200, "paid"},
		"another sum":         {sales.Payment{Status: sales.PaymentOther, URL: bankPage, ExpiresAt: soon}, sales.Order{}, 200, "other"},
		"paid by a neighbour": {sales.Payment{Status: sales.PaymentLinked, URL: bankPage, ExpiresAt: soon}, bought, 200, "paid"},
		"refunded":            {sales.Payment{Status: sales.PaymentRefunded, URL: bankPage, ExpiresAt: over}, bought, 200, "refunded"},
		"partly":              {sales.Payment{Status: sales.PaymentPartly, URL: bankPage, ExpiresAt: over}, bought, 200, "refunded"},
		"refused":             {sales.Payment{Status: sales.PaymentRefused, ExpiresAt: soon}, sales.Order{}, 200, "refused"},
	} {
		for _, language := range []string{"ru", "en", ""} {
			t.Run(name+" "+language, func(t *testing.T) {
				t.Parallel()
				order := c.order
				order.Title, order.Amount = title, 490000
				payment := c.payment
				payment.Language = language
				counted := open(t, payment, order)
				w := counted.ask("GET", "/pay/pay1")
				body := w.Body.String()
				if w.Code != c.code || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("got %d, %v", w.Code, w.Header())
				}
				if c.state == "" {
					if w.Header().Get("Location") != bankPage || len(counted.clicks) != 1 {
						t.Errorf("to %q, clicks %q", w.Header().Get("Location"), counted.clicks)
					}
					return
				}
				whole := strings.Contains(body, `data-state="`+c.state+`"`) && strings.HasSuffix(strings.TrimSpace(body), "</html>") && strings.Contains(body, "https://t.me/shop_bot")
				if !whole || strings.Contains(body, "‹") || strings.Contains(body, "<script>") || w.Header().Get("Location") != "" {
					t.Errorf("page:\n%s", body)
				}
				if strings.Contains(body, "http-equiv=\"refresh\"") != (c.state == "waiting") || len(counted.clicks) != 0 {
					t.Errorf("clicks %q, page:\n%s", counted.clicks, body)
				}
			})
		}
	}
}

func link() sales.Payment {
	return sales.Payment{Status: sales.PaymentLinked, URL: bankPage, ExpiresAt: noon().Add(time.Minute), Language: "ru"}
}

func TestClickIsCountedOnce(t *testing.T) {
	t.Parallel()
	c := open(t, link(), sales.Order{})
	if w := c.ask("HEAD", "/pay/pay1"); w.Code != http.StatusFound || len(c.clicks) != 0 {
		t.Errorf("a look ahead: %d, clicks %q", w.Code, c.clicks)
	}
	for range 3 {
		if w := c.ask("GET", "/pay/pay1"); w.Code != http.StatusFound {
			t.Errorf("got %d", w.Code)
		}
	}
	if diff := cmp.Diff([]string{"pay1"}, c.clicks); diff != "" {
		t.Error(diff)
	}
}

func TestStrangeAddresses(t *testing.T) {
	t.Parallel()
	c := open(t, link(), sales.Order{})
	for path, want := range map[string]int{
		"/pay/nothing": 404, "/pay/pay1%00": 404, "/pay/" + strings.Repeat("x", 5000): 404, "/pay/%3Cscript%3E": 404, "/pay/": 404,
	} {
		if w := c.ask("GET", path); w.Code != want || strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("%.20s: %d", path, w.Code)
		}
	}
	if w := c.ask("POST", "/pay/pay1"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	if !strings.Contains(c.ask("GET", "/pay/nothing").Body.String(), "Такой ссылки нет") {
		t.Error("the page does not say what is wrong")
	}
}

func TestFailingStoreIsWaitedOut(t *testing.T) {
	t.Parallel()
	c := open(t, link(), sales.Order{})
	c.failing = errors.New("the disk is full")
	w := c.ask("GET", "/pay/pay1")
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") || !strings.Contains(w.Body.String(), `data-state="waiting"`) {
		t.Errorf("the click could not be kept: %d\n%s", w.Code, w.Body)
	}
	if err := c.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := c.ask("GET", "/pay/pay1"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("the store is closed: %d", w.Code)
	}
}

// TestOldLinkLeadsToTheNewOne: a failed attempt was renewed in the chat; who
// opens the older message pays the attempt that can be paid.
func TestOldLinkLeadsToTheNewOne(t *testing.T) {
	t.Parallel()
	soon := noon().Add(time.Minute)
	c := open(t, sales.Payment{Status: sales.PaymentDeclined, URL: "https://bank.example/old", ExpiresAt: soon, CreatedAt: noon()}, sales.Order{})
	err := c.store.Update(t.Context(), func(tx storage.Tx) error {
		old, err := tx.Payment("pay1")
		if err != nil {
			return err
		}
		old.ID, old.Status, old.URL, old.CreatedAt = "pay2", sales.PaymentLinked, bankPage, noon().Add(time.Second)
		return tx.PutPayment(old)
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := c.ask("GET", "/pay/pay1"); w.Header().Get("Location") != bankPage || len(c.clicks) != 1 || c.clicks[0] != "pay2" {
		t.Errorf("led to %q, clicks %q", w.Header().Get("Location"), c.clicks)
	}
}

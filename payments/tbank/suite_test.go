package tbank_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"voronka/payments"
	"voronka/payments/paymentstest"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

const (
	terminal = "1700000000000DEMO"
	password = "pa$$w%rd^*"
)

// bank is the fake, the shop's door that records what it tells, and a clock for both.
type bank struct {
	*tbanktest.Server
	url string

	mu    sync.Mutex
	clock time.Time
	told  []paymentstest.Notification
}

func (b *bank) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

func (b *bank) advance(d time.Duration) {
	b.mu.Lock()
	b.clock = b.clock.Add(d)
	b.mu.Unlock()
	b.Tick(b.now())
}

// record is the shop's address for notifications.
func (b *bank) record(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.told = append(b.told, paymentstest.Notification{Header: r.Header.Clone(), Body: body})
	b.mu.Unlock()
	io.WriteString(w, "OK")
}

func (b *bank) notifications(t *testing.T) []paymentstest.Notification {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := b.Settle(ctx); err != nil {
		t.Fatalf("wait for notifications: %v", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	told := b.told
	b.told = nil
	return told
}

// open starts a bank with one terminal and a provider that uses it.
func open(t *testing.T, change func(*tbanktest.Terminal)) (*bank, *tbank.Provider) {
	t.Helper()
	b := &bank{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("MSK", 3*3600))}
	shop := httptest.NewServer(http.HandlerFunc(b.record))
	t.Cleanup(shop.Close)
	contract := tbanktest.Terminal{Key: terminal, Password: password, NotificationURL: shop.URL + "/terminal", Charge: true, SBP: true}
	other := tbanktest.Terminal{Key: "OtherDEMO", Password: "another password", NotificationURL: shop.URL + "/terminal"}
	if change != nil {
		change(&contract)
	}
	b.Server = tbanktest.New(tbanktest.Config{Terminals: []tbanktest.Terminal{contract, other}, Now: b.now, Seed: 1})
	web := httptest.NewServer(b.Server)
	t.Cleanup(web.Close)
	t.Cleanup(b.Server.Close)
	b.url = web.URL
	t.Cleanup(func() {
		for _, v := range b.Violations() {
			t.Errorf("against the protocol: %+v", v)
		}
	})
	return b, tbank.New(tbank.Config{
		Terminal: terminal, Password: password, API: web.URL + "/v2",
		NotificationURL: shop.URL + "/payments/tbank", SuccessURL: "https://shop.example/ok", FailURL: "https://shop.example/fail",
		HTTP: web.Client(), Now: b.now,
	})
}

func receipt(ffd string) *sales.Receipt {
	return &sales.Receipt{
		FFD: ffd, Email: "anna@mail.example", Phone: "+79161234567", Taxation: "usn_income",
		Items: []sales.ReceiptItem{
			{Name: "Курс «Go за 30 дней»", Price: 400000, Quantity: 1000, Tax: "none", Method: "full_payment", Object: "service"},
			{Name: "Разбор, часов", Price: 60000, Quantity: 1500, Tax: "vat22", Method: "full_prepayment", Object: "job", Unit: "ч"},
		},
	}
}

func harness(t *testing.T, r *sales.Receipt, change func(*tbanktest.Terminal)) paymentstest.Harness {
	b, provider := open(t, change)
	must := func(t *testing.T, _ tbanktest.Payment, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	return paymentstest.Harness{
		Provider: provider, Now: b.now, Advance: b.advance, Notifications: b.notifications, Receipt: r,
		Pay: func(t *testing.T, link payments.Link, amount sales.Money) {
			p, err := b.PayOther(link.URL, int64(amount))
			must(t, p, err)
		},
		Decline: func(t *testing.T, link payments.Link) {
			p, err := b.Pay(link.URL, tbanktest.CardDeclined)
			must(t, p, err)
		},
		Refund: func(t *testing.T, link payments.Link) {
			p, err := b.Cancel(link.URL)
			must(t, p, err)
		},
		Foreign: func(t *testing.T) []paymentstest.Notification {
			other := tbank.New(tbank.Config{Terminal: "OtherDEMO", Password: "another password", API: b.url + "/v2", Now: b.now})
			link, err := other.Link(t.Context(), payment(b))
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.Pay(link.URL, tbanktest.CardSuccess)
			must(t, p, err)
			return b.notifications(t)
		},
		Balance: func(t *testing.T, link payments.Link) (paid, returned sales.Money) {
			p, err := b.Payment(link.URL)
			must(t, p, err)
			return sales.Money(p.Paid), sales.Money(p.Refunded)
		},
		PayOnce: func(t *testing.T, link payments.Link) {
			p, err := b.Pay(link.URL, tbanktest.CardOnce)
			must(t, p, err)
		},
		PayByQR: func(t *testing.T, link payments.Link, bound bool) {
			p, err := b.PayByQR(link.URL, bound)
			must(t, p, err)
		},
		SayNext: func(word string) { b.Mischief(tbanktest.Mischief{Extra: map[string]any{"Status": word}}) },
		Tamper: func(body []byte) []byte {
			return bytes.Replace(body, []byte(`"Amount":490000`), []byte(`"Amount":490001`), 1)
		},
		Break: func(m paymentstest.Mishap) {
			b.Inject(tbanktest.Fault{Kind: map[paymentstest.Mishap]tbanktest.FaultKind{
				paymentstest.Page: tbanktest.FaultHTML, paymentstest.Unheard: tbanktest.FaultDropBefore,
				paymentstest.Unlearned: tbanktest.FaultDropAfter, paymentstest.Busy: tbanktest.FaultTemporary,
			}[m]})
		},
		Private: []string{password, "anna@mail", "79161234567", "430000******0777", `"1230"`},
	}
}

func TestProviderPassesTheSuite(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		receipt *sales.Receipt
		change  func(*tbanktest.Terminal)
	}{
		"no receipt":           {nil, nil},
		"FFD 1.05":             {receipt("1.05"), func(t *tbanktest.Terminal) { t.CashRegister = true }},
		"FFD 1.2":              {receipt("1.2"), func(t *tbanktest.Terminal) { t.CashRegister, t.FFD = true, "1.2" }},
		"order ids may repeat": {nil, func(t *tbanktest.Terminal) { t.ReuseOrders = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			paymentstest.Run(t, func(t *testing.T) paymentstest.Harness { return harness(t, test.receipt, test.change) })
		})
	}
}

// lastInit is the body of the last Init that the bank got.
func (b *bank) lastInit(t *testing.T) map[string]any {
	t.Helper()
	var fields map[string]any
	for _, r := range b.Requests() {
		if r.Method == "Init" {
			fields = nil
			if err := json.Unmarshal(r.Body, &fields); err != nil {
				t.Fatal(err)
			}
		}
	}
	return fields
}

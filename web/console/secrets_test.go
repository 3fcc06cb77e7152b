package console_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
)

// turned seals by turning a text around.
type turned struct{}

func (turned) Seal(_, plain string) string {
	out := []byte(plain)
	slices.Reverse(out)
	return string(out)
}

func (t turned) Open(_, sealed string) (string, error) { return t.Seal("", sealed), nil }

// till is a bot with the practice bank, over a desk's store.
type till struct {
	*desk
	bot      *bot.Bot
	provider *tbank.Provider
	practice *tbanktest.Server

	told   sync.Mutex
	bodies [][]byte // of the bank's notifications
}

const terminalPassword = "pa55word-of-the-terminal"

func newTill(t *testing.T) *till {
	t.Helper()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", "flow: shop\nstart: a\nstates:\n  a: {do: [{say: Привет}], end: true}\n")
	if flow == nil {
		t.Fatalf("the flow does not load: %+v", found)
	}
	l := &till{desk: open(t)}
	door := httptest.NewServer(http.HandlerFunc(l.notified))
	t.Cleanup(door.Close)
	l.practice = tbanktest.New(tbanktest.Config{Now: l.clock, Terminals: []tbanktest.Terminal{{
		Key: "ShopDEMO", Password: terminalPassword, Charge: true, NotificationURL: door.URL,
	}}})
	t.Cleanup(l.practice.Close)
	web := httptest.NewServer(l.practice)
	t.Cleanup(web.Close)
	l.provider = tbank.New(tbank.Config{Terminal: "ShopDEMO", Password: terminalPassword, API: web.URL + "/v2", Now: l.clock})
	var err error
	l.bot, err = bot.New(bot.Config{
		Store: l.store, Provider: l.provider, Sealer: turned{}, Now: l.clock, Log: slog.New(slog.DiscardHandler),
		Project: &flows.Project{Dir: t.TempDir(), Flows: []*flows.Flow{flow}},
		Engine:  flows.Engine{Provider: l.provider.Name(), Texts: func(_, key string) string { return key }},
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// notified takes a notification of the bank.
func (l *till) notified(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	l.told.Lock()
	l.bodies = append(l.bodies, body)
	l.told.Unlock()
	event, refused := l.provider.Receive(r, body)
	if err = errors.Join(err, refused); err == nil {
		err = l.bot.Accept(r.Context(), l.provider.Name(), event)
	}
	if err != nil {
		l.Error(err)
	}
	l.provider.Acknowledge(w)
}

// pay has a customer pay, who lets the card be kept.
func (l *till) pay() {
	l.Helper()
	payment := sales.Payment{
		ID: "p1", Order: "o1", Contact: "tg:1", Provider: l.provider.Name(), Amount: 490000, Status: sales.PaymentLinked, Recurrent: true,
		CustomerKey: "buyer", CreatedAt: l.clock(), ExpiresAt: l.clock().Add(time.Hour), Place: "shop.yaml:12",
	}
	link, err := l.provider.Link(l.Context(), payment)
	if err != nil {
		l.Fatal(err)
	}
	payment.External, payment.URL = link.External, link.URL
	l.put(func(tx storage.Tx) error {
		return errors.Join(
			tx.PutContact(sales.Contact{ID: "tg:1", Name: "Анна", ActiveAt: l.clock()}),
			tx.PutOrder(sales.Order{ID: "o1", Contact: "tg:1", Flow: "shop", Title: "Курс", Amount: 490000, CreatedAt: l.clock()}),
			tx.PutPayment(payment),
		)
	})
	if _, err := l.practice.Pay(payment.URL, tbanktest.CardSuccess); err != nil {
		l.Fatal(err)
	}
	if err := l.practice.Settle(l.Context()); err != nil {
		l.Fatal(err)
	}
}

// secrets are what the bank knows of the card, what it signed with, and what is sealed.
func (l *till) secrets() []string {
	l.told.Lock()
	defer l.told.Unlock()
	secrets := []string{terminalPassword}
	for _, body := range l.bodies {
		var root struct{ Token, Pan string }
		if err := json.Unmarshal(body, &root); err != nil {
			l.Fatal(err)
		}
		secrets = append(secrets, root.Token, root.Pan)
	}
	for _, one := range l.practice.Payments() {
		secrets = append(secrets, one.RebillID, one.CardID, turned{}.Seal("", one.RebillID))
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

// TestNoPageShowsASecret has a card saved by a payment, and reads every page.
func TestNoPageShowsASecret(t *testing.T) {
	t.Parallel()
	l := newTill(t)
	l.pay()
	secrets, cookie, pages := l.secrets(), l.enter(), ""
	for _, path := range []string{"/console/", "/console/dialogs/tg:1", "/console/money", "/console/work", "/console/calendar"} {
		page := l.page(path, cookie)
		pages += page
		for _, secret := range secrets {
			if strings.Contains(page, secret) {
				t.Errorf("%q is on %s", secret, path)
			}
		}
	}
	if len(secrets) < 6 || !strings.Contains(pages, "0777") {
		t.Fatalf("%d secrets, and no saved card on the pages", len(secrets))
	}
}

package bot_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/bot"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/storage/bolt"
)

const taps = `
flow: shop
title: Магазин
start: welcome
products:
  course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/course"}}
  book: {title: Книга, price: 500, deliver: {link: "https://example.ru/book"}}
states:
  welcome: {do: [{say: Привет, buttons: [[{text: Купить, to: pay}, {text: Книга, to: book}]]}]}
  pay:
    do: [{pay: course, save_card: true}]
    on: [{success: thanks, fail: pay, different_amounts: pay, expired: pay, error: pay}]
  book:
    do: [{pay: book, method: [saved, card]}]
    on: [{success: thanks, fail: pay, different_amounts: pay, expired: pay, error: pay}]
  thanks: {do: [{say: "Спасибо, карта #{card.last}", buttons: [[{text: Книга, to: book}]]}], end: true}
`

// turned seals by turning a text around: enough to see that nothing is kept as it came.
type turned struct{}

func (turned) Seal(_, plain string) string {
	out := []byte(plain)
	slices.Reverse(out)
	return base64.StdEncoding.EncodeToString(out)
}

func (turned) Open(_, sealed string) (string, error) {
	out, err := base64.StdEncoding.DecodeString(sealed)
	slices.Reverse(out)
	return string(out), err
}

// shared is a log that may be written from anywhere.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestNoSecretIsKeptOrTold pays with the practice bank, stores a card, taps it,
// declines, forges, and then looks for card data and secrets in every place.
func TestNoSecretIsKeptOrTold(t *testing.T) {
	t.Parallel()
	const password = "pa$$word-of-the-terminal"
	dir, log := t.TempDir(), &shared{}
	var door http.Handler
	var sent [][]byte
	var sending sync.Mutex
	shopDoor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sending.Lock()
		sent = append(sent, body)
		sending.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.SetPathValue("provider", tbank.Name)
		door.ServeHTTP(w, r)
	}))
	t.Cleanup(shopDoor.Close)
	w := newWorld(t, taps, func(c *bot.Config) {
		store, err := bolt.Open(filepath.Join(dir, "voronka.db"), bolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		c.Store, c.Sealer = store, turned{}
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	w.store = w.config.Store
	practice := tbanktest.New(tbanktest.Config{Now: w.clock.Now, Terminals: []tbanktest.Terminal{{
		Key: "ShopDEMO", Password: password, Charge: true, NotificationURL: shopDoor.URL,
	}}})
	t.Cleanup(practice.Close)
	web := httptest.NewServer(practice)
	t.Cleanup(web.Close)
	provider := tbank.New(tbank.Config{Terminal: "ShopDEMO", Password: password, API: web.URL + "/v2", Now: w.clock.Now})
	w.config.Provider, w.config.Engine.Provider = provider, provider.Name()
	w.restart()
	knocks := payments.NewDoor(w.Accept, provider)
	knocks.Log = w.config.Log
	door = knocks

	told := func() { w.told(practice) }
	payment := w.toPay()
	for _, card := range []tbanktest.Card{tbanktest.CardDeclined, tbanktest.CardSuccess} {
		if _, err := practice.Pay(payment.URL, card); err != nil {
			t.Fatal(err)
		}
		told()
	}
	practice.Mischief(tbanktest.Mischief{BadTokens: 1, Fiscal: true})
	w.clock.pass(time.Second)
	w.press("Книга")
	w.drain()
	w.press("‹pay_saved›")
	w.drain()
	told()
	if got := w.orders()[0]; got.Product != "book" || !got.Paid() {
		t.Fatalf("the saved card did not pay: %+v, said %q", got, w.chat.texts())
	}
	searched := map[string]string{
		"the log": log.String(), "the chat": strings.Join(w.chat.texts(), "\n"), "the journal": strings.Join(w.journal(), "\n"),
	}
	for name, content := range filesOf(t, dir) {
		searched[name] = content
	}
	secrets := append(secretsOf(practice, sent), password)
	if len(secrets) < 8 || !strings.Contains(searched["voronka.db"]+searched["voronka.db.log"], payment.ID) {
		t.Fatalf("%d secrets to look for, in %d places", len(secrets), len(searched))
	}
	for place, text := range searched {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, place)
			}
		}
	}
}

// told waits until the bank has told everything, and everything is done about it.
func (w *world) told(practice *tbanktest.Server) {
	w.Helper()
	if err := practice.Settle(w.ctx()); err != nil {
		w.Fatal(err)
	}
	w.drain()
}

// secretsOf are what the bank knows of cards and what it signed with.
func secretsOf(practice *tbanktest.Server, sent [][]byte) (secrets []string) {
	for _, made := range practice.Payments() {
		secrets = append(secrets, made.RebillID, made.CardID)
	}
	for _, body := range sent {
		var root struct{ Token, Pan string }
		if json.Unmarshal(body, &root) == nil {
			secrets = append(secrets, root.Token, root.Pan)
		}
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

// filesOf are the files of a store.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		contents[file.Name()] = string(raw)
	}
	return contents
}

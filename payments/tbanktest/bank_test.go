package tbanktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// start is when every test's clock begins.
func start() time.Time {
	return time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("MSK", 3*3600))
}

// bank is a server with a shop that listens to its notifications.
type bank struct {
	*Server
	t    *testing.T
	url  string
	shop *shop

	mu    sync.Mutex
	clock time.Time
	order int
}

const password = "$tr0ng%^*"

func newBank(t *testing.T, change func(*Config)) *bank {
	t.Helper()
	b := &bank{t: t, clock: start(), shop: newShop(t)}
	cfg := Config{
		Terminals: []Terminal{{Key: "ShopDEMO", Password: password, Merchant: "Школа «Гофер»",
			NotificationURL: b.shop.url, Charge: true, SBP: true}},
		Now: b.now, Seed: 7, AckTimeout: 5 * time.Second,
	}
	if change != nil {
		change(&cfg)
	}
	b.Server = New(cfg)
	web := httptest.NewServer(b.Server)
	b.url = web.URL
	t.Cleanup(web.Close)
	t.Cleanup(b.Server.Close)
	return b
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

// patience is how long a test waits for what must come: on a busy machine too.
const patience = 2 * time.Minute

func (b *bank) settle() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	if err := b.Settle(ctx); err != nil {
		b.t.Fatalf("settle: %v", err)
	}
}

// call signs and sends a request of the shop, and returns the answer's fields.
func (b *bank) call(method string, fields map[string]any) map[string]any {
	b.t.Helper()
	body := map[string]any{"TerminalKey": "ShopDEMO"}
	for k, v := range fields {
		body[k] = v
		if v == nil {
			delete(body, k)
		}
	}
	raw := signed(body, password)
	if tok, given := fields["Token"]; given {
		body["Token"] = tok
		raw = encode(body)
	}
	status, out := b.post(method, raw)
	if status != http.StatusOK {
		b.t.Fatalf("%s: HTTP %d: %s", method, status, out)
	}
	var answer map[string]any
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	if err := dec.Decode(&answer); err != nil {
		b.t.Fatalf("%s: %v: %s", method, err, out)
	}
	return answer
}

func pathOf(method string) string {
	if method == closingReceipt {
		return "/cashbox/" + method
	}
	return "/v2/" + method
}

func (b *bank) post(method string, raw []byte) (int, []byte) {
	b.t.Helper()
	resp, err := http.Post(b.url+pathOf(method), "application/json", bytes.NewReader(raw))
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, out
}

// initOrder makes a payment of 4900 roubles and returns its id and link.
func (b *bank) initOrder(fields map[string]any) (id, link string) {
	b.t.Helper()
	b.order++
	body := map[string]any{"Amount": 490000, "OrderId": fmt.Sprintf("order-%d", b.order)}
	for k, v := range fields {
		body[k] = v
	}
	out := b.call("Init", body)
	if out["Success"] != true {
		b.t.Fatalf("Init: %v", out)
	}
	return out["PaymentId"].(string), out["PaymentURL"].(string)
}

func (b *bank) state(id string) string {
	b.t.Helper()
	out := b.call("GetState", map[string]any{"PaymentId": id})
	if out["Success"] != true {
		b.t.Fatalf("GetState: %v", out)
	}
	return out["Status"].(string)
}

// shop receives notifications and answers as told.
type shop struct {
	url string

	mu     sync.Mutex
	got    []map[string]any
	raw    [][]byte
	answer func(n int, w http.ResponseWriter) // n counts from 1
}

func newShop(t *testing.T) *shop {
	s := &shop{}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.url = web.URL + "/notify"
	return s
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var fields map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || dec.Decode(&fields) != nil {
		http.Error(w, "not a notification", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.got, s.raw = append(s.got, fields), append(s.raw, raw)
	n, answer := len(s.got), s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(n, w)
		return
	}
	io.WriteString(w, "OK")
}

func (s *shop) reply(answer func(n int, w http.ResponseWriter)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// statuses are what arrived, in order.
func (s *shop) statuses() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, n := range s.got {
		out = append(out, fmt.Sprint(n["Status"]))
	}
	return out
}

func (s *shop) all() ([]map[string]any, [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any(nil), s.got...), append([][]byte(nil), s.raw...)
}

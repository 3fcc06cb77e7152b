package bot_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const benchPassword = "bench-password"

// notice is a signed notification that a payment was paid, with its token made
// the way the bank's document words it.
func notice(id string) []byte {
	fields := map[string]string{"TerminalKey": "BenchDEMO", "OrderId": id, "PaymentId": "9" + id[1:], "Status": "CONFIRMED", "Amount": "490000",
		"Success": "true", "ErrorCode": "0", "Pan": "430000******0777", "ExpDate": "1230"}
	keys := []string{"Password"}
	for name := range fields {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	joined := ""
	for _, name := range keys {
		if name == "Password" {
			joined += benchPassword
		}
		joined += fields[name]
	}
	sum := sha256.Sum256([]byte(joined))
	fields["Token"] = hex.EncodeToString(sum[:])
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return body
}

// BenchmarkNotifications handles the bank's notifications durably, 64 at a time
// as a busy hour would bring them: signature, dedupe, the payment's life, the
// flow's turn, journal and jobs, all on the disk before OK. Beside it, on the
// same disk, a handler as one writes it by hand: signature, a map for dedupe, a
// line in a file and one fsync. ratio is ours by theirs.
func BenchmarkNotifications(b *testing.B) {
	const parallel = 64
	dir := b.TempDir()
	ours, bodies := ownDoor(b, dir)
	byHand := handWritten(b, dir)
	rate := func(h http.Handler) float64 {
		var next atomic.Int64
		begin := time.Now()
		var group sync.WaitGroup
		for range parallel {
			group.Go(func() {
				for i := next.Add(1) - 1; int(i) < len(bodies); i = next.Add(1) - 1 {
					r := httptest.NewRequest(http.MethodPost, "/payments/tbank", bytes.NewReader(bodies[i]))
					r.SetPathValue("provider", tbank.Name)
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					if w.Code != http.StatusOK || w.Body.String() != "OK" {
						b.Errorf("answered %d %q", w.Code, w.Body)
						return
					}
				}
			})
		}
		group.Wait()
		return float64(len(bodies)) / time.Since(begin).Seconds()
	}
	for range b.N {
		hand := rate(byHand())
		own := rate(ours())
		b.ReportMetric(own, "notifications/s")
		b.ReportMetric(hand, "by_hand/s")
		b.ReportMetric(own/hand, "ratio")
	}
}

// ownDoor is the door of a bot with a payment waiting for each body.
func ownDoor(b *testing.B, dir string) (open func() http.Handler, bodies [][]byte) {
	const count = 2000
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", strings.Replace(shop, "deliver: {file: files/course.txt, text: Ваш курс}", `deliver: {link: "https://example.ru"}`, 1))
	if flow == nil {
		b.Fatal(found)
	}
	for i := range count {
		bodies = append(bodies, notice(fmt.Sprintf("p%08d", i)))
	}
	round := 0
	return func() http.Handler {
		round++
		store, err := bolt.Open(filepath.Join(dir, fmt.Sprintf("ours-%d.db", round)), bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { store.Close() })
		now := time.Now()
		provider := tbank.New(tbank.Config{Terminal: "BenchDEMO", Password: benchPassword})
		made, err := bot.New(bot.Config{
			Store: store, Chat: &chat{}, Provider: provider, Project: &flows.Project{Dir: dir, Flows: []*flows.Flow{flow}},
			Engine: flows.Engine{Provider: provider.Name(), Texts: func(_, key string) string { return key }},
			Now:    time.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			b.Fatal(err)
		}
		err = store.Update(b.Context(), func(tx storage.Tx) error {
			for i := range count {
				id := fmt.Sprintf("p%08d", i)
				contact := "tg:" + id
				for _, err := range []error{
					tx.PutContact(sales.Contact{ID: contact, ChatID: int64(i + 1), CreatedAt: now}),
					tx.PutSession(flows.Session{Contact: contact, Flow: "shop", State: "pay", Entered: now, Seed: "seed" + id, Payment: id, Order: "o" + id}),
					tx.PutOrder(sales.Order{ID: "o" + id, Contact: contact, Flow: "shop", Product: "course", Title: "Курс", Amount: 490000, CreatedAt: now}),
					tx.PutPayment(sales.Payment{ID: id, Order: "o" + id, Contact: contact, Provider: tbank.Name, Amount: 490000,
						Status: sales.PaymentLinked, External: "9" + id[1:], URL: "https://bank.example/x", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}),
				} {
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		return payments.NewDoor(made.Accept, provider)
	}, bodies
}

// handWritten is what one writes in an evening: correct as far as it goes, and durable.
func handWritten(b *testing.B, dir string) func() http.Handler {
	round := 0
	return func() http.Handler {
		round++
		file, err := os.Create(filepath.Join(dir, fmt.Sprintf("hand-%d.log", round)))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { file.Close() })
		var mu sync.Mutex
		seen := map[string]bool{}
		provider := tbank.New(tbank.Config{Terminal: "BenchDEMO", Password: benchPassword})
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, "unreadable", http.StatusBadRequest)
				return
			}
			event, err := provider.Receive(r, body)
			if err != nil {
				http.Error(w, "forged", http.StatusForbidden)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if !seen[event.Key] {
				seen[event.Key] = true
				if _, err := fmt.Fprintln(file, event.Payment, event.Status, int64(event.Amount)); err != nil || file.Sync() != nil {
					http.Error(w, "not kept", http.StatusInternalServerError)
					return
				}
			}
			io.WriteString(w, "OK")
		})
	}
}

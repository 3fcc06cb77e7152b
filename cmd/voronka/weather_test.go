package main

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/payments/tbanktest"
)

// weather is one thing that goes wrong around a process while it lives.
type weather struct {
	name string
	come func(w *outside, r *rand.Rand)
}

// weathers is every fault that the runtime must stand, beside the kills.
func weathers() []weather {
	return []weather{
		{"429 storm", func(w *outside, r *rand.Rand) {
			w.strike(telegramtest.Fault{Method: "sendMessage", Status: http.StatusTooManyRequests, RetryAfter: time.Second, Times: 1 + r.IntN(5)})
		}},
		{"429 of the CRM", func(w *outside, r *rand.Rand) {
			w.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.TooManyRequests, Times: 1 + r.IntN(3)})
		}},
		{"502 pages", func(w *outside, r *rand.Rand) {
			w.strike(telegramtest.Fault{Status: http.StatusBadGateway, Times: 1 + r.IntN(5)})
			w.strike(telegramtest.Fault{Method: "getUpdates", Status: http.StatusBadGateway, Times: 1 + r.IntN(2)})
			w.bank.Inject(tbanktest.Fault{Kind: tbanktest.FaultHTML, Times: 1 + r.IntN(2)})
			w.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway, Times: 1 + r.IntN(3)})
		}},
		{"cut before", func(w *outside, r *rand.Rand) {
			w.strike(telegramtest.Fault{Drop: telegramtest.DropBefore, Times: 1 + r.IntN(4)})
			w.bank.Inject(tbanktest.Fault{Kind: tbanktest.FaultDropBefore})
			w.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.DropBefore, Times: 1 + r.IntN(3)})
		}},
		{"served without an answer", func(w *outside, r *rand.Rand) {
			w.strike(telegramtest.Fault{Method: "sendMessage", Drop: telegramtest.DropAfter})
			w.bank.Inject(tbanktest.Fault{Kind: tbanktest.FaultDropAfter})
			for _, kind := range []amocrmtest.FaultKind{amocrmtest.GatewayTimeout, amocrmtest.DropAfter, amocrmtest.EmptyBody} {
				w.amo.Inject(amocrmtest.Fault{Kind: kind, Skip: r.IntN(4)})
			}
		}},
		{"answers come too late", func(w *outside, r *rand.Rand) {
			w.strike(telegramtest.Fault{Method: "sendMessage", Hold: time.Duration(1+r.IntN(35)) * time.Second, Times: 1 + r.IntN(2)})
			w.strike(telegramtest.Fault{Method: "sendMessage", Delay: time.Duration(r.IntN(1500)) * time.Millisecond, Times: 1 + r.IntN(3)})
		}},
		{"updates twice and in another order", func(w *outside, r *rand.Rand) {
			all := w.telegram.Updates()
			for range min(len(all), 1+r.IntN(8)) {
				w.telegram.Redeliver(all[max(0, len(all)-30)+r.IntN(min(len(all), 30))])
			}
		}},
		{"CRM away", func(w *outside, r *rand.Rand) {
			w.amoAway = true
			w.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway, Times: -1})
		}},
		{"CRM back", func(w *outside, r *rand.Rand) { w.amoAway = false; w.amo.Heal() }},
		{"notifications twice and in disorder", func(w *outside, r *rand.Rand) {
			w.bank.Mischief(tbanktest.Mischief{Duplicate: 1 + r.IntN(3), Reorder: true})
		}},
		{"notifications lost and forged", func(w *outside, r *rand.Rand) {
			w.bank.Mischief(tbanktest.Mischief{Lose: r.IntN(3), BadTokens: r.IntN(2)})
		}},
		{"clock jumps", func(w *outside, r *rand.Rand) { w.clock = jump(r) }},
		{"clock right", func(w *outside, r *rand.Rand) { w.clock = "" }},
		{"GOAWAY", func(w *outside, r *rand.Rand) { w.goaway.Store(int64(1 + r.IntN(20))) }},
		{"fine", func(*outside, *rand.Rand) {}},
	}
}

// jump is a wrong clock that becomes another wrong one, as clockVariable has it.
func jump(r *rand.Rand) string {
	wrong := func() time.Duration { return time.Duration(r.IntN(60)-30) * time.Second }
	return fmt.Sprintf("%v,%v", wrong(), wrong())
}

// strike arms a fault of Telegram until the weather changes.
func (w *outside) strike(f telegramtest.Fault) { w.withdraw = append(w.withdraw, w.telegram.Inject(f)) }

// change ends what a weather brought, but for the clock, notifications to come
// and a CRM that is away: they last until another weather.
func (w *outside) change() {
	for _, withdraw := range w.withdraw {
		withdraw()
	}
	w.withdraw = nil
	w.bank.ClearFaults()
	if !w.amoAway {
		w.amo.Heal()
	}
	w.goaway.Store(0)
}

// clear ends all bad weather.
func (w *outside) clear() {
	w.amoAway = false
	w.change()
	w.bank.Mischief(tbanktest.Mischief{})
	w.clock = ""
}

// overHTTP2 puts Telegram behind TLS and HTTP/2, where a connection is ended by
// a GOAWAY frame after as many requests as w.goaway says, and trusted by the
// processes to come.
func (w *outside) overHTTP2() {
	w.t.Helper()
	var served atomic.Int64
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if every := w.goaway.Load(); every > 0 && served.Add(1)%every == 0 {
			rw.Header().Set("Connection", "close") // over HTTP/2: GOAWAY, see net/http.Server
		}
		w.telegram.ServeHTTP(rw, r)
	}))
	front.EnableHTTP2 = true
	front.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	front.StartTLS()
	w.t.Cleanup(front.Close)
	roots := filepath.Join(w.dir, "roots.pem")
	pair := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	if err := os.WriteFile(roots, pair, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.env = append(w.env, "VORONKA_TELEGRAM_API="+front.URL, "SSL_CERT_FILE="+roots)
}

// TestGoawayReachesTheProcess sells while every second request ends its connection.
func TestGoawayReachesTheProcess(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.overHTTP2()
	w.goaway.Store(2)
	w.start()
	anna := w.customer(71)
	if err := anna.buy(ctx); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
	w.judgeOne(anna)
}

// TestClockJumpsWhileSelling sells while the clock of the process goes back and
// forth by minutes.
func TestClockJumpsWhileSelling(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	anna := w.customer(72)
	bought := make(chan error, 1)
	go func() { bought <- anna.buy(ctx) }()
	for _, clock := range []string{"3h,-4m", "-5m,1m", "0s,30m", "-1m"} {
		w.clock = clock
		w.start()
		if err := pause(ctx, 700*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		w.kill()
	}
	w.start()
	if err := <-bought; err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	w.settled(ctx)
	w.stop()
	w.judgeDialogs(anna)
	w.judgeOne(anna)
}

func (w *outside) judgeDialogs(all ...*customer) {
	w.t.Helper()
	for _, one := range all {
		w.judgeTwice(one)
	}
}

// calm waits until the processes have answered for everything that was asked.
func (w *outside) calm(ctx context.Context) {
	w.t.Helper()
	if err := w.idle(ctx); err != nil {
		w.t.Errorf("%v\n%s", err, w.logs())
	}
}

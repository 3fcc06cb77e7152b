package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// newSickOutside is an outside whose parts will fail, and a deadline for all of it.
func newSickOutside(t *testing.T, mode string) (*outside, context.Context) {
	t.Helper()
	w := newOutside(t, mode)
	// A process under the race detector sleeps for a second at its end.
	w.env = append(w.env, "GORACE=atexit_sleep_ms=0")
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the process said:\n%s", w.logs())
		}
	})
	return w, ctx
}

// TestTelegramIsSick starts before Telegram does, and then sells through 502
// pages, floods and cut connections: everything arrives once, in order.
func TestTelegramIsSick(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w, ctx := newSickOutside(t, mode)
			var answered atomic.Bool
			front := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if !answered.Swap(true) { // the first call, getMe, meets a proxy
					rw.WriteHeader(http.StatusBadGateway)
					io.WriteString(rw, "<html><h1>502 Bad Gateway</h1></html>")
					return
				}
				w.telegram.ServeHTTP(rw, r)
			})
			w.env = append(w.env, "VORONKA_TELEGRAM_API="+serveFake(t, front))
			w.telegram.Inject(telegramtest.Fault{Method: "getUpdates", Status: http.StatusBadGateway})
			w.telegram.Inject(telegramtest.Fault{Method: "getUpdates", Drop: telegramtest.DropBefore})
			w.telegram.Inject(telegramtest.Fault{Method: "setWebhook", Status: http.StatusBadGateway})
			w.telegram.Inject(telegramtest.Fault{Method: "sendMessage", Status: http.StatusTooManyRequests, RetryAfter: time.Second})
			w.telegram.Inject(telegramtest.Fault{Method: "sendMessage", Status: http.StatusBadGateway})
			w.telegram.Inject(telegramtest.Fault{Method: "sendDocument", Status: http.StatusTooManyRequests, RetryAfter: time.Second})
			w.telegram.Inject(telegramtest.Fault{Method: "answerCallbackQuery", Status: http.StatusBadGateway})
			w.start()
			anna := w.customer(7)
			if err := anna.buy(ctx); err != nil {
				t.Fatal(err)
			}
			w.settled(ctx)
			w.stop()
			w.onceEach(anna)
			w.judgePatience()
			w.judgeOne(anna)
		})
	}
}

// TestBankIsDown asks for a link while the bank answers HTML and then makes
// one without answering: the customer gets one link when the bank is back, and
// what was said meanwhile is answered after it.
func TestBankIsDown(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.bank.Inject(tbanktest.Fault{Method: "Init", Kind: tbanktest.FaultHTML})
	w.bank.Inject(tbanktest.Fault{Method: "Init", Kind: tbanktest.FaultDropAfter})
	w.start()
	anna := w.customer(8)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	w.waitForWork(ctx, "chat/tg:8", "bank_")
	anna.did(anna.Send("сколько стоит?"))
	if err := anna.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		t.Fatal(err)
	}
	if _, err := anna.WaitForText(ctx, "с наставником — 14"); err != nil {
		t.Fatalf("the chat was lost: %v", err)
	}
	if err := anna.pay(ctx); err != nil {
		t.Fatal(err)
	}
	if err := anna.WaitFor(ctx, func(screen []telegramtest.Message) bool { return anna.files(screen) > 0 }); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
	w.judgeOne(anna)
}

// TestBankRefuses gets a refusal that no repetition helps: the flow takes its
// error branch, a person is called, and a new try is a new link.
func TestBankRefuses(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.bank.Inject(tbanktest.Fault{Method: "Init", Kind: tbanktest.FaultTemporary, Code: "204"})
	w.start()
	anna := w.customer(9)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := anna.WaitForText(ctx, "Банк сейчас не отвечает"); err != nil {
		t.Fatal(err)
	}
	if page := w.console(ctx, "/console/"); !strings.Contains(page, "Нужен человек") {
		t.Errorf("nobody is called:\n%s", page)
	}
	if err := anna.press(ctx, "Попробовать ещё раз"); err != nil {
		t.Fatal(err)
	}
	if err := anna.finish(ctx); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
}

// TestNotificationIsLost pays while the bank's word never comes: the status
// question finds the money after a restart, once.
func TestNotificationIsLost(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.bank.Mischief(tbanktest.Mischief{Lose: 1000})
	w.start()
	anna := w.customer(10)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	if err := anna.WaitForButton(ctx, "Оплатить 990 ₽"); err != nil {
		t.Fatal(err)
	}
	if err := anna.pay(ctx); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()
	if n := anna.files(anna.Messages()); n > 0 {
		t.Fatal("delivered before anybody said that it was paid")
	}
	w.checkNow()
	w.start()
	if err := anna.WaitFor(ctx, func(screen []telegramtest.Message) bool { return anna.files(screen) > 0 }); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
	w.judgeOne(anna)
}

// checkNow makes every payment due for its status question, as if its time had passed.
func (w *outside) checkNow() {
	w.t.Helper()
	store, err := bolt.Open(w.database(), bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	due := 0
	err = store.Update(context.Background(), func(tx storage.Tx) error {
		ids, _, err := tx.Unchecked(time.Now().Add(time.Hour), 100)
		if err != nil {
			return err
		}
		for _, id := range ids {
			payment, err := tx.Payment(id)
			if err != nil {
				return err
			}
			if payment.Status != sales.PaymentLinked {
				return fmt.Errorf("payment %s is %s", id, payment.Status)
			}
			payment.CheckAt = time.Now().Add(-time.Second)
			if err := tx.PutPayment(payment); err != nil {
				return err
			}
			due++
		}
		return nil
	})
	if err != nil || due == 0 {
		w.t.Fatalf("%d payments wait for a question: %v", due, err)
	}
}

// TestCRMIsDown keeps the CRM away for the whole funnel. Replies stay quick,
// the console says what waits, and afterwards the deal is as complete, and in
// the same order, as that of a customer of a healthy day.
func TestCRMIsDown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault amocrmtest.Fault
		why   string // as the console says it
	}{
		"answers HTML":       {amocrmtest.Fault{Kind: amocrmtest.BadGateway, Times: -1}, "crm_unavailable"},
		"cuts":               {amocrmtest.Fault{Kind: amocrmtest.DropBefore, Times: -1}, "crm_broken"},
		"asks for patience":  {amocrmtest.Fault{Kind: amocrmtest.TooManyRequests, Times: -1}, "crm_busy"},
		"hangs":              {amocrmtest.Fault{Kind: amocrmtest.Delayed, Times: -1}, ""},
		"works, answers not": {amocrmtest.Fault{Kind: amocrmtest.GatewayTimeout, Times: 3}, "crm_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := newSickOutside(t, "polling")
			release := make(chan struct{})
			test.fault.Release = release
			w.amo.Inject(test.fault)
			w.start()
			sick := w.customer(11)
			began := time.Now()
			if err := sick.buy(ctx); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("the funnel took %v while the CRM was away", took)
			}
			w.waitForWork(ctx, "crm/tg:11", test.why)
			w.amo.Heal()
			close(release)
			w.settled(ctx)
			healthy := w.customer(12)
			if err := healthy.buy(ctx); err != nil {
				t.Fatal(err)
			}
			w.settled(ctx)
			w.stop()
			w.onceEach(sick)
			w.judgeMoney([]*customer{sick, healthy})
			w.judgeMirror([]*customer{sick, healthy})
			if diff := cmp.Diff(w.feed(healthy), w.feed(sick)); diff != "" {
				t.Errorf("the deal differs from a healthy one (-healthy +sick):\n%s", diff)
			}
		})
	}
}

// feed is what the deal of a customer shows, without what differs between customers.
func (w *outside) feed(one *customer) []string {
	w.t.Helper()
	personal := regexp.MustCompile(`\d+|[0-9a-f]{32}`)
	for _, contact := range w.amo.Contacts() {
		mails := contact.Values("EMAIL")
		if len(mails) != 1 || mails[0] != one.email || len(contact.Leads) != 1 {
			continue
		}
		var lines []string
		for _, lead := range w.amo.Leads() {
			if lead.ID == contact.Leads[0] {
				lines = append(lines, fmt.Sprint(lead.StatusID, lead.Price, lead.Tags != nil, len(contact.Values("PHONE"))))
			}
		}
		for _, note := range w.amo.Notes("leads", contact.Leads[0]) {
			lines = append(lines, personal.ReplaceAllString(note.Text(), "N"))
		}
		return lines
	}
	w.t.Errorf("%s is not in the CRM with one deal", one.email)
	return nil
}

// onceEach proves that the customer saw each message once, and one file.
func (w *outside) onceEach(one *customer) {
	w.t.Helper()
	if n := one.files(one.Messages()); n != 1 {
		w.t.Errorf("customer %d has %d files", one.ID(), n)
	}
	if n := w.judgeTwice(one); n > 0 {
		w.t.Errorf("customer %d was told %d messages twice", one.ID(), n)
	}
}

func (w *outside) judgeTwice(one *customer) (n int) {
	w.t.Helper()
	w.read(func(tx storage.Tx) error {
		n = w.judgeDialog(tx, one)
		return nil
	})
	return n
}

// judgeOne is the whole judgement of one customer, as after the kills.
func (w *outside) judgeOne(one *customer) {
	w.t.Helper()
	w.judgeMoney([]*customer{one})
	w.judgeMirror([]*customer{one})
	w.silent(one.email, "+7912", string(tbanktest.CardSuccess))
}

// silent proves that the log keeps secrets and personal data to itself.
func (w *outside) silent(more ...string) {
	w.t.Helper()
	log := w.logs()
	for _, secret := range append(more, w.telegram.Token(), "bank-secret-password", "amo-secret-token", "hook-secret", "console-password") {
		if strings.Contains(log, secret) {
			w.t.Errorf("the log holds %q", secret)
		}
	}
}

// settled waits until no job waits.
func (w *outside) settled(ctx context.Context) {
	w.t.Helper()
	if err := w.idle(ctx); err != nil {
		w.t.Fatalf("%v\n%s", err, w.work(context.WithoutCancel(ctx)))
	}
}

// work is the page of what waits, as an operator reads it.
func (w *outside) work(ctx context.Context) string { return w.console(ctx, "/console/work") }

// waitForWork reads the page of what waits until a job in a lane is there, and
// why it waits.
func (w *outside) waitForWork(ctx context.Context, lane, why string) {
	w.t.Helper()
	row := regexp.MustCompile("<tr><td>[^<]+</td><td>" + lane + "</td><td>" + why + ".*</td>")
	for {
		page := w.work(ctx)
		if row.MatchString(page) {
			return
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			w.t.Fatalf("%s %s is not among what waits: %v\n%s", lane, why, err, page)
		}
	}
}

// console logs in with the password and reads a page.
func (w *outside) console(ctx context.Context, page string) string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	form := strings.NewReader(url.Values{"password": {"console-password"}}.Encode())
	login, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.listen+"/console/login", form)
	if err != nil {
		w.t.Fatal(err)
	}
	login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	read, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.listen+page, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, request := range []*http.Request{login, read} {
		response, err := client.Do(request)
		if err != nil {
			return err.Error()
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			w.t.Errorf("%s: %s, %v", request.URL.Path, response.Status, err)
		}
		page = string(body)
	}
	return page
}

package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/flows"
	"voronka/locales"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/web/console"
)

const password = "пароль-с-буквами"

// desk is a console with its store, clock and bot.
type desk struct {
	*testing.T
	*console.Console
	store  storage.Store
	bot    *helper
	mu     sync.Mutex
	now    time.Time
	config console.Config
}

func open(t *testing.T, change ...func(*console.Config)) *desk {
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
	d := &desk{T: t, store: store, bot: &helper{}, now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
	d.config = console.Config{Store: store, Bot: d.bot, Password: password, Text: words.Text, Language: "ru", Now: d.clock, Secure: true}
	for _, c := range change {
		c(&d.config)
	}
	if d.Console, err = console.New(d.config); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) put(fn func(storage.Tx) error) {
	d.Helper()
	if err := d.store.Update(d.Context(), fn); err != nil {
		d.Fatal(err)
	}
}

// ask sends a request with a session's cookie, empty for none.
func (d *desk) ask(method, path, cookie string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "voronka_console", Value: cookie})
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// enter logs in and gives the cookie.
func (d *desk) enter() string {
	d.Helper()
	w := d.ask(http.MethodPost, "/console/login", "", url.Values{"password": {password}})
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(cookies) != 1 {
		d.Fatalf("login answered %d", w.Code)
	}
	return cookies[0].Value
}

// page reads a whole page.
func (d *desk) page(path, cookie string) string {
	d.Helper()
	w := d.ask(http.MethodGet, path, cookie, nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
		d.Fatalf("%s answered %d:\n%s", path, w.Code, body)
	}
	if strings.Contains(body, "‹") {
		d.Errorf("%s lacks a text: %s", path, regexp.MustCompile("‹.*?›").FindString(body))
	}
	return body
}

// token is what a page puts into its forms.
func (d *desk) token(cookie string) string {
	d.Helper()
	found := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(d.page("/console/", cookie))
	if found == nil {
		d.Fatal("no token on the page")
	}
	return found[1]
}

// helper is a bot that remembers what it was asked.
type helper struct {
	err      error
	revived  []int64
	attended []string
	acts     []string
	refunds  []sales.Refund
	stopped  string
}

func (h *helper) Revive(_ context.Context, job int64) error {
	h.revived = append(h.revived, job)
	return h.err
}

func (h *helper) Attended(_ context.Context, contact string) error {
	h.attended = append(h.attended, contact)
	return h.err
}

func (h *helper) Retime(_ context.Context, contact, timer string, due time.Time) error {
	h.acts = append(h.acts, strings.Join([]string{contact, timer, due.Format("02.01 15:04")}, "|"))
	return h.err
}

func (h *helper) Operate(_ context.Context, contact, id, word, text string) error {
	if id == "" {
		return errors.New("an act without an id")
	}
	h.acts = append(h.acts, strings.Join([]string{contact, word, text}, "|"))
	return h.err
}

func (h *helper) Refund(_ context.Context, refund sales.Refund) error {
	h.refunds = append(h.refunds, refund)
	return h.err
}

func (h *helper) Settle(_ context.Context, payment string, do flows.Settlement, part sales.Money, by string) error {
	said := fmt.Sprint("settle ", payment, " ", do, " ", by)
	if part > 0 {
		said += " " + part.String()
	}
	h.acts = append(h.acts, said)
	return h.err
}

func (h *helper) Certify(_ context.Context, payment, email, by string) error {
	h.acts = append(h.acts, fmt.Sprint("certify ", payment, " ", email, " ", by))
	return h.err
}

func (h *helper) CancelSubscription(_ context.Context, id, by string, now bool) error {
	h.acts = append(h.acts, fmt.Sprint("cancel ", id, " ", by, " ", now))
	return h.err
}

func (h *helper) StopCharges(_ context.Context, by string) error {
	h.stopped = by
	return h.err
}

func (h *helper) ChargesStopped(storage.Tx) (string, error) { return h.stopped, h.err }

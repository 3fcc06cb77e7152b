package telegram

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/flows"
)

const secret = "s3cret_-Token"

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	group := strings.Replace(update(1, 1, "привет"), "private", "supergroup", 1)
	for name, c := range map[string]struct {
		method, secret, configured, body string
		fails                            error
		want                             int
		taken, aside                     int
	}{
		"committed":             {"POST", secret, secret, update(1, 1, "привет"), nil, 200, 1, 0},
		"not committed":         {"POST", secret, secret, update(1, 1, "привет"), errStore, 503, 0, 0},
		"no room for it":        {"POST", secret, secret, update(1, 1, "привет"), errFull, 503, 0, 0},
		"wrong secret":          {"POST", "s3cret_-Tokem", secret, update(1, 1, "привет"), nil, 401, 0, 0},
		"no secret":             {"POST", "", secret, update(1, 1, "привет"), nil, 401, 0, 0},
		"no secret configured":  {"POST", "", "", update(1, 1, "привет"), nil, 401, 0, 0},
		"looked at":             {"GET", secret, secret, "", nil, 405, 0, 0},
		"put":                   {"PUT", secret, secret, update(1, 1, "привет"), nil, 405, 0, 0},
		"too large":             {"POST", secret, secret, update(1, 1, strings.Repeat("ё", 1<<19)), nil, 413, 0, 0},
		"long but possible":     {"POST", secret, secret, update(1, 1, strings.Repeat("😀", 4096)), nil, 200, 1, 0},
		"not JSON":              {"POST", secret, secret, "<html>", nil, 200, 0, 1},
		"of another shape":      {"POST", secret, secret, `{"update_id":7,"message":[]}`, nil, 200, 0, 1},
		"empty":                 {"POST", secret, secret, "", nil, 200, 0, 1},
		"in a group":            {"POST", secret, secret, group, nil, 200, 0, 0},
		"of a kind not for us":  {"POST", secret, secret, `{"update_id":8,"poll":{"id":"1"}}`, nil, 200, 0, 0},
		"of a kind yet unknown": {"POST", secret, secret, `{"update_id":9,"hologram":{"id":"1"}}`, nil, 200, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := keepBooks(func(flows.Input) error { return c.fails })
			b.full.Store(c.fails == errStore)
			r := httptest.NewRequest(c.method, "/telegram", strings.NewReader(c.body))
			if c.secret != "" {
				r.Header.Set("X-Telegram-Bot-Api-Secret-Token", c.secret)
			}
			w := httptest.NewRecorder()
			(&Webhook{Receiver: b.Receiver, Secret: c.configured}).ServeHTTP(w, r)
			if w.Code != c.want || len(b.taken) != c.taken || len(b.aside) != c.aside {
				t.Errorf("got %d, %d taken, %d put aside", w.Code, len(b.taken), len(b.aside))
			}
			if retry := w.Header().Get("Retry-After"); (retry != "") != (c.want == 503) {
				t.Errorf("Retry-After %q", retry)
			}
			if out := w.Body.String() + b.log.String(); strings.Contains(out, secret) || c.secret != "" && strings.Contains(out, c.secret) {
				t.Errorf("the secret is told: %s", out)
			}
		})
	}
}

// TestCrowdedWebhookLetsTelegramWait: beyond what may wait for its commit an
// update is not read, and stays with Telegram.
func TestCrowdedWebhookLetsTelegramWait(t *testing.T) {
	t.Parallel()
	hold, inside := make(chan struct{}), make(chan struct{}, mostAtOnce)
	b := keepBooks(func(flows.Input) error {
		inside <- struct{}{}
		<-hold
		return nil
	})
	h := &Webhook{Receiver: b.Receiver, Secret: secret}
	post := func(n int) int {
		r := httptest.NewRequest(http.MethodPost, "/telegram", strings.NewReader(update(n, int64(n), "привет")))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	var group sync.WaitGroup
	for n := range mostAtOnce {
		group.Go(func() {
			if code := post(n + 1); code != http.StatusOK {
				t.Errorf("update %d: %d", n+1, code)
			}
		})
	}
	for range mostAtOnce {
		<-inside
	}
	if code := post(mostAtOnce + 1); code != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", code)
	}
	close(hold)
	group.Wait()
	go func() { <-inside }()
	if code := post(mostAtOnce + 2); code != http.StatusOK {
		t.Errorf("afterwards: %d", code)
	}
}

func TestUpdatesWithoutIdAreAllKept(t *testing.T) {
	t.Parallel()
	b := keepBooks(nil)
	h := &Webhook{Receiver: b.Receiver, Secret: secret}
	for _, body := range []string{"<html>один</html>", "<html>два</html>", "<html>два</html>"} {
		r := httptest.NewRequest(http.MethodPost, "/telegram", strings.NewReader(body))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if len(b.aside) != 2 {
		t.Errorf("put aside: %q", b.aside)
	}
}

func TestTelegramRepeatsUntilTheTurnIsCommitted(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	server.User(telegramtest.Profile{ID: 1}).Send("раз")
	var left atomic.Int32
	left.Store(2)
	b := keepBooks(func(in flows.Input) error {
		if in.Text == "раз" && left.Add(-1) >= 0 {
			if server.Pending() == 0 {
				t.Error("confirmed before it was committed")
			}
			return errStore
		}
		return nil
	})
	web := httptest.NewServer(&Webhook{Receiver: b.Receiver, Secret: secret})
	t.Cleanup(web.Close)
	sender, err := NewSender(api, server.Token())
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.UseWebhook(within(t), web.URL+"/telegram", secret); err != nil {
		t.Fatal(err)
	}
	server.User(telegramtest.Profile{ID: 1}).Send("два")
	b.wait(t, 2)
	if diff := cmp.Diff([]string{"раз", "два"}, b.texts("tg:1")); diff != "" {
		t.Error(diff)
	}
	if err := sender.UsePolling(within(t)); err != nil {
		t.Fatal(err)
	}
	server.User(telegramtest.Profile{ID: 1}).Send("три")
	poll(t, b, api, server.Token())
	b.wait(t, 1)
}

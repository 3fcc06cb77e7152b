package bot_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/storage"
)

const asking = `start: menu
states:
  menu:
    do:
      - http: https://HOST/orders?who=#{name}
        body: {name: "#{name}"}
        into: {number: order.number}
        failed: sorry
      - say: "Заказ #{number}"
    end: true
  sorry: {do: [{say: Позже}], end: true}
`

// outside is a server for a flow that may call it when allowed.
func outside(t *testing.T, allowed bool, serve http.HandlerFunc) *world {
	t.Helper()
	server := httptest.NewTLSServer(serve)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "https://")
	return newWorld(t, strings.Replace(asking, "HOST", host, 1), func(c *bot.Config) {
		c.Outside = bot.Outside{Client: server.Client(), Hosts: []string{"example.ru"}, Secret: "secret"}
		if allowed {
			c.Outside.Hosts = append(c.Outside.Hosts, host)
		}
	})
}

func TestRequestIsSignedAndAnswered(t *testing.T) {
	t.Parallel()
	w := outside(t, true, func(res http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		sum := hmac.New(sha256.New, []byte("secret"))
		_, _ = io.WriteString(sum, req.Header.Get("X-Voronka-Time")+"\nPOST\nhttps://"+req.Host+req.RequestURI+"\n"+string(body))
		if got := req.Header.Get("X-Voronka-Signature"); got != "sha256="+hex.EncodeToString(sum.Sum(nil)) {
			t.Errorf("signature %q", got)
		}
		if string(body) != `{"name":"Анна"}` || req.URL.Query().Get("who") != "Анна" || req.Header.Get("Idempotency-Key") == "" {
			t.Errorf("asked %s %s", req.URL, body)
		}
		_, _ = io.WriteString(res, `{"order": {"number": 12}}`)
	})
	w.say("/start")
	w.drain()
	w.drain()
	if diff := cmp.Diff([]string{"Заказ 12"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestRequestThatFails(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(res http.ResponseWriter, _ *http.Request) {
			res.WriteHeader(status)
			_, _ = io.WriteString(res, body)
		}
	}
	for name, test := range map[string]struct {
		serve   http.HandlerFunc
		foreign bool
		calls   int32
	}{
		"host not allowed": {answer(200, `{}`), true, 0},
		"refused":          {answer(404, `{}`), false, 1},
		"redirected":       {answer(302, ``), false, 1},
		"a page":           {answer(200, `<html>`), false, 1},
		"endless":          {answer(200, `"`+strings.Repeat("a", 1<<20)+`"`), false, 1},
		"no such field":    {answer(200, `{"order": 5}`), false, 1},
		"sick for ever":    {answer(502, `<html>`), false, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			w := outside(t, !test.foreign, func(res http.ResponseWriter, req *http.Request) {
				calls.Add(1)
				test.serve(res, req)
			})
			w.say("/start")
			for range 6 {
				w.pass(time.Hour)
			}
			if diff := cmp.Diff([]string{"Позже"}, w.chat.texts()); diff != "" || calls.Load() != test.calls {
				t.Errorf("%d calls; said (-want +got):\n%s", calls.Load(), diff)
			}
		})
	}
}

func TestNothingIsCalledUnlessAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(asking, "HOST", "example.ru", 1))
	w.say("/start")
	w.drain()
	w.drain()
	if diff := cmp.Diff([]string{"Позже"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

const withHeaders = `start: menu
states:
  menu:
    do:
      - http: https://HOST/sms
        headers: {Authorization: "Bearer #{secret.sms}", X-Who: "#{name}"}
        form: {text: "#{name} & Co", to: "+7"}
        code: code
        into: {why: error}
        retry: 1
        failed: sorry
      - say: "Отправлено, #{code}"
    end: true
  sorry: {do: [{say: "Ответ #{code} #{why}"}], end: true}
`

// headed is a bot whose owner has set one secret.
func headed(t *testing.T, source string, serve http.HandlerFunc) *world {
	t.Helper()
	server := httptest.NewTLSServer(serve)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "https://")
	return newWorld(t, strings.Replace(source, "HOST", host, 1), func(c *bot.Config) {
		c.Outside = bot.Outside{Client: server.Client(), Hosts: []string{host}, Secrets: map[string]string{"sms": "s3cr3t"}}
	})
}

// TestRequestCarriesTheOwnersSecret puts it into the header and nowhere else:
// not into the job, not into the dialog.
func TestRequestCarriesTheOwnersSecret(t *testing.T) {
	t.Parallel()
	w := headed(t, withHeaders, func(res http.ResponseWriter, req *http.Request) {
		if err := req.ParseForm(); err != nil {
			t.Error(err)
		}
		if req.Header.Get("Authorization") != "Bearer s3cr3t" || req.Header.Get("X-Who") != "Анна" ||
			req.PostForm.Get("text") != "Анна & Co" || req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("asked with %v %v", req.Header, req.PostForm)
		}
		res.WriteHeader(http.StatusAccepted)
	})
	w.say("/start")
	w.view(func(tx storage.Tx) error {
		jobs, err := tx.Waiting(10)
		for _, job := range jobs {
			if strings.Contains(string(job.Payload), "s3cr3t") {
				t.Errorf("the job holds the secret: %s", job.Payload)
			}
		}
		return err
	})
	w.drain()
	w.drain()
	if diff := cmp.Diff([]string{"Ответ 202 "}, w.chat.texts()); diff != "" {
		t.Error(diff) // nothing at `error`: not the answer the flow wants
	}
	if lines := strings.Join(w.journal(), "\n"); strings.Contains(lines, "s3cr3t") {
		t.Error(lines)
	}
}

func TestRequestIsRepeatedAsSaid(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	w := headed(t, withHeaders, func(res http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		res.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(res, `{"error": "занято"}`)
	})
	w.say("/start")
	w.drain()
	for range 5 {
		w.pass(time.Hour)
	}
	if diff := cmp.Diff([]string{"Ответ 503 занято"}, w.chat.texts()); diff != "" || asked.Load() != 2 {
		t.Errorf("asked %d times: %s", asked.Load(), diff)
	}
}

func TestRequestWithoutItsSecretIsNotSent(t *testing.T) {
	t.Parallel()
	w := headed(t, strings.Replace(withHeaders, "secret.sms", "secret.other", 1), func(http.ResponseWriter, *http.Request) {
		t.Error("asked without the secret")
	})
	w.say("/start")
	w.drain()
	w.drain()
	if lines := w.journal("http"); len(lines) != 1 || !strings.HasSuffix(lines[0], "0 http_secret") {
		t.Errorf("journal %q", lines)
	}
}

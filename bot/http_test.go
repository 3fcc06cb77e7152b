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

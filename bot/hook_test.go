package bot_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
)

const hooked = `start: menu
hooks:
  scored: {phone: client.phone, into: {score: data.score, why: data.why}}
  paid_out: {email: email, into: {sum: sum}}
  by_id: {client_id: id}
  by_chat: {telegram: chat}
states:
  menu:
    do: [{say: Привет}]
    on:
      - {webhook: scored, if: score > 5, do: [{say: "Оценка #{score}: #{why}"}]}
      - {webhook: scored, to: low}
      - {webhook: [paid_out, by_id, by_chat], do: [{say: "Пришло #{sum}"}]}
  low: {do: [{say: Мало}], on: [{webhook: scored, to: menu}]}
`

const doorSecret = "door-secret-0123456789"

// hookDoor is a bot with Anna in it, and what knocks at it.
func hookDoor(t *testing.T) (*world, *httptest.Server) {
	t.Helper()
	w := newWorld(t, hooked)
	w.say("/start")
	w.drain()
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		contact, err := tx.Contact("tg:7")
		contact.Phone, contact.Email = "+79161234567", "anna@mail.ru"
		return errors.Join(err, tx.PutContact(contact))
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hooks/{name}", &bot.HookDoor{Take: w.Hooked, Secret: doorSecret, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return w, server
}

func knock(t *testing.T, address, body string, headers map[string]string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(answer)
}

func TestWebhookIsHeardOnce(t *testing.T) {
	t.Parallel()
	w, server := hookDoor(t)
	address := server.URL + "/hooks/scored?secret=" + doorSecret
	body := `{"client": {"phone": "8 (916) 123-45-67"}, "data": {"score": 7, "why": "<b>быстро</b>"}}`
	for range 3 {
		if status, answer := knock(t, address, body, map[string]string{"Idempotency-Key": "a"}); status != 200 || answer != "{\"ok\":true}\n" {
			t.Fatalf("%d %s", status, answer)
		}
	}
	w.restart() // the mark of what was handled survives
	knock(t, address, body, map[string]string{"Idempotency-Key": "a"})
	knock(t, address, `{"client": {"phone": "+79161234567"}, "data": {"score": 3}}`, map[string]string{"Idempotency-Key": "b"})
	w.drain()
	if diff := cmp.Diff([]string{"Привет", "Оценка 7: &lt;b&gt;быстро&lt;/b&gt;", "Мало"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestWebhookFindsTheCustomer(t *testing.T) {
	t.Parallel()
	w, server := hookDoor(t)
	for _, c := range []struct{ hook, kind, body string }{
		{"paid_out", "application/x-www-form-urlencoded; charset=utf-8", url.Values{"email": {"ANNA@mail.ru"}, "sum": {"5 & 6"}}.Encode()},
		{"by_id", "application/json", `{"id": "tg:7"}`},
		{"by_chat", "application/vnd.api+json", `{"chat": 7}`},
	} {
		if status, answer := knock(t, server.URL+"/hooks/"+c.hook, c.body, map[string]string{"Content-Type": c.kind, "Authorization": "Bearer " + doorSecret}); status != 200 {
			t.Errorf("%s: %d %s", c.hook, status, answer)
		}
	}
	w.drain()
	if diff := cmp.Diff([]string{"Привет", "Пришло 5 &amp; 6", "Пришло 5 &amp; 6", "Пришло 5 &amp; 6"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

// TestWebhookDoorTellsNothing to who knocks: a wrong secret is the same for
// every name, and nobody learns whether a customer is known.
func TestWebhookDoorTellsNothing(t *testing.T) {
	t.Parallel()
	w, server := hookDoor(t)
	for name, c := range map[string]struct {
		path, body string
		headers    map[string]string
		want       int
	}{
		"no secret":            {"/hooks/scored", "{}", nil, 403},
		"no secret, no hook":   {"/hooks/none", "{}", nil, 403},
		"wrong secret":         {"/hooks/scored?secret=x" + doorSecret, "{}", nil, 403},
		"empty bearer":         {"/hooks/scored", "{}", map[string]string{"Authorization": "Bearer "}, 403},
		"huge, a stranger":     {"/hooks/scored", strings.Repeat(" ", 1<<20), nil, 403},
		"huge":                 {"/hooks/scored?secret=" + doorSecret, `{"a": "` + strings.Repeat("a", 70<<10) + `"}`, nil, 413},
		"no hook":              {"/hooks/none?secret=" + doorSecret, "{}", nil, 404},
		"broken":               {"/hooks/scored?secret=" + doorSecret, `{"client": `, nil, 400},
		"a list":               {"/hooks/scored?secret=" + doorSecret, `[1]`, nil, 400},
		"null":                 {"/hooks/scored?secret=" + doorSecret, `null`, nil, 400},
		"empty":                {"/hooks/scored?secret=" + doorSecret, "", nil, 400},
		"text":                 {"/hooks/scored?secret=" + doorSecret, "{}", map[string]string{"Content-Type": "text/plain"}, 415},
		"a long key":           {"/hooks/scored?secret=" + doorSecret, "{}", map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}, 400},
		"nobody":               {"/hooks/scored?secret=" + doorSecret, `{"client": {"phone": "+79945000000"}}`, nil, 200},
		"no phone at all":      {"/hooks/scored?secret=" + doorSecret, `{"client": {"phone": "' or 1=1"}}`, nil, 200},
		"a stranger's chat":    {"/hooks/by_chat?secret=" + doorSecret, `{"chat": 8}`, nil, 200},
		"a chat that is none":  {"/hooks/by_chat?secret=" + doorSecret, `{"chat": "7; 8"}`, nil, 200},
		"an empty id":          {"/hooks/by_id?secret=" + doorSecret, `{"id": ""}`, nil, 200},
		"a path for a name":    {"/hooks/..%2f..%2fconsole?secret=" + doorSecret, `{"id": ""}`, nil, 404},
		"an unsigned time":     {"/hooks/scored", "{}", map[string]string{"X-Voronka-Time": "1", "X-Voronka-Signature": "sha256="}, 403},
		"a deep document":      {"/hooks/scored?secret=" + doorSecret, strings.Repeat(`{"client":`, 4500) + "1" + strings.Repeat("}", 4500), nil, 200},
		"somebody else's shut": {"/hooks/", "{}", nil, 404},
	} {
		status, answer := knock(t, server.URL+c.path, c.body, c.headers)
		if status != c.want || strings.Contains(answer, "phone") {
			t.Errorf("%s: %d %s, want %d", name, status, answer, c.want)
		}
	}
	w.drain()
	if got := len(w.chat.texts()); got != 1 {
		t.Errorf("said %q", w.chat.texts())
	}
	w.view(func(tx storage.Tx) error {
		all, err := tx.Contacts(sales.Contact{}, 10)
		if len(all) != 1 {
			t.Errorf("%d contacts", len(all))
		}
		return err
	})
}

func TestSignedWebhook(t *testing.T) {
	t.Parallel()
	w, server := hookDoor(t)
	body := `{"id": "tg:7"}`
	sign := func(at time.Time, secret, signed string) map[string]string {
		moment := fmt.Sprint(at.Unix())
		sum := hmac.New(sha256.New, []byte(secret))
		_, _ = io.WriteString(sum, moment+"\n"+signed)
		return map[string]string{"X-Voronka-Time": moment, "X-Voronka-Signature": "sha256=" + hex.EncodeToString(sum.Sum(nil))}
	}
	now := w.clock.Now()
	for name, c := range map[string]struct {
		headers map[string]string
		want    int
	}{
		"right":         {sign(now.Add(-4*time.Minute), doorSecret, body), 200},
		"old":           {sign(now.Add(-6*time.Minute), doorSecret, body), 403},
		"of tomorrow":   {sign(now.Add(24*time.Hour), doorSecret, body), 403},
		"another body":  {sign(now, doorSecret, body+" "), 403},
		"another's key": {sign(now, "guess", body), 403},
	} {
		if status, _ := knock(t, server.URL+"/hooks/by_id", body, c.headers); status != c.want {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func TestDoorWithoutSecretIsShut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hooked)
	shut := &bot.HookDoor{Take: w.Hooked, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)}
	answer := httptest.NewRecorder()
	shut.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/hooks/scored?secret=", strings.NewReader("{}")))
	if answer.Code != http.StatusForbidden {
		t.Errorf("answered %d", answer.Code)
	}
}

func TestWebhookThatCannotBeKeptIsRepeated(t *testing.T) {
	t.Parallel()
	broken := &bot.HookDoor{Secret: doorSecret, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Take: func(_ context.Context, _, _, _ string) error { return errors.New("disk full") }}
	answer := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, "/hooks/scored?secret="+doorSecret, strings.NewReader("{}"))
	req.Header.Set("Content-Type", "application/json")
	broken.ServeHTTP(answer, req)
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d", answer.Code)
	}
}

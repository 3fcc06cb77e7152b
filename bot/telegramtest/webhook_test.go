package telegramtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// receiver is a bot's webhook that keeps what came and answers as told.
type receiver struct {
	mu      sync.Mutex
	answers []func(http.ResponseWriter)
	came    chan string
}

func receive(t *testing.T, answers ...func(http.ResponseWriter)) (*receiver, string) {
	t.Helper()
	r := &receiver{answers: answers, came: make(chan string, 100)}
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	return r, web.URL
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var u got
	_ = json.NewDecoder(req.Body).Decode(&u)
	what := req.Header.Get("X-Telegram-Bot-Api-Secret-Token") + ":"
	switch {
	case u.Message != nil:
		what += u.Message.Text
	case u.Callback != nil:
		what += u.Callback.Data
	}
	r.mu.Lock()
	var answer func(http.ResponseWriter)
	if len(r.answers) > 0 {
		answer, r.answers = r.answers[0], r.answers[1:]
	}
	r.mu.Unlock()
	if answer != nil {
		answer(w)
	}
	r.came <- what
}

func (r *receiver) next(t *testing.T, n int) []string {
	t.Helper()
	ctx := within(t)
	var out []string
	for range n {
		select {
		case what := <-r.came:
			out = append(out, what)
		case <-ctx.Done():
			t.Fatalf("only %q came", out)
		}
	}
	return out
}

// impatient waits for nothing and remembers how long it was asked to.
func impatient(pauses chan<- time.Duration) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		pauses <- d
		return ctx.Err()
	}
}

func status(code int, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func TestWebhookRepeatsUntilTakenAndKeepsTheOrder(t *testing.T) {
	t.Parallel()
	pauses := make(chan time.Duration, 10)
	f := open(t, Config{Wait: impatient(pauses)})
	r, address := receive(t, status(500), status(302, "Location", "/elsewhere"), status(503, "Retry-After", "7"), nil, nil)
	f.anna.Send("раз")
	f.anna.Send("два")
	if got := f.call(t, "setWebhook", params{"url": address, "secret_token": "s-1"}); !got.OK {
		t.Fatal(got.Description)
	}
	want := []string{"s-1:раз", "s-1:раз", "s-1:раз", "s-1:раз", "s-1:два"}
	if diff := cmp.Diff(want, r.next(t, 5)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]time.Duration{0, time.Second, 7 * time.Second}, []time.Duration{<-pauses, <-pauses, <-pauses}); diff != "" {
		t.Error(diff)
	}
	var info struct {
		Pending int    `json:"pending_update_count"`
		Error   string `json:"last_error_message"`
	}
	_ = json.Unmarshal(f.call(t, "getWebhookInfo", nil).Result, &info)
	if info.Error != "Wrong response from the webhook: 503 Service Unavailable" {
		t.Errorf("%+v", info)
	}
}

func TestPressOvertakesAMessageThatIsStuck(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	f.poll(t, params{"offset": 1 << 40})
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Да?", "reply_markup": keyboard(params{"text": "Да", "callback_data": "yes"})})
	entered, release := make(chan struct{}), make(chan struct{})
	r, address := receive(t, func(http.ResponseWriter) { close(entered); <-release })
	t.Cleanup(func() { close(release) })
	f.call(t, "setWebhook", params{"url": address})
	f.anna.Send("долго думаю")
	<-entered
	if _, err := f.anna.Press("Да"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{":yes"}, r.next(t, 1)); diff != "" {
		t.Error(diff)
	}
}

func TestPollingAndWebhookExcludeEachOther(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	poll := make(chan reply, 1)
	go func() { poll <- f.call(t, "getUpdates", params{"timeout": 50}) }()
	f.untilPolling(t)
	_, address := receive(t)
	f.call(t, "setWebhook", params{"url": address})
	if r := <-poll; r.Description != "Conflict: terminated by setWebhook request" {
		t.Errorf("%+v", r)
	}
	want := "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
	if r := f.call(t, "getUpdates", nil); r.Code != 409 || r.Description != want {
		t.Errorf("%+v", r)
	}
	f.call(t, "deleteWebhook", params{"drop_pending_updates": true})
	if r := f.call(t, "getUpdates", nil); !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestWebhookMayAnswerWithAMethod(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	_, address := receive(t, func(w http.ResponseWriter) {
		_, _ = w.Write([]byte(`{"method":"sendMessage","chat_id":1001,"text":"Сразу"}`))
	})
	f.call(t, "setWebhook", params{"url": address})
	f.anna.Start("")
	if _, err := f.anna.WaitForText(within(t), "Сразу"); err != nil {
		t.Error(err)
	}
}

package telegramtest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFaultsStrikeAsArmed(t *testing.T) {
	t.Parallel()
	waited := make(chan time.Duration, 1)
	f := open(t, Config{Wait: func(_ context.Context, d time.Duration) error { waited <- d; return nil }})
	f.anna.Start("")
	send := func() (int, string, error) {
		res, err := http.Post(f.url+"/bot"+f.Token()+"/sendMessage", "application/json", strings.NewReader(`{"chat_id":1001,"text":"Привет"}`))
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res.StatusCode, string(body), err
	}
	tests := []struct {
		name  string
		fault Fault
		code  int
		body  string
		seen  int // messages of the bot on the screen afterwards
	}{
		{"429", Fault{Status: 429, RetryAfter: 5 * time.Second}, 429, `"parameters":{"retry_after":5}`, 0},
		{"403", Fault{Method: "sendMessage", Status: 403}, 403, "Forbidden: bot was blocked by the user", 0},
		{"500", Fault{Method: "sendmessage", Status: 500}, 500, `"description":"Internal Server Error"`, 0},
		{"502", Fault{ChatID: 1001, Status: 502}, 502, "<center><h1>502 Bad Gateway</h1></center>", 0},
		{"cut before", Fault{Drop: DropBefore}, 0, "", 0},
		{"cut after", Fault{Drop: DropAfter}, 0, "", 1},
		{"slow", Fault{Delay: time.Hour}, 200, `"ok":true`, 2},
		{"another method", Fault{Method: "sendPhoto", Status: 500}, 200, `"ok":true`, 3},
		{"another chat", Fault{ChatID: 7, Status: 500}, 200, `"ok":true`, 4},
	}
	for _, tt := range tests {
		withdraw := f.Inject(tt.fault)
		code, body, err := send()
		withdraw()
		if code != tt.code || !strings.Contains(body, tt.body) || (err != nil) != (tt.code == 0) {
			t.Errorf("%s: %d %s %v", tt.name, code, body, err)
		}
		if got := len(f.anna.Messages()) - 1; got != tt.seen {
			t.Errorf("%s: the customer sees %d messages, want %d", tt.name, got, tt.seen)
		}
	}
	if d := <-waited; d != time.Hour {
		t.Errorf("waited %v", d)
	}
	var codes []int
	for _, c := range f.Sent("sendMessage") {
		codes = append(codes, c.Code)
	}
	if diff := cmp.Diff([]int{429, 403, 500, 502, 0, 200, 200, 200, 200}, codes); diff != "" {
		t.Error(diff)
	}
}

func TestFaultsCountDown(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.Inject(Fault{Method: "getMe", Times: 2, Status: 500})
	f.Inject(Fault{Method: "getMe", Status: 403})
	for i, want := range []int{500, 500, 403, 0} {
		if r := f.call(t, "getMe", nil); r.Code != want {
			t.Errorf("request %d: %+v", i, r)
		}
	}
}

func TestFloodLimits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f := open(t, Config{Limits: &Limits{}, Now: func() time.Time { return now }})
	f.anna.Start("")
	send := func() reply {
		return f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Привет"})
	}
	for i := range 3 {
		if r := send(); !r.OK {
			t.Errorf("message %d: %+v", i, r)
		}
	}
	if r := send(); r.Code != 429 || r.Parameters.RetryAfter != 1 || r.Description != "Too Many Requests: retry after 1" {
		t.Errorf("the fourth in a second: %+v", r)
	}
	if r := f.call(t, "sendChatAction", params{"chat_id": 1001, "action": "typing"}); !r.OK {
		t.Errorf("an action is no message: %+v", r)
	}
	now = now.Add(time.Second)
	if r := send(); !r.OK {
		t.Errorf("a second later: %+v", r)
	}
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	var sent wireMessage
	_ = json.Unmarshal(f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Ждите", "reply_markup": keyboard(params{"text": "Да", "callback_data": "y"})}).Result, &sent)
	at := params{"chat_id": 1001, "message_id": sent.MessageID}
	edit := func(method string, more params) string {
		t.Helper()
		for name, value := range at {
			more[name] = value
		}
		return f.call(t, method, more).Description
	}
	same := params{"text": "Ждите", "reply_markup": keyboard(params{"text": "Да", "callback_data": "y"})}
	if got := edit("editMessageText", same); got != "Bad Request: "+notModified {
		t.Errorf("the same text: %q", got)
	}
	if got := edit("editMessageText", params{"text": "<b>Готово</b>", "parse_mode": "HTML"}); got != "" {
		t.Errorf("another text: %q", got)
	}
	m := f.anna.Messages()[1]
	if m.Text != "Готово" || m.Buttons != nil || m.Edited.IsZero() {
		t.Errorf("after the edit: %+v", m)
	}
	if got := edit("editMessageReplyMarkup", params{"reply_markup": keyboard(params{"text": "Нет", "callback_data": "n"})}); got != "" {
		t.Errorf("new buttons: %q", got)
	}
	if got := edit("deleteMessage", params{}); got != "" || len(f.anna.Messages()) != 1 {
		t.Errorf("after the deletion: %q %+v", got, f.anna.Messages())
	}
	if _, err := f.anna.Press("Нет"); err == nil {
		t.Error("a button of a deleted message can be pressed")
	}
}

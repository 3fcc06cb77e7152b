package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fixture is a server behind a listener, and a customer.
type fixture struct {
	*Server
	url  string
	anna *User
}

func open(t *testing.T, cfg Config) *fixture {
	t.Helper()
	s := New(cfg)
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	t.Cleanup(s.Close)
	return &fixture{s, web.URL, s.User(Profile{ID: 1001, FirstName: "Анна", Username: "anna"})}
}

// reply is what the Bot API answers.
type reply struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

func (f *fixture) post(t *testing.T, method, contentType string, body io.Reader) reply {
	t.Helper()
	res, err := http.Post(f.url+"/bot"+f.Token()+"/"+method, contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out reply
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	if out.OK != (res.StatusCode == 200) || !out.OK && out.Code != res.StatusCode {
		t.Fatalf("%s: status %d does not agree with %+v", method, res.StatusCode, out)
	}
	return out
}

// call posts JSON and checks the shape of the result.
func (f *fixture) call(t *testing.T, method string, params map[string]any) reply {
	t.Helper()
	out := f.post(t, method, "application/json", bytes.NewReader(encodeJSON(params)))
	if out.OK {
		f.conforms(t, f.spec.Methods[f.spec.names[strings.ToLower(method)]].Returns, out.Result)
	}
	return out
}

// conforms checks what the server wrote against the same description as the requests.
func (f *fixture) conforms(t *testing.T, types []string, raw json.RawMessage) {
	t.Helper()
	value, err := decodeJSON(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	if bad := f.spec.checkUnion(types, value, "result"); bad != nil {
		t.Errorf("answer has a wrong shape: %s: %s\n%s", bad.path, bad.problem, raw)
	}
}

type params = map[string]any

// patience is how long a test waits for what must come: on a busy machine too.
const patience = 2 * time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func TestMethodIsFoundByTokenAndName(t *testing.T) {
	t.Parallel()
	f := open(t, Config{Token: "42:right"})
	tests := []struct {
		path        string
		code        int
		description string
	}{
		{"/bot42:right/getMe", 200, ""},
		{"/bot42:right/GETME", 200, ""},
		{"/bot42:wrong/getMe", 401, "Unauthorized"},
		{"/bothello/getMe", 404, "Not Found"},
		{"/bot42:right/getYou", 404, "Not Found: method not found"},
		{"/bot42:right/sendPoll", 501, "telegramtest does not play sendPoll"},
		{"/bot42:right/close", 429, "Too Many Requests: retry after 600"},
		{"/file/bot42:wrong/photos/file_0.png", 401, "Unauthorized"},
		{"/file/bot42:right/photos/file_0.png", 404, "Not Found: file not found"},
	}
	for _, tt := range tests {
		res, err := http.Get(f.url + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		var got reply
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tt.code || got.Description != tt.description {
			t.Errorf("%s: got %d %q, want %d %q", tt.path, res.StatusCode, got.Description, tt.code, tt.description)
		}
	}
	want := []string{
		"getYou: no such method in the Bot API",
		"sendPoll: exists in the Bot API, but telegramtest does not play it",
		"close: a running bot must not call it",
	}
	if diff := cmp.Diff(want, f.Violations()); diff != "" {
		t.Error(diff)
	}
}

func TestParametersArriveInEveryForm(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	values := url.Values{"chat_id": {"1001"}, "text": {"Привет"}, "disable_notification": {"true"}}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name := range values {
		_ = w.WriteField(name, values.Get(name))
	}
	w.Close()
	replies := []reply{
		f.post(t, "sendMessage?"+values.Encode(), "", nil),
		f.post(t, "sendMessage", "application/x-www-form-urlencoded", strings.NewReader(values.Encode())),
		f.post(t, "sendMessage", w.FormDataContentType(), &form),
		f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Привет", "disable_notification": true}),
		f.call(t, "sendMessage", params{"chat_id": "1001", "text": "Привет", "reply_markup": nil}),
	}
	for i, r := range replies {
		if !r.OK {
			t.Errorf("form %d: %s", i, r.Description)
		}
	}
	if got := len(f.anna.Messages()); got != 6 {
		t.Errorf("the customer sees %d messages, want 6", got)
	}
	if got := f.Violations(); len(got) != 0 {
		t.Errorf("violations: %q", got)
	}
	empty := multipart.NewWriter(&form)
	empty.Close()
	if r := f.post(t, "getMe", empty.FormDataContentType(), &form); !r.OK {
		t.Errorf("empty multipart: %s", r.Description)
	}
}

func TestBotMayWriteOnlyToWhoLetIt(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	send := func() string {
		t.Helper()
		return f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Здравствуйте"}).Description
	}
	club := f.Channel(-1001, "Клуб")
	steps := []struct {
		do   func()
		want string
	}{
		{func() {}, "Bad Request: chat not found"},
		{func() { club.move(f.bot, f.anna, "member", nil, false) }, "Forbidden: bot can't initiate conversation with a user"},
		{func() { f.anna.Start("") }, ""},
		{f.anna.Block, "Forbidden: bot was blocked by the user"},
		{f.anna.Unblock, ""},
	}
	for i, step := range steps {
		step.do()
		if got := send(); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

func TestWorksUnderAPrefix(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	t.Cleanup(s.Close)
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/telegram/bot"+s.Token()+"/getMe", nil)
	http.StripPrefix("/telegram", s).ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "voronka_demo_bot") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

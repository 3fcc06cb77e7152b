package telegramtest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// act posts what a button of the page posts.
func (f *fixture) act(t *testing.T, door, body string, header ...string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/chat/"+door+"?user=1001", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// events reads the page's stream; stop returns true to end it.
func (f *fixture) events(t *testing.T, lastID string, stop func(event, data string) bool) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodGet, f.url+"/chat/events?user=1001", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", lastID)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	event := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && stop(event, data) {
			return
		}
	}
	t.Error("the stream ended early")
}

func TestPageStreamsTheChat(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	if code := f.act(t, "start", `{"payload":"promo"}`); code != http.StatusNoContent {
		t.Fatalf("start: %d", code)
	}
	f.call(t, "setMyCommands", params{"commands": []any{params{"command": "help", "description": "Помощь"}}})
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Купить?", "reply_markup": keyboard(params{"text": "Да", "callback_data": "yes"})})
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Телефон?", "reply_markup": params{"keyboard": []any{[]any{params{"text": "Мой номер", "request_contact": true}}}}})
	f.call(t, "sendChatAction", params{"chat_id": 1001, "action": "typing"})
	var texts []string
	f.events(t, "", func(event, data string) bool {
		if event == "state" {
			var state shownState
			_ = json.Unmarshal([]byte(data), &state)
			if !state.Started || state.Action != "typing" || !state.Keyboard[0][0].Contact || state.Commands[0].Command != "help" {
				t.Errorf("state: %s", data)
			}
			return true
		}
		var m shownMessage
		_ = json.Unmarshal([]byte(data), &m)
		texts = append(texts, m.Text)
		return false
	})
	if diff := cmp.Diff([]string{"/start promo", "Купить?", "Телефон?"}, texts); diff != "" {
		t.Error(diff)
	}
	f.events(t, "2", func(event, data string) bool {
		if event == "message" && !strings.Contains(data, "Телефон?") {
			t.Errorf("after event 2 came again: %s", data)
		}
		return event == "state"
	})
	f.events(t, "999", func(event, _ string) bool {
		if event != "reset" {
			t.Errorf("a browser with another server's chat gets %s first", event)
		}
		return true
	})
}

func TestPageButtonsReachTheBot(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	f.call(t, "sendMessage", params{"chat_id": 1001, "text": "Купить?", "reply_markup": keyboard(params{"text": "Да", "callback_data": "yes"})})
	f.poll(t, params{"offset": 1 << 40})
	f.Channel(-1001, "Клуб")
	ask := f.link(t, params{"creates_join_request": true})
	for _, step := range []struct {
		door, body string
		code       int
	}{
		{"press", `{"message":2,"data":"yes"}`, 204},
		{"press", `{"message":77,"data":"yes"}`, 409},
		{"send", `{"text":"Привет"}`, 204},
		{"send", `{"text":"  "}`, 409},
		{"send", `не JSON`, 400},
		{"send", encodeText(strings.Repeat("я", 4095) + "😀😀"), 204},
		{"contact", `{"phone":"+7 (900) 123-45-67","own":true}`, 204},
		{"contact", `{"phone":"89001234567","own":false}`, 204},
		{"contact", `{"phone":"нет"}`, 409},
		{"join", `{"link":"https://t.me/+none"}`, 409},
		{"join", string(encodeJSON(params{"link": ask})), 202},
		{"block", ``, 204},
		{"unblock", ``, 204},
	} {
		if code := f.act(t, step.door, step.body); code != step.code {
			t.Errorf("%s %s: %d, want %d", step.door, step.body, code, step.code)
		}
	}
	if code := f.act(t, "send", `{"text":"чужой"}`, "Sec-Fetch-Site", "cross-site"); code != http.StatusForbidden {
		t.Errorf("another site may write: %d", code)
	}
	got := f.poll(t, params{})
	var kinds []string
	for _, u := range got {
		switch {
		case u.Callback != nil:
			kinds = append(kinds, "press "+u.Callback.Data)
		case u.Member != nil:
			kinds = append(kinds, u.Member.New.Status)
		case u.Join != nil:
			kinds = append(kinds, "join request")
		case u.Message.Contact != nil:
			kinds = append(kinds, map[bool]string{true: "own contact", false: "foreign contact"}[u.Message.Contact.UserID == 1001])
		default:
			kinds = append(kinds, u.Message.Text[:min(12, len(u.Message.Text))])
		}
	}
	want := []string{"press yes", "Привет", "яяяяяя", "😀😀", "own contact", "foreign contact", "join request", "kicked", "member"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

func encodeText(text string) string { return string(encodeJSON(map[string]string{"text": text})) }

func TestPageIsWhole(t *testing.T) {
	t.Parallel()
	f := open(t, Config{BotName: "<Курсы>"})
	get := func(path, lang string) (string, *http.Response) {
		t.Helper()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
		req.Header.Set("Accept-Language", lang)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return string(body), res
	}
	page, res := get("/", "ru-RU")
	if len(res.Cookies()) != 1 || strings.Contains(page, f.Token()) || strings.Contains(page, "<Курсы>") {
		t.Error("the page needs a customer's cookie, must not show the token, and must escape the bot's name")
	}
	for _, part := range []string{`id="chat"`, `id="composer"`, `id="start"`, `id="send"`, "Начать", "&lt;Курсы&gt;"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %s", part)
		}
	}
	if english, _ := get("/", "en-US,en;q=0.9"); !strings.Contains(english, ">Start<") {
		t.Error("no English page")
	}
	assets := regexp.MustCompile(`(?:src|href)="(chat/assets/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(assets) != 3 {
		t.Errorf("assets: %q", assets)
	}
	all := page
	for _, a := range assets {
		body, res := get("/"+a[1], "")
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", a[1], res.StatusCode)
		}
		all += body
	}
	if outside := regexp.MustCompile(`(?:src|href|url\()=?"?https?://[^"\s]+`).FindAllString(all, -1); outside != nil {
		t.Errorf("the page loads from outside: %q", outside)
	}
	if _, res := get("/nowhere", ""); res.StatusCode != 404 {
		t.Errorf("an unknown path: %d", res.StatusCode)
	}
}

func TestWordsAreWhole(t *testing.T) {
	t.Parallel()
	ru, en := words("ru"), words("en")
	for key, text := range ru {
		if text == "" || en[key] == "" {
			t.Errorf("%s is missing in a language", key)
		}
	}
	template, _ := pageFiles.ReadFile("page/chat.html")
	script, _ := pageFiles.ReadFile("page/chat.js")
	used := regexp.MustCompile(`(?:\.Words\.|words\.)(\w+)`).FindAllStringSubmatch(string(template)+string(script), -1)
	var names []string
	for _, m := range used {
		names = append(names, m[1])
		if ru[m[1]] == "" {
			t.Errorf("the page uses an unknown word %s", m[1])
		}
	}
	for key := range ru {
		if !slices.Contains(names, key) && !strings.HasPrefix(key, "upload_") {
			t.Errorf("nothing uses the word %s", key)
		}
	}
}

func TestUploadsReachTheBotAndComeBack(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	kind, body := form(t, map[string]string{"as": "document"}, map[string][2]string{"file": {"страница.html", "<script>alert(1)</script>"}})
	res, err := http.Post(f.url+"/chat/upload?user=1001", kind, body)
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	file := f.anna.Messages()[1].File
	res, err = http.Get(f.url + "/chat/file/" + file.ID + "?user=1001")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Header; got.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment") {
		t.Errorf("an uploaded page must not open as a page: %v", got)
	}
	res, err = http.Get(f.url + "/chat/file/" + file.ID + "?user=1002")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("another customer gets the file: %d", res.StatusCode)
	}
}

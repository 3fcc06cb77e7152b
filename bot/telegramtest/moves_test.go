package telegramtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// post calls a method as a form and gives the answer's status and body.
func post(t *testing.T, s *Server, method string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/bot"+s.Token()+"/"+method, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestMovedGroupNamesItsNewID(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	t.Cleanup(s.Close)
	channel := s.Channel(-1005, "Группа")
	s.Migrate(-5, -1005)
	code, body := post(t, s, "sendMessage", url.Values{"chat_id": {"-5"}, "text": {"раз"}})
	if code != http.StatusBadRequest || !strings.Contains(body, `"parameters":{"migrate_to_chat_id":-1005}`) || len(channel.Messages()) != 0 {
		t.Errorf("%d %s", code, body)
	}
	if code, body := post(t, s, "sendMessage", url.Values{"chat_id": {"-1005"}, "text": {"раз"}}); code != http.StatusOK || len(channel.Messages()) != 1 {
		t.Errorf("%d %s", code, body)
	}
}

func TestForgottenFileIsAWrongOne(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	t.Cleanup(s.Close)
	u := s.User(Profile{ID: 7})
	u.Start("")
	u.SendDocument("a.txt", []byte("текст"), "")
	messages := u.Messages()
	form := url.Values{"chat_id": {"7"}, "document": {messages[len(messages)-1].File.ID}}
	if code, body := post(t, s, "sendDocument", form); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	s.ForgetFiles()
	if code, body := post(t, s, "sendDocument", form); code != http.StatusBadRequest || !strings.Contains(body, "wrong file identifier") {
		t.Errorf("%d %s", code, body)
	}
}

// TestGroupTakesTwentyAMinute counts in a clock of its own.
func TestGroupTakesTwentyAMinute(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	s := New(Config{Now: func() time.Time { return now }, Limits: &Limits{}})
	t.Cleanup(s.Close)
	s.Channel(-1005, "Группа")
	taken := 0
	for range 60 {
		if code, body := post(t, s, "sendMessage", url.Values{"chat_id": {"-1005"}, "text": {"раз"}}); code == http.StatusOK {
			taken++
		} else if code != http.StatusTooManyRequests || !strings.Contains(body, "retry_after") {
			t.Fatalf("%d %s", code, body)
		}
		now = now.Add(100 * time.Millisecond)
	}
	if taken != 21 { // twenty, and one more after three seconds
		t.Errorf("%d were taken in six seconds", taken)
	}
}

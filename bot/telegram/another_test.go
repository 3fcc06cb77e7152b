package telegram

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
)

// TestAnotherBotCountsItsUpdatesByItself: the numbers of two bots' updates may be
// the same, whether they are heard or put aside.
func TestAnotherBotCountsItsUpdatesByItself(t *testing.T) {
	t.Parallel()
	b := keepBooks(func(in flows.Input) error {
		if in.Text == "яд" {
			return errStore
		}
		return nil
	})
	for _, bot := range []string{"", "77", "78"} {
		_, api := play(t, "["+update(10, 1, "раз "+bot)+","+update(11, 1, "яд")+`,{"update_id":12,"message":[]}]`, "["+update(13, 1, "два "+bot)+"]")
		b.Bot = bot
		t.Run("bot "+bot, func(t *testing.T) { // ends with its poller
			poll(t, b, api, "42:secret")
			b.wait(t, 2)
		})
	}
	if diff := cmp.Diff([]string{"раз ", "два ", "раз 77", "два 77", "раз 78", "два 78"}, b.texts("tg:1")); diff != "" {
		t.Error(diff)
	}
	for _, key := range []string{"telegram/11", "telegram/77/11", "telegram/78/12"} {
		if b.aside[key] == "" {
			t.Errorf("%s is not put aside: %q", key, b.aside)
		}
	}
	for bot, id := range map[string]string{"": "tg:11", "77": "tg:77:11"} {
		inputs, err := Reread([]byte(update(11, 1, "яд")), noon(), bot)
		if err != nil || len(inputs) != 1 || inputs[0].ID != id || inputs[0].Contact != "tg:1" {
			t.Errorf("bot %q: read %+v, %v", bot, inputs, err)
		}
	}
}

// TestWebhookOfAnotherBotIsGone: after a change of the token Telegram still posts
// what is said to the old bot.
func TestWebhookOfAnotherBotIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told, own string
		want      int
	}{
		"the first bot's":             {"", "", http.StatusOK},
		"the new bot's":               {"77", "77", http.StatusOK},
		"the old bot's, after":        {"", "77", http.StatusGone},
		"the new bot's, changed back": {"77", "", http.StatusGone},
		"one new bot's after another": {"77", "78", http.StatusGone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := keepBooks(nil)
			b.Bot = c.own
			r := httptest.NewRequest(http.MethodPost, HookAddress("https://bot.example.ru", c.told), strings.NewReader(update(1, 1, "привет")))
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
			w := httptest.NewRecorder()
			(&Webhook{Receiver: b.Receiver, Secret: secret}).ServeHTTP(w, r)
			if taken := len(b.taken) == 1; w.Code != c.want || taken != (c.want == http.StatusOK) {
				t.Errorf("answered %d, taken %t", w.Code, taken)
			}
		})
	}
}

package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
)

// TestTokenIsRevokedWhileTheBotRuns: the console calls a person, and the rest of
// the bot goes on; a token that is known again ends the call.
func TestTokenIsRevokedWhileTheBotRuns(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	w.start()
	anna := w.customer(7)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := anna.WaitForText(ctx, "Ссылка живёт"); err != nil {
		t.Fatal(err)
	}
	mend := w.telegram.Inject(telegramtest.Fault{Method: "sendMessage", Times: -1, Status: http.StatusUnauthorized})
	anna.Send("вы здесь?")
	shown := func(want bool) {
		t.Helper()
		for strings.Contains(w.console(ctx, "/console/"), "VORONKA_TELEGRAM_TOKEN") != want {
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				t.Fatalf("alarm shown: want %v\n%s", want, w.logs())
			}
		}
	}
	shown(true)
	if err := anna.pay(ctx); err != nil {
		t.Fatal(err)
	}
	mend()
	boris := w.customer(8)
	boris.Start("")
	shown(false)
	w.stop()
}

// TestUpdatesThatNobodyCanReadAreShown sends what is no update to the webhook:
// it is answered, kept and shown, and customers are served.
func TestUpdatesThatNobodyCanReadAreShown(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	w.start()
	anna := w.customer(7)
	if err := anna.askForLink(ctx); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.listen+"/telegram", strings.NewReader(`{"update_id":5,"message":{"message_id":"five"}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Telegram-Bot-Api-Secret-Token", "hook-secret")
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	for !strings.Contains(w.work(ctx), "update_unreadable") {
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if page := w.console(ctx, "/console/"); !strings.Contains(page, "не смог принять") {
		t.Error("nobody is called")
	}
	if err := anna.finish(ctx); err != nil {
		t.Fatal(err)
	}
	w.stop()
}

// TestOwnerIsToldOfA403Once: the owner's channel says it once, however often the
// bot is killed, with nothing of the customer; who calls for a person is shown there, too.
func TestOwnerIsToldOfA403Once(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	owner := w.telegram.Channel(-1009, "Тревоги")
	w.env = append(w.env, "VORONKA_ALARM_CHAT=-1009")
	w.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.Forbidden, Times: -1})
	told := func(want int, part string) {
		t.Helper()
		for {
			n := 0
			for _, m := range owner.Messages() {
				if strings.Contains(m.Text, part) {
					n++
				}
			}
			if n == want {
				return
			}
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				t.Fatalf("%q was told %d times, want %d\n%s", part, n, want, w.logs())
			}
		}
	}
	anna := w.customer(7)
	for range 3 {
		w.start()
		anna.Start("")
		for !strings.Contains(w.console(ctx, "/console/"), "(403)") {
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		told(1, "(403)")
		w.kill()
	}
	w.start()
	anna.Send("/help")
	told(1, "/console/dialogs/tg:7")
	told(1, "(403)")
	for _, m := range owner.Messages() {
		if strings.Contains(m.Text, "Анна") || !strings.Contains(m.Text, "http://"+w.listen+"/console/") {
			t.Errorf("the owner reads %q", m.Text)
		}
	}
	w.stop()
}

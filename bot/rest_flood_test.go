package bot_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/bot/telegramtest"
	"voronka/internal/outbox"
)

// TestRestartDuringAFlood: Telegram stops the bot for five minutes, the process
// is restarted, and a customer who writes then costs no call at all.
func TestRestartDuringAFlood(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(telegramtest.Config{})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Cleanup(server.Close)
	for id := range int64(4) {
		server.User(telegramtest.Profile{ID: id + 1, FirstName: "Анна"}).Start("")
	}
	w := newWorld(t, "start: a\nstates:\n  a: {do: [{say: Привет}], end: true}\n")
	w.clock.now, w.config.Now = time.Now(), time.Now
	waits := make(chan outbox.Job, 10)
	w.config.Ran = func(job outbox.Job, how string, _ time.Duration) {
		if how == "again" {
			waits <- job
		}
	}
	begins := func() (stop func()) {
		sender, err := telegram.NewSender(web.URL, server.Token())
		if err != nil {
			t.Fatal(err)
		}
		sender.Keep(30)
		w.config.Chat = sender
		w.restart()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Bot.Run(ctx) }()
		return func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	waiting := func() outbox.Job {
		select {
		case job := <-waits:
			return job
		case <-w.ctx().Done():
			t.Fatal("nothing waits")
		}
		return outbox.Job{}
	}
	server.Inject(telegramtest.Fault{Method: "sendMessage", Times: 3, Status: http.StatusTooManyRequests, RetryAfter: 300 * time.Second})
	stop := begins()
	for id := range int64(3) {
		w.from(id+1, "/start")
	}
	for range 3 {
		waiting()
	}
	stop()
	defer begins()()
	w.from(4, "/start")
	job := waiting()
	if left := time.Until(job.NotBefore); job.Lane != "chat/tg:4" || job.Code != bot.ChatFlood || left < 200*time.Second {
		t.Errorf("%s waits for %v because of %s", job.Lane, left, job.Code)
	}
	if calls := len(server.Sent("sendMessage")); calls != 3 {
		t.Errorf("%d calls, want the three that were refused", calls)
	}
}

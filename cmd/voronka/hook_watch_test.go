package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot/telegram"
	"voronka/bot/telegramtest"
)

// TestDeafWebhookIsNoticed: taken away it is set again, taken over or out of
// Telegram's reach it calls a person, until it is over.
func TestDeafWebhookIsNoticed(t *testing.T) {
	t.Parallel()
	chat := telegramtest.New(telegramtest.Config{Wait: func(ctx context.Context, _ time.Duration) error { return pause(ctx, time.Millisecond) }})
	t.Cleanup(chat.Close)
	api := serveFake(t, chat)
	var broken atomic.Bool
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			http.Error(w, "expired", http.StatusBadGateway)
		}
	}))
	t.Cleanup(here.Close)
	sender, err := telegram.NewSender(api, chat.Token())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	own := telegram.HookAddress(here.URL, "")
	post := func(to string) func(context.Context) error {
		return func(ctx context.Context) error { return sender.UseWebhook(ctx, to, "hook-secret") }
	}
	h := &hookWatch{
		look: func(ctx context.Context) (telegram.State, error) {
			return telegram.Look(ctx, http.DefaultClient, api, chat.Token())
		},
		set: post(own), own: own, log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	anna := chat.User(telegramtest.Profile{ID: 7})
	for _, step := range []struct {
		what string
		do   func(context.Context) error
		want string
	}{
		{"set by us", post(own), ""},
		{"another installation", post("https://other.example/telegram"), "telegram_webhook_taken"},
		{"still", nil, "telegram_webhook_taken"},
		{"ours again", post(own), ""},
		{"taken away", sender.UsePolling, ""},
		{"set again", nil, ""},
		{"out of reach", func(ctx context.Context) error {
			broken.Store(true)
			anna.Send("вы здесь?")
			return comesTrue(ctx, "an attempt fails", func() bool {
				state, err := h.look(ctx)
				return err == nil && state.LastError != ""
			})
		}, "telegram_webhook_failing"},
		{"within reach", func(ctx context.Context) error {
			broken.Store(false)
			return comesTrue(ctx, "it is delivered", func() bool { return chat.Pending() == 0 })
		}, ""},
	} {
		if step.do != nil {
			if err := step.do(t.Context()); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
		}
		if h.check(t.Context()); h.code != step.want {
			t.Errorf("%s: %q, want %q\n%s", step.what, h.code, step.want, log.String())
		}
	}
	if strings.Contains(log.String(), chat.Token()) || strings.Contains(log.String(), "hook-secret") {
		t.Errorf("the log tells secrets: %s", log.String())
	}
}

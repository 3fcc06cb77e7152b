package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/internal/ticks"
)

// hookEvery is cron's word for how often Telegram is asked where it posts to.
const hookEvery = "@every 5m"

// hookWatch notices that nothing comes by the webhook any more: nobody else tells
// a bot that it is deaf.
type hookWatch struct {
	// look asks Telegram, set has it post to us.
	look func(context.Context) (telegram.State, error)
	set  func(context.Context) error
	own  string
	log  *slog.Logger

	// lastError is when Telegram failed to reach us last, as of the last look.
	lastError time.Time
	looked    bool

	mu   sync.Mutex
	code string
	args map[string]any
}

func (s *service) hookWatch() *hookWatch {
	client := &http.Client{Timeout: 30 * time.Second}
	return &hookWatch{
		look: func(ctx context.Context) (telegram.State, error) {
			return telegram.Look(ctx, client, s.TelegramAPI, string(s.TelegramToken))
		},
		set: s.enterMode, own: telegram.HookAddress(s.Public, s.poller.Bot), log: s.log,
	}
}

// run looks again and again until ctx ends. Whoever does not look knows of no trouble.
func (h *hookWatch) run(ctx context.Context) error {
	defer h.note("", nil)
	stop, err := ticks.Start(h.log, ticks.Tick{Name: "webhook", Spec: hookEvery, Do: func() { h.check(ctx) }})
	if err != nil {
		return err
	}
	<-ctx.Done()
	stop()
	return nil
}

// check looks once. A webhook that is gone is set again; one of somebody else is
// left to a person, for two that take it from each other in turns lose half of
// what is said. An error that is new since the last look, while updates wait, is
// one that lasts.
func (h *hookWatch) check(ctx context.Context) {
	state, err := h.look(ctx)
	if err != nil {
		return // that Telegram does not answer, or knows no token, is told elsewhere
	}
	fresh := h.looked && state.LastErrorAt.After(h.lastError)
	h.lastError, h.looked = state.LastErrorAt, true
	switch {
	case state.Webhook == "":
		h.log.Warn("the webhook was taken away, it is set again")
		if err := h.set(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("the webhook cannot be set", "error", err)
		}
	case state.Webhook != h.own:
		h.log.Error("telegram posts the updates to somebody else", "host", host(state.Webhook))
		h.note("telegram_webhook_taken", map[string]any{"Host": host(state.Webhook)})
	case fresh && state.Pending > 0:
		h.log.Error("telegram cannot reach the webhook", "reason", state.LastError, "pending", state.Pending)
		h.note("telegram_webhook_failing", map[string]any{"Reason": state.LastError, "Count": state.Pending})
	default:
		h.note("", nil)
	}
}

func (h *hookWatch) note(code string, args map[string]any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.code, h.args = code, args
}

// hookAlarms are what keeps updates from coming by the webhook. While the database
// cannot be written Telegram is sent away, and that is told as such.
func (s *service) hookAlarms() []bot.Alarm {
	s.hook.mu.Lock()
	code, args := s.hook.code, s.hook.args
	s.hook.mu.Unlock()
	if code == "" || code == "telegram_webhook_failing" && s.pen.trouble() != "" {
		return nil
	}
	return []bot.Alarm{s.alarm("cli", code, args)}
}

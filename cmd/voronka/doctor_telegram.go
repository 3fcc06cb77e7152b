package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"voronka/bot/telegram"
	"voronka/sales"
)

// crowd is how many waiting updates are too many to be a moment's.
const crowd = 100

func (d *doctor) lookAtTelegram(ctx context.Context) {
	if !d.sound("VORONKA_TELEGRAM_TOKEN", "VORONKA_TELEGRAM_API") {
		return
	}
	state, err := telegram.Look(ctx, d.client("Telegram", nil), d.TelegramAPI, string(d.TelegramToken))
	switch {
	case err != nil && sales.AsError(err).Code == "telegram_token":
		d.note("telegram", faulty, "telegram_token", nil)
		return
	case err != nil:
		d.noteCall("telegram", "Telegram", err)
		return
	}
	d.note("telegram", well, "telegram_right", map[string]any{"Bot": state.Username, "Mode": d.TelegramMode})
	if state.Pending > crowd {
		d.note("telegram", doubt, "telegram_pending", map[string]any{"Count": state.Pending})
	}
	if len(state.Missing) > 0 {
		d.note("telegram", doubt, "telegram_kinds", map[string]any{"Kinds": strings.Join(state.Missing, ", ")})
	}
	if d.sound("VORONKA_TELEGRAM_MODE") {
		d.lookAtWebhook(state)
	}
	d.lookAtAlarmChat(ctx)
}

// lookAtAlarmChat tries whether the owner can be called.
func (d *doctor) lookAtAlarmChat(ctx context.Context) {
	if d.AlarmChat == "" || !d.sound("VORONKA_ALARM_CHAT") {
		return
	}
	chat, _ := strconv.ParseInt(d.AlarmChat, 10, 64)
	err := telegram.Writable(ctx, d.client("Telegram", nil), d.TelegramAPI, string(d.TelegramToken), chat)
	switch coded := sales.AsError(err); {
	case err == nil:
		d.note("telegram", well, "alarm_chat_right", nil)
	case coded.Code == "telegram_chat":
		d.note("telegram", faulty, "alarm_chat_shut", map[string]any{"Reason": coded.Message})
	default:
		d.noteCall("telegram", "Telegram", err)
	}
}

// lookAtWebhook compares where Telegram posts with where the bot listens. A bot
// that is not running puts it right when it starts.
func (d *doctor) lookAtWebhook(state telegram.State) {
	if d.TelegramMode == "polling" {
		if state.Webhook != "" {
			d.note("telegram", d.unlessStarted(), "webhook_set", map[string]any{"Host": host(state.Webhook)})
		}
		return
	}
	address, _, _ := strings.Cut(state.Webhook, "?") // behind it the bot is named, where the token was changed
	switch {
	case !d.sound("VORONKA_PUBLIC_URL"):
		return
	case state.Webhook == "":
		d.note("telegram", d.unlessStarted(), "webhook_unset", nil)
		return
	case address != d.Public+"/telegram":
		d.note("telegram", d.unlessStarted(), "webhook_elsewhere", map[string]any{"Host": host(state.Webhook)})
		return
	}
	age := d.now().Sub(state.LastErrorAt)
	args := map[string]any{"Reason": state.LastError, "Age": d.span(age)}
	switch {
	case state.LastErrorAt.IsZero() || age > 24*time.Hour:
		d.note("telegram", well, "webhook_right", nil)
	case age > time.Hour || state.Pending == 0:
		d.note("telegram", doubt, "webhook_failed", args)
	case strings.Contains(state.LastError, "401"):
		d.note("telegram", faulty, "webhook_secret", args)
	default:
		d.note("telegram", faulty, "webhook_failing", args)
	}
}

// unlessStarted is a fault of a running bot, and what a start puts right.
func (d *doctor) unlessStarted() health {
	if d.running {
		return faulty
	}
	return doubt
}

// host is the part of an address that is no secret.
func host(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return "?"
	}
	return parsed.Host
}

// lookAtPublic opens our own address from here. A network may forbid that
// although the world gets through; Telegram's last error tells then.
func (d *doctor) lookAtPublic(ctx context.Context) {
	if d.Public == "" || !d.sound("VORONKA_PUBLIC_URL") {
		return
	}
	args := map[string]any{"Address": d.Public}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Public+"/healthz", nil)
	if err != nil {
		return
	}
	// Our own clock cannot say anything about our own clock.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		args["Reason"] = err.(*url.Error).Err.Error() // net/http, Client.Do
		d.note("public", d.unlessStarted(), "public_silent", args)
		return
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 100))
	if answer.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "ok" {
		args["Status"] = answer.StatusCode
		d.note("public", d.unlessStarted(), "public_foreign", args)
		return
	}
	d.note("public", well, "public_right", args)
}

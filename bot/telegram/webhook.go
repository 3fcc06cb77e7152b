package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// webhookLimit is far above any update: text is 4096 characters at most.
const webhookLimit = 1 << 20

// Webhook receives updates that Telegram posts. An update is answered 200 only
// after its turn is committed; until then Telegram repeats it.
type Webhook struct {
	*Receiver
	// Secret is the token Telegram sends in X-Telegram-Bot-Api-Secret-Token.
	Secret string

	busy atomic.Int64
}

// mostAtOnce bounds the updates that wait for their commit: Telegram keeps the
// rest. Its own server makes at most 100 requests at once (Bot API, setWebhook).
const mostAtOnce = 512

// ServeHTTP implements http.Handler.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	if !sameSecret(r.Header.Get("X-Telegram-Bot-Api-Secret-Token"), h.Secret) {
		h.Log.Warn("telegram webhook with a wrong secret refused")
		http.Error(w, "wrong secret", http.StatusUnauthorized)
		return
	}
	defer h.busy.Add(-1)
	if h.busy.Add(1) > mostAtOnce {
		later(w)
		return
	}
	if r.URL.Query().Get(botParameter) != h.Bot {
		// Another bot was told to post here before the token was changed. After a day
		// of this answer Telegram stops (tdlib/telegram-bot-api, WebhookActor).
		h.Log.Warn("an update of another bot refused")
		http.Error(w, "this is another bot's address now", http.StatusGone)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookLimit))
	if err != nil {
		status := http.StatusBadRequest
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "update too large or cut off", status)
		return
	}
	if h.take(r.Context(), body) != http.StatusOK {
		later(w)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// take commits an update's turn: 200, or 503 where Telegram must keep it.
func (h *Webhook) take(ctx context.Context, body []byte) (status int) {
	if err := h.one(ctx, Read(body, h.Now()).of(h.Bot)); err != nil {
		h.Log.Error("telegram update not committed", "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// botParameter names the bot in the address of its webhook, see [Receiver].
const botParameter = "bot"

// HookAddress is where Telegram is to post the updates of a bot, empty for the
// database's first one.
func HookAddress(public, bot string) string {
	address := public + "/telegram"
	if bot == "" {
		return address
	}
	return address + "?" + botParameter + "=" + bot
}

// later has Telegram keep the update and repeat it.
func later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "try again", http.StatusServiceUnavailable)
}

// sameSecret compares in constant time; an empty configured secret lets nobody in.
func sameSecret(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return want != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

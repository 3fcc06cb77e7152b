package main

import (
	"context"
	"crypto/subtle"
	"io"
	"net/http"
	"time"
)

// hookTime is how long a webhook of amoCRM may be held: it wants its answer
// within 2 seconds (webhooks-format).
const hookTime = 1500 * time.Millisecond

// maxHook is far above what one webhook holds, in bytes.
const maxHook = 1 << 20

// amoHook takes a webhook: it is not signed, so the address is the secret, and
// what it says is asked of amoCRM again before anything is done.
func (s *service) amoHook(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.PathValue("secret")), []byte(s.AmoHookSecret)) != 1 {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), hookTime)
	defer cancel()
	if err := s.bot.Heard(ctx, s.amo.Hints(body)); err != nil {
		s.log.Error("a webhook of amocrm is not kept", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// amoHookURL is the address that amoCRM is told to send webhooks to; empty
// where nobody outside could reach us, or no secret is set.
func (s Settings) amoHookURL() string {
	if s.Public == "" || s.AmoHookSecret == "" {
		return ""
	}
	return s.Public + "/crm/amocrm/" + string(s.AmoHookSecret)
}

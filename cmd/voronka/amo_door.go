package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// amoDoors are the addresses that amoCRM, and its administrators, come to.
func (s *service) amoDoors(mux *http.ServeMux) {
	if s.amo != nil && s.AmoHookSecret != "" {
		mux.HandleFunc("POST /crm/amocrm/{secret}", s.amoHook)
	}
	if s.chats != nil {
		mux.HandleFunc("POST /crm/amocrm/chats/{scope}", s.amoChatHook)
	}
	if s.access == nil {
		return
	}
	if redirect, err := url.Parse(s.AmoRedirect); err == nil && len(redirect.Path) > 1 {
		mux.HandleFunc("GET "+redirect.EscapedPath(), s.amoConsent)
	}
	mux.HandleFunc("GET /crm/amocrm/disabled", s.amoDisabled)
}

// amoConsent is where amoCRM sends an administrator who let us in. A redirect
// that we did not ask for, such as the hook of a widget, changes nothing.
func (s *service) amoConsent(w http.ResponseWriter, r *http.Request) {
	given := consentOf(r.URL.Query())
	say := func(status int, key string, args map[string]any) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintln(w, s.words.Text(s.Language, key, args))
	}
	if given.code == "" || !s.amoStateGood(given.state, s.now()) {
		say(http.StatusBadRequest, "amocrm.foreign", nil)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 20*time.Second)
	defer cancel()
	if err := s.access.Accept(ctx, given.code, given.referer); err != nil {
		s.log.Error("amocrm did not take the code", "error", err)
		say(http.StatusBadGateway, "amocrm.refused", map[string]any{"Reason": err.Error()})
		return
	}
	s.amo.Resume()
	s.log.Info("amocrm is connected")
	say(http.StatusOK, "amocrm.close_page", nil)
}

// amoDisabled hears that an administrator switched the integration off (API v4,
// oauth/step-by-step: the signature is HMAC-SHA256 of "client|account").
func (s *service) amoDisabled(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	sum := hmac.New(sha256.New, []byte(s.AmoClientSecret))
	fmt.Fprintf(sum, "%s|%s", query.Get("client_uuid"), query.Get("account_id"))
	given, err := hex.DecodeString(query.Get("signature"))
	if err != nil || query.Get("client_uuid") != s.AmoClientID || !hmac.Equal(given, sum.Sum(nil)) {
		http.NotFound(w, r)
		return
	}
	if err := s.access.Forget(r.Context()); err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	s.log.Error("amocrm: the integration was switched off; connect it again with voronka amocrm connect")
	w.WriteHeader(http.StatusOK)
}

// amoAsk sends an operator of the console to the page of consent.
func (s *service) amoAsk(w http.ResponseWriter, r *http.Request) {
	state, err := s.amoState(s.now())
	if err != nil {
		http.Error(w, "VORONKA_SECRET_KEY", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, s.access.Ask(state), http.StatusSeeOther)
}

// keepAmoAccess renews the tokens when nothing called for a week.
func (s *service) keepAmoAccess(ctx context.Context) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := s.access.KeepAlive(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("amocrm tokens are not renewed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

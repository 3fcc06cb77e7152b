package telegramtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// pump starts the delivery of every queue that has something to deliver and is not busy with it:
// messages of one chat are one queue, a user's button presses another (WebhookActor.cpp:457-478,
// Client.cpp:17155). The caller holds s.mu.
func (s *Server) pump() {
	if s.hook.url == "" || s.stopped.Err() != nil {
		return
	}
	for _, u := range s.updates.pending {
		if !s.hook.busy[u.queue] {
			s.hook.busy[u.queue] = true
			go s.deliver(s.hook, u)
		}
	}
}

// deliver posts one update until it is taken, expires, or the webhook changes.
func (s *Server) deliver(hook webhook, u *pendingUpdate) {
	for attempt := 1; ; attempt++ {
		select {
		case hook.slots <- struct{}{}:
		case <-hook.ctx.Done():
			return
		}
		reply, pause, err := s.post(hook, u)
		<-hook.slots
		if hook.ctx.Err() != nil && err != nil {
			return
		}
		if s.delivered(hook, u, err) {
			s.replied(reply)
			return
		}
		if pause == 0 {
			pause = s.cfg.Backoff(attempt)
		}
		if s.cfg.Wait(hook.ctx, pause) != nil {
			return
		}
	}
}

// post makes one attempt. A failed one may carry the pause that its Retry-After asks for.
func (s *Server) post(hook webhook, u *pendingUpdate) (reply []byte, pause time.Duration, err error) {
	req, err := http.NewRequestWithContext(hook.ctx, http.MethodPost, hook.url, bytes.NewReader(u.body))
	if err != nil {
		return nil, 0, fmt.Errorf("prepare webhook request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	res, err := s.cfg.Client.Do(req)
	if err != nil {
		return nil, 0, errors.New("Connection refused or timed out") //lint:ignore ST1005 shown as last_error_message
	}
	defer res.Body.Close()
	reply, _ = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if res.StatusCode/100 == 2 {
		return reply, 0, nil
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		pause = time.Duration(min(seconds, 3600)) * time.Second
	}
	//lint:ignore ST1005 shown as last_error_message
	return nil, pause, fmt.Errorf("Wrong response from the webhook: %d %s", res.StatusCode, http.StatusText(res.StatusCode))
}

// delivered settles an attempt and reports whether this update is over; then its queue goes on.
func (s *Server) delivered(hook webhook, u *pendingUpdate, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.hook.ctx == hook.ctx
	if err != nil {
		if current {
			s.hook.lastErrorAt, s.hook.lastError = s.cfg.Now(), err.Error()
		}
		if !s.cfg.Now().After(u.expires) {
			s.broadcast()
			return false
		}
	}
	s.updates.forget(u)
	if current {
		delete(s.hook.busy, u.queue)
		s.pump()
	}
	s.broadcast()
	return true
}

// replied plays the method that a webhook may put into its answer (Bot API, "Making requests when getting updates").
func (s *Server) replied(body []byte) {
	c := &call{ctx: s.stopped, params: map[string]param{}, files: map[string]*upload{}}
	if json.Valid(body) && readJSON(bytes.NewReader(body), c) == nil && c.text("method") != "" {
		c.method = c.text("method")
		delete(c.params, "method")
		result, fail := s.play(c)
		s.record(c, result, fail)
	}
}

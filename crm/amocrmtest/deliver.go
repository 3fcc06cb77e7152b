package amocrmtest

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Rules of delivery (webhooks-format): an answer of 100–299 is success; the
// others are tried again after these pauses, the last two only when the
// receiver said 499 or 5xx.
const (
	hookAttempts    = 5
	anyFailureLimit = 3
	disableAfter    = 100
	disableWindow   = 2 * time.Hour
)

func pauses() []time.Duration {
	return []time.Duration{5 * time.Minute, 15 * time.Minute, 15 * time.Minute, time.Hour}
}

// deliver makes one attempt and decides about the next.
func (s *Server) deliver(ctx context.Context, d Delivery) Delivery {
	d.Attempts++
	d.Status = s.send(ctx, d)
	delivered := d.Status >= 100 && d.Status < 300
	s.judge(d.Destination, delivered)
	severe := d.Status == 499 || d.Status >= 500
	if delivered || d.Attempts >= hookAttempts || (d.Attempts >= anyFailureLimit && !severe) {
		d.Done = true
		return d
	}
	d.Due = s.cfg.Now().Add(pauses()[d.Attempts-1])
	return d
}

func (s *Server) send(ctx context.Context, d Delivery) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Destination, strings.NewReader(d.Body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "amoCRM-Webhooks/3.0")
	resp, err := s.cfg.Client.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode
}

// judge switches a subscription off after more than 100 invalid answers in two
// hours, the last of which was invalid.
func (s *Server) judge(destination string, delivered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hookTo(destination)
	if h == nil || delivered {
		return
	}
	now := s.now()
	h.failures = slices.DeleteFunc(h.failures, func(at int64) bool { return at <= now-int64(disableWindow.Seconds()) })
	h.failures = append(h.failures, now)
	h.disabled = h.disabled || len(h.failures) > disableAfter
}

// Tick lets the sender of webhooks look at the clock at once, instead of within
// a second; tests call it after they moved Config.Now.
func (s *Server) Tick() { s.post.ring() }

// Deliveries are the webhooks: those that are finished, then those that wait.
func (s *Server) Deliveries() []Delivery {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	return append(slices.Clone(s.post.sent), s.post.pending...)
}

// Redeliver sends finished webhooks once more, the newest first: amoCRM repeats
// and reorders them, and a receiver has to live with it.
func (s *Server) Redeliver() {
	s.post.mu.Lock()
	again := slices.Clone(s.post.sent)
	s.post.mu.Unlock()
	for _, d := range slices.Backward(again) {
		d.Attempts, d.Status, d.Done, d.Due = 0, 0, false, s.cfg.Now()
		s.post.put(d)
	}
}

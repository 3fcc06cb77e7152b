package telegramtest

import (
	"net/http"
	"time"
)

// Hasty is a request about a chat that was sent earlier than the last 429 for
// that chat allowed (Bot API, ResponseParameters.retry_after).
type Hasty struct {
	Method string
	ChatID int64
	// Refused is when the 429 was answered, At when the request came, Until when
	// it could have.
	Refused, At, Until time.Time
}

// pause is what a 429 asked for.
type pause struct{ from, until time.Time }

// Hasty lists the requests that did not wait as they were told to. One that had
// begun before the 429 is none: its sender could not know.
func (s *Server) Hasty() []Hasty {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Hasty(nil), s.hasty...)
}

// listen compares a finished request with what was asked for before, and keeps
// what its answer asks for. The caller holds s.mu.
func (s *Server) listen(c *call, fail *failure) {
	chat := c.number("chat_id")
	if chat == 0 {
		return
	}
	if p := s.pauses[chat]; c.began.After(p.from) && c.began.Before(p.until) {
		s.hasty = append(s.hasty, Hasty{Method: c.method, ChatID: chat, Refused: p.from, At: c.began, Until: p.until})
	}
	if fail != nil && fail.Code == http.StatusTooManyRequests && fail.RetryAfter > 0 {
		now := s.cfg.Now()
		s.pauses[chat] = pause{from: now, until: now.Add(time.Duration(fail.RetryAfter) * time.Second)}
	}
}

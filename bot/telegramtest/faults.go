package telegramtest

import (
	"net/http"
	"strings"
	"time"
)

// Drop says when a fault cuts the connection.
type Drop int

// A connection can be cut before the request is handled, or after: then the message was sent, and
// the client does not learn it.
const (
	DropNone Drop = iota
	DropBefore
	DropAfter
)

// Fault is something that goes wrong with the next requests.
type Fault struct {
	Method      string        // of the Bot API, in any case; empty: every method except getUpdates
	ChatID      int64         // only requests with this chat_id; 0: any
	Times       int           // how many requests; 0 means one, negative means all from now on
	Status      int           // 429, 403, 500, … ; 502 answers with an HTML page; 0: the request is handled
	Description string        // instead of Telegram's usual text
	RetryAfter  time.Duration // with 429, in whole seconds
	Delay       time.Duration // waited first, on Config.Wait
	Hold        time.Duration // waited after handling: a client of less patience never hears the answer
	Drop        Drop
}

type pendingFault struct {
	Fault
	left int
}

// Inject arms a fault behind those armed before, and returns what disarms it.
func (s *Server) Inject(f Fault) (withdraw func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &pendingFault{Fault: f, left: f.Times}
	if f.Times == 0 {
		p.left = 1
	}
	s.faults = append(s.faults, p)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		p.left = 0
	}
}

// What a fault leaves to do.
type aftermath int

const (
	unharmed aftermath = iota
	struck             // answered already
	deafen             // handle it, then cut the connection
	hold               // handle it, and let the client wait for the answer
)

// strike applies the first armed fault that fits a request.
func (s *Server) strike(w http.ResponseWriter, r *http.Request, c *call) (aftermath, time.Duration) {
	f, ok := s.nextFault(c)
	if !ok {
		return unharmed, 0
	}
	if f.Delay > 0 && s.cfg.Wait(r.Context(), f.Delay) != nil {
		return struck, 0
	}
	if f.Drop == DropBefore {
		s.record(c, nil, &failure{Code: 0, Description: "connection dropped before handling"})
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		if f.Drop == DropAfter {
			return deafen, 0
		}
		if f.Hold > 0 {
			return hold, f.Hold
		}
		return unharmed, 0
	}
	fail := f.failure()
	s.record(c, nil, fail)
	if f.Status == http.StatusBadGateway {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
			"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"))
		return struck, 0
	}
	writeFailure(w, fail)
	return struck, 0
}

func (s *Server) nextFault(c *call) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.faults {
		fits := strings.EqualFold(p.Method, c.method) || p.Method == "" && c.method != "getUpdates"
		if p.left == 0 || !fits || p.ChatID != 0 && p.ChatID != c.number("chat_id") {
			continue
		}
		p.left--
		return p.Fault, true
	}
	return Fault{}, false
}

func (f Fault) failure() *failure {
	out := &failure{Code: f.Status, Description: f.Description}
	switch f.Status {
	case http.StatusTooManyRequests:
		out = tooManyRequests(f.RetryAfter)
	case http.StatusForbidden:
		out = forbidden("bot was blocked by the user")
	case http.StatusBadRequest:
		out = badRequest("chat not found")
	}
	if f.Description != "" {
		out.Description = f.Description
	}
	if out.Description == "" {
		out.Description = http.StatusText(f.Status)
	}
	return out
}

package tbanktest

import (
	"net/http"
	"time"
)

// FaultKind says how a call fails.
type FaultKind string

// The ways in which a call can fail. A dropped connection ends without an answer.
const (
	FaultHTML       FaultKind = "html"        // HTTP 502 with a page of a proxy
	FaultStatus500  FaultKind = "500"         // HTTP 500 without JSON
	FaultDelay      FaultKind = "delay"       // answered after Fault.Delay
	FaultDropBefore FaultKind = "drop before" // connection dropped, nothing was done
	FaultDropAfter  FaultKind = "drop after"  // done, but the client does not learn it
	FaultTemporary  FaultKind = "temporary"   // business error Fault.Code (9999), nothing was done
)

// Fault makes coming calls of a method fail.
type Fault struct {
	Method string // "" is any method
	Kind   FaultKind
	Times  int           // how many calls; 0 is one, negative is every call
	Delay  time.Duration // for FaultDelay
	Code   string        // for FaultTemporary: "9999" or "999"
}

// Inject adds a fault; faults strike in the order in which they were injected.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Code == "" {
		f.Code = "9999"
	}
	s.faults = append(s.faults, &f)
}

// ClearFaults forgets all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) takeFault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times != 0 && (f.Method == "" || f.Method == method) {
			if f.Times > 0 {
				f.Times--
			}
			return *f
		}
	}
	return Fault{}
}

// before strikes ahead of the method; it reports whether the call is over.
func (f Fault) before(s *Server, w http.ResponseWriter, r *http.Request, body []byte) bool {
	reply := func(status int, kind, text string) bool {
		s.log(r.PathValue("method"), body, status, []byte(text), f)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		w.Write([]byte(text))
		return true
	}
	switch f.Kind {
	case FaultHTML:
		return reply(http.StatusBadGateway, "text/html",
			"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n")
	case FaultStatus500:
		return reply(http.StatusInternalServerError, "text/plain", "Internal Server Error")
	case FaultTemporary:
		return reply(http.StatusOK, "application/json;charset=UTF-8", string(encode(s.refuse(f.Code).answer())))
	case FaultDropBefore:
		s.log(r.PathValue("method"), body, 0, nil, f)
		panic(http.ErrAbortHandler)
	case FaultDelay:
		select {
		case <-r.Context().Done():
		case <-time.After(f.Delay):
		}
	}
	return false
}

// after strikes when the work is done and logged.
func (f Fault) after() {
	if f.Kind == FaultDropAfter {
		panic(http.ErrAbortHandler)
	}
}

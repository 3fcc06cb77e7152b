package amocrmtest

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"time"
)

// FaultKind is the way a request goes wrong.
type FaultKind string

// Kinds of faults. Those that refuse leave the account untouched; those that
// lose the answer do the work first, as a real time-out does.
const (
	TooManyRequests FaultKind = "429"  // refused, HTML
	Forbidden       FaultKind = "403"  // refused, the nginx page of a blocked account
	Unauthorized    FaultKind = "401"  // refused, problem+json
	Unpaid          FaultKind = "402"  // refused, problem+json: the account is not paid
	ServerError     FaultKind = "500"  // refused, problem+json
	BadGateway      FaultKind = "502"  // refused, HTML
	GatewayTimeout  FaultKind = "504"  // the work is done, the answer is HTML
	NoContent       FaultKind = "204"  // the work is done, the answer is 204
	EmptyBody       FaultKind = "body" // the work is done, the answer has its status and no body
	Delayed         FaultKind = "delay"
	DropBefore      FaultKind = "drop-before" // connection cut, nothing done
	DropAfter       FaultKind = "drop-after"  // connection cut, the work is done
)

// Fault makes matching API requests fail.
type Fault struct {
	Method string // empty: any
	Path   string // as path.Match has it, "/api/v4/leads/*"; empty: any
	Kind   FaultKind
	Skip   int // matching requests that pass first
	Times  int // how many fail; 0 is one, negative is all

	// Delay holds the request of a Delayed fault that long in real time;
	// Release holds it until the channel is closed.
	Delay   time.Duration
	Release <-chan struct{}
}

// Inject adds a fault; several are tried in the order they were given.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) takeFault(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if !f.matches(r) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

func (f *Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if f.Path == "" || f.Path == r.URL.Path {
		return true
	}
	matched, err := path.Match(f.Path, r.URL.Path)
	return err == nil && matched
}

// before answers a request that is not to be handled, and tells that it did.
func (f *Fault) before(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case TooManyRequests, Forbidden, BadGateway:
		write(w, nginx(f.status()))
	case Unauthorized:
		write(w, problem(http.StatusUnauthorized, "Unauthorized", "Токен отозван"))
	case Unpaid:
		write(w, problem(http.StatusPaymentRequired, "Payment Required", "Аккаунт не оплачен"))
	case ServerError:
		write(w, problem(http.StatusInternalServerError, "Internal Server Error", "Internal Server Error"))
	case DropBefore:
		cut(w)
	case Delayed:
		return !f.wait(r)
	default:
		return false
	}
	return true
}

// after spoils the answer of a handled request, and tells that it did.
func (f *Fault) after(w http.ResponseWriter) bool {
	switch f.Kind {
	case GatewayTimeout:
		write(w, nginx(http.StatusGatewayTimeout))
	case NoContent:
		write(w, nothing())
	case EmptyBody:
		w.Header().Set("Content-Type", "application/hal+json")
		w.WriteHeader(http.StatusOK)
	case DropAfter:
		cut(w)
	default:
		return false
	}
	return true
}

// wait tells whether the client was still there at the end.
func (f *Fault) wait(r *http.Request) bool {
	release := f.Release
	if release == nil {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			return true
		case <-r.Context().Done():
			return false
		}
	}
	select {
	case <-release:
		return true
	case <-r.Context().Done():
		return false
	}
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	conn.Close()
}

func (f *Fault) status() int {
	status, _ := strconv.Atoi(string(f.Kind))
	return status
}

func statusLine(status int) string {
	return strconv.Itoa(status) + " " + http.StatusText(status)
}

package tbanktest

import (
	"encoding/json"
	"slices"
	"time"
)

// Request is one call of the API as it came in and was answered.
type Request struct {
	At       time.Time
	Method   string
	Body     json.RawMessage // empty when it was not JSON
	Status   int             // HTTP
	Response json.RawMessage // empty when a fault answered without JSON
	Fault    string          // the kind of the fault that struck, if any
}

// Violation is something a client did that the protocol does not allow, whether it was refused or let pass
// (unknown fields pass, as at the bank).
type Violation struct {
	At      time.Time
	Method  string
	Field   string
	Problem string
}

// Requests is the log of all API calls in order of their answers.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations lists what clients did against the protocol.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violate records a violation; the caller holds the lock.
func (s *Server) violate(method, field, problem string) {
	s.violations = append(s.violations, Violation{At: s.now(), Method: method, Field: field, Problem: problem})
}

func (s *Server) log(method string, body []byte, status int, out []byte, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := Request{At: s.now(), Method: method, Status: status, Fault: string(fault.Kind)}
	if json.Valid(body) {
		entry.Body = slices.Clone(body)
	}
	if json.Valid(out) {
		entry.Response = slices.Clone(out)
	}
	s.requests = append(s.requests, entry)
}

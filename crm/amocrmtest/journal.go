package amocrmtest

import (
	"net/http"
	"slices"
	"time"
)

// Request is one API call as it came in. Status is what was decided about it:
// 0 when the connection was dropped instead of an answer. The token is not kept.
type Request struct {
	Method string
	Path   string
	Query  string
	Body   string
	Status int
	At     time.Time
}

// Violation is something a careful client of amoCRM does not do: an unknown
// field, a wrong type, a path that does not exist, a batch above the advised 50.
type Violation struct {
	Method string
	Path   string
	Code   string
	Field  string
	Detail string
}

// maxKept bounds both journals, so that a demo may run for weeks.
const maxKept = 20000

func (s *Server) record(r *http.Request, body []byte, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = keep(s.requests, Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Body: string(body), Status: status, At: s.cfg.Now(),
	})
}

func (c *call) offend(code, field, detail string) {
	c.s.offences = keep(c.s.offences, Violation{
		Method: c.r.Method, Path: c.r.URL.Path, Code: code, Field: field, Detail: detail,
	})
}

func keep[T any](journal []T, entry T) []T {
	if len(journal) >= maxKept {
		journal = slices.Clone(journal[maxKept/2:])
	}
	return append(journal, entry)
}

// Requests are the API calls so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations are the client's offences against the protocol so far.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.offences)
}

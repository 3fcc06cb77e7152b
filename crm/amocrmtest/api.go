package amocrmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// object is a JSON object of an answer.
type object = map[string]any

// call is one API request on its way through a handler. The server's lock is held.
type call struct {
	s      *Server
	r      *http.Request
	query  query
	body   []byte
	base   string // https://host/prefix, without a trailing slash
	entity string // leads, contacts or companies where the path names one
	ids    []int64
	user   int64
	now    int64
}

// reply is what a handler answers. A nil body with 204 is amoCRM's "nothing found".
type reply struct {
	status int
	body   any
	html   string
}

type handler func(*call) reply

const apiRoot = "/api/v4/"

func apiPath(path string) (string, bool) {
	return strings.CutPrefix(path, apiRoot)
}

// maxBody is far above what a batch of 250 entities needs.
const maxBody = 8 << 20

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		write(w, problem(http.StatusRequestEntityTooLarge, "Request Entity Too Large", "The body is too large."))
		return
	}
	fault := s.takeFault(r)
	if fault != nil && fault.before(w, r) {
		s.record(r, body, fault.status())
		return
	}
	answer := s.handle(r, path, body)
	s.record(r, body, answer.status)
	if r.Method != http.MethodGet && answer.status < 300 {
		s.stream.bump()
	}
	if fault != nil && fault.after(w) {
		return
	}
	write(w, answer)
}

// handle runs one request under the lock, from the token to the answer.
func (s *Server) handle(r *http.Request, path string, body []byte) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refusal := s.limiter.admit(s.cfg.Limits, s.integration(r), s.cfg.Now()); refusal != nil {
		return *refusal
	}
	c := &call{s: s, r: r, body: body, query: parseQuery(r.URL.RawQuery), base: s.base(r), now: s.now()}
	if s.elsewhere(r.Host) { // legacy code 101, "no such account" (API v4, error-codes)
		return problem(http.StatusUnauthorized, "Unauthorized", "Аккаунт не найден. Код ошибки 101")
	}
	if refusal := c.authorise(); refusal != nil {
		return *refusal
	}
	handle, refusal := s.find(c, r.Method, strings.TrimSuffix(path, "/"))
	if refusal != nil {
		return *refusal
	}
	if r.Method != http.MethodGet && len(body) > 0 && !json.Valid(body) {
		c.offend("InvalidJSON", "", "the body is not JSON")
		return problem(http.StatusBadRequest, "Bad Request", "Request validation failed")
	}
	return handle(c)
}

// base is the address under which the client reached the server. Behind
// http.StripPrefix the prefix is what the request line has and the path lost.
func (s *Server) base(r *http.Request) string {
	if s.cfg.BaseURL != "" {
		return strings.TrimSuffix(s.cfg.BaseURL, "/")
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	line, _, _ := strings.Cut(r.RequestURI, "?")
	prefix, found := strings.CutSuffix(line, r.URL.EscapedPath())
	if !found || !strings.HasPrefix(line, "/") {
		prefix = ""
	}
	return scheme + "://" + r.Host + prefix
}

func (c *call) href(format string, args ...any) object {
	return object{"href": c.base + apiRoot + fmt.Sprintf(format, args...)}
}

// self is the _links member of one entity.
func (c *call) self(format string, args ...any) object {
	return object{"self": c.href(format, args...)}
}

// write sends an answer; success is hal+json, refusals problem+json (API v4, each page).
func write(w http.ResponseWriter, a reply) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	switch {
	case a.html != "":
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(a.status)
		io.WriteString(w, a.html)
	case a.body == nil:
		w.WriteHeader(a.status)
	default:
		kind := "application/hal+json"
		if a.status >= 400 {
			kind = "application/problem+json"
		}
		h.Set("Content-Type", kind)
		w.WriteHeader(a.status)
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.Encode(a.body)
	}
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }
func nothing() reply         { return reply{status: http.StatusNoContent} }

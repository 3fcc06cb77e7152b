package telegramtest

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// call is one request to a method while it is being played.
type call struct {
	ctx    context.Context
	method string
	params map[string]param
	files  map[string]*upload
	chat   int64 // the chat it concerns, once known
	began  time.Time
	// unheard is set when the client does not get the answer, or late.
	unheard bool
}

// method plays one method of the Bot API. It runs with s.mu held.
type method func(*call) (any, *failure)

// Call is one entry of the log of requests, as [Server.Sent] shows it.
type Call struct {
	Time        time.Time
	Method      string            // canonical spelling, or as written when unknown
	Params      map[string]string // texts as they arrived; objects as their JSON
	Files       map[string]string // multipart part → file name
	ChatID      int64             // 0 when the method concerns no chat
	Code        int               // HTTP status and error_code; 200 when it was done
	Description string            // error text; empty when it was done
	Result      json.RawMessage   // the result field; nil on an error
	Unheard     bool              // a fault cut the answer off, or held it back
}

// maxCalls bounds the log of requests; older entries are forgotten.
const maxCalls = 100_000

// Sent is the log of requests in the order in which they were handled, of all methods or of those named.
func (s *Server) Sent(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		wanted := len(methods) == 0
		for _, m := range methods {
			wanted = wanted || strings.EqualFold(m, c.Method)
		}
		if wanted {
			out = append(out, c)
		}
	}
	return out
}

// tokenShape is what the real server takes for a token; anything else is a path it does not know.
var tokenShape = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)

// serveMethod answers /bot<token>/<method>.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	token, name := splitBotPath(r.URL.Path)
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.cfg.Token)) != 1 {
		if !tokenShape.MatchString(token) {
			writeFailure(w, &failure{Code: 404, Description: "Not Found"})
			return
		}
		writeFailure(w, &failure{Code: 401, Description: "Unauthorized"})
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		writeFailure(w, &failure{Code: 405, Description: "Method Not Allowed"})
		return
	}
	c := &call{ctx: r.Context(), method: name, params: map[string]param{}, files: map[string]*upload{}, began: s.cfg.Now()}
	if canonical, known := s.spec.names[strings.ToLower(name)]; known {
		c.method = canonical
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	fail := readRequest(r, c)
	after, held := s.strike(w, r, c)
	if after == struck {
		return
	}
	c.unheard = after != unharmed
	var result any
	if fail == nil {
		result, fail = s.play(c)
	}
	answer := s.record(c, result, fail)
	if after == deafen || after == hold && s.cfg.Wait(r.Context(), held) != nil {
		panic(http.ErrAbortHandler)
	}
	writeJSON(w, fail, answer)
}

// play runs a call through the checks and its method.
func (s *Server) play(c *call) (any, *failure) {
	run, ok := s.methods[c.method]
	if !ok {
		return nil, s.unplayed(c.method)
	}
	if bad := s.spec.checkCall(c); bad != nil {
		return nil, bad
	}
	if bad := s.fetchURLs(c); bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if bad := s.limits.take(c, s.cfg.Now()); bad != nil {
		return nil, bad
	}
	return run(c)
}

// unplayed answers a method that has no player here.
func (s *Server) unplayed(name string) *failure {
	if _, exists := s.spec.names[strings.ToLower(name)]; !exists {
		return &failure{Code: 404, Description: "Not Found: method not found", violation: name + ": no such method in the Bot API"}
	}
	return &failure{
		Code: http.StatusNotImplemented, Description: "telegramtest does not play " + name,
		violation: name + ": exists in the Bot API, but telegramtest does not play it",
	}
}

// record logs a finished call and returns the result's JSON.
func (s *Server) record(c *call, result any, fail *failure) json.RawMessage {
	entry := Call{
		Time: s.cfg.Now(), Method: c.method, ChatID: c.chat, Code: http.StatusOK, Unheard: c.unheard,
		Params: map[string]string{}, Files: map[string]string{},
	}
	for name, p := range c.params {
		entry.Params[name] = p.text
	}
	for name, f := range c.files {
		entry.Files[name] = f.name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listen(c, fail)
	if fail != nil {
		entry.Code, entry.Description = fail.Code, fail.Description
		if fail.violation != "" {
			s.violate(fail.violation)
		}
	} else {
		entry.Result = encodeJSON(result)
	}
	if len(s.calls) >= maxCalls {
		s.calls = append(s.calls[:0:0], s.calls[maxCalls/10:]...)
	}
	s.calls = append(s.calls, entry)
	s.broadcast()
	return entry.Result
}

// encodeJSON writes what this package's own types hold; they always encode.
func encodeJSON(v any) json.RawMessage {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(out.Bytes())
}

func writeJSON(w http.ResponseWriter, fail *failure, result json.RawMessage) {
	if fail != nil {
		writeFailure(w, fail)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(append([]byte(`{"ok":true,"result":`), result...), '}'))
}

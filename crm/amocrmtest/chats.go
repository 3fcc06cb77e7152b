package amocrmtest

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"strings"
	"time"
)

// Channel is a chat channel as amoCRM's support registers it (chats/chat-start).
// The zero value is an account without one: each call is about a channel that
// does not exist.
type Channel struct {
	// ID, Secret and Bot are what support answers: the channel's id, its secret
	// key, and the id of the channel's bot.
	ID, Secret, Bot string
	// Hook is where messages of managers go; ":scope_id" in it is filled in.
	Hook string
}

// chatsRoot is where the methods of the Chats API live; the real ones have a host of
// their own, amojo.amocrm.ru (chats/chat-start).
const chatsRoot = "/v2/origin/custom/"

// signatureLife is how long a signature is good (chats/chat-start).
const signatureLife = 15 * time.Minute

// serveChats is the Chats API: no Bearer, a signature of the channel instead.
func (s *Server) serveChats(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeChats(w, chatsProblem(http.StatusRequestEntityTooLarge, "the body is too large"))
		return
	}
	fault := s.takeFault(r)
	if fault != nil && fault.before(w, r) {
		s.record(r, body, fault.status())
		return
	}
	answer := s.handleChats(r, body)
	s.record(r, body, answer.status)
	if r.Method != http.MethodGet && answer.status < 300 {
		s.stream.bump()
	}
	if fault != nil && fault.after(w) {
		return
	}
	writeChats(w, answer)
}

// handleChats runs one request under the lock. Who the channel is stands in the
// path; its signature is checked before anything else is told.
func (s *Server) handleChats(r *http.Request, body []byte) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{s: s, r: r, body: body, query: parseQuery(r.URL.RawQuery), now: s.now(), user: s.cfg.Users[0].ID}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, chatsRoot), "/")
	scope := s.cfg.Channel.ID + "_" + s.cfg.AmojoID
	if s.cfg.Channel.ID == "" || name != s.cfg.Channel.ID && name != scope {
		c.offend("NoSuchChannel", "", "there is no such channel")
		return chatsProblem(http.StatusNotFound, "channel not found")
	}
	if why := c.unsigned(); why != "" {
		c.offend("BadSignature", "", why)
		return chatsProblem(http.StatusForbidden, "invalid signature")
	}
	if r.Method != http.MethodGet && !json.Valid(body) {
		c.offend("InvalidJSON", "", "the body is not JSON")
		return chatsProblem(http.StatusBadRequest, "invalid body")
	}
	if name == s.cfg.Channel.ID {
		return c.channelCall(rest, scope)
	}
	if !s.connected { // inferred: the documents name no answer for a scope that is not connected
		return chatsProblem(http.StatusNotFound, "scope not found")
	}
	return c.scopeCall(rest)
}

// unsigned tells what is wrong with the four headers; empty for nothing
// (chats/chat-start, "Авторизация"). The values are signed as they were sent.
func (c *call) unsigned() string {
	header := c.r.Header
	sum := md5.Sum(c.body)
	date, err := mail.ParseDate(header.Get("Date"))
	age := c.s.cfg.Now().Sub(date)
	switch {
	case header.Get("Content-Type") != "application/json":
		return "Content-Type is not application/json"
	case header.Get("Content-MD5") != hex.EncodeToString(sum[:]):
		return "Content-MD5 is not the lower hex md5 of the body"
	case err != nil:
		return "Date is not as RFC 2822 has it"
	case age > signatureLife || age < -signatureLife:
		return "the signature is older than 15 minutes"
	}
	path, _, _ := strings.Cut(c.r.RequestURI, "?")
	signed := strings.Join([]string{
		c.r.Method, header.Get("Content-MD5"), header.Get("Content-Type"), header.Get("Date"), path,
	}, "\n")
	if header.Get("X-Signature") != chatSignature(c.s.cfg.Channel.Secret, []byte(signed)) {
		return "X-Signature is not the lower hex HMAC-SHA1 of method, md5, type, date and path"
	}
	if header.Get("Authorization") != "" {
		c.offend("TokenLeaked", "Authorization", "the Chats API needs no token")
	}
	return ""
}

// chatSignature is HMAC-SHA1 in lower hex.
func chatSignature(secret string, text []byte) string {
	sum := hmac.New(sha1.New, []byte(secret))
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}

// chatsProblem is a refusal; that its details are JSON is said, their shape is not (inferred).
func chatsProblem(status int, detail string) reply {
	return reply{status: status, body: object{"error_code": status, "error_type": http.StatusText(status), "detail": detail}}
}

func writeChats(w http.ResponseWriter, a reply) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(a.body)
}

// strict reads the body by a schema. Types are strict (chats/chat-start); a key
// that the method does not know is overlooked, and noted as an offence.
func (c *call) strict(sc schema) (map[string]any, *reply) {
	var data map[string]any
	if !decode(c.body, &data) {
		answer := chatsProblem(http.StatusBadRequest, "the body is no object")
		return nil, &answer
	}
	var wrong []string
	for _, f := range c.check("", data, sc) {
		c.offend(f.Code, f.Path, f.Detail)
		if f.Code != notExpected("").Code {
			wrong = append(wrong, f.Path+": "+f.Detail)
		}
	}
	if wrong == nil {
		return data, nil
	}
	answer := chatsProblem(http.StatusBadRequest, strings.Join(wrong, "; "))
	return nil, &answer
}

// uuid numbers the things of the Chats API; each looks like one of its ids.
func (s *Server) uuid(kind string) string {
	return fmt.Sprintf("6cbab3d5-c4c1-46ff-b710-%012x", s.nextID(kind))
}

package amocrmtest

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
)

// authorise checks the Bearer token and the optional X-Context-User-ID. The
// exact body of an API 401 is not published; the common problem shape is used (inferred).
func (c *call) authorise() *reply {
	given, found := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !found || !c.s.goodToken(given) {
		answer := problem(http.StatusUnauthorized, "Unauthorized", "Неверный логин или пароль")
		return &answer
	}
	c.user = c.s.cfg.Users[0].ID
	context := c.r.Header.Get("X-Context-User-ID")
	if context == "" {
		return nil
	}
	id, err := strconv.ParseInt(context, 10, 64)
	if err != nil || !c.s.knownUser(id) {
		answer := problem(http.StatusForbidden, "Forbidden", "Пользователь не найден")
		return &answer
	}
	c.user = id
	return nil
}

func (s *Server) knownUser(id int64) bool {
	for _, u := range s.cfg.Users {
		if u.ID == id {
			return true
		}
	}
	return false
}

func (s *Server) goodToken(given string) bool {
	if s.longLived(given) {
		return true
	}
	end, known := s.grants.access[given]
	return known && s.cfg.Now().Before(end)
}

// longLived tells whether a token is that of an integration without OAuth.
func (s *Server) longLived(given string) bool {
	for _, token := range append([]string{s.cfg.Token}, s.cfg.Others...) {
		if subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
			return true
		}
	}
	return false
}

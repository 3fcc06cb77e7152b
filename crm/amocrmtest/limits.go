package amocrmtest

import (
	"net/http"
	"strings"
	"time"
)

// Limits are the account's request limits. The zero value has none.
type Limits struct {
	// PerSecond is how many requests of one integration any second may hold,
	// PerAccount how many of all of them together; 0: any number.
	PerSecond, PerAccount int
	// BlockAfter is the number of refused requests, with less than ten seconds
	// between them, after which every request gets 403. 0: never.
	BlockAfter int
	// JSON answers 429 as problem+json; amoCRM usually sends HTML
	// (amocrm-api-php, pull request 517).
	JSON bool
}

// RealLimits are amoCRM's own: 7 requests a second for an integration, 50 for an
// account, and a block for who goes on and on (API v4, recommendations;
// amocrm-api-php, issue 318). How long "goes on" is, is not published; 100 is a guess.
func RealLimits() Limits { return Limits{PerSecond: 7, PerAccount: 50, BlockAfter: 100} }

// limiter counts the requests of the last second, by integration and together.
type limiter struct {
	of      map[string]*second
	all     second
	refused int
	last    time.Time
	blocked bool
}

// second are the moments of the requests in the last second.
type second []time.Time

// full tells whether there is no room for another request.
func (s *second) full(limit int, now time.Time) bool {
	for len(*s) > 0 && now.Sub((*s)[0]) >= time.Second {
		*s = (*s)[1:]
	}
	return limit > 0 && len(*s) >= limit
}

// admit lets a request of an integration in, or refuses it.
func (l *limiter) admit(limits Limits, integration string, now time.Time) *reply {
	if l.blocked {
		answer := forbiddenPage()
		return &answer
	}
	if limits.PerSecond <= 0 && limits.PerAccount <= 0 {
		return nil
	}
	if l.of == nil {
		l.of = map[string]*second{}
	}
	own := l.of[integration]
	if own == nil {
		own = &second{}
		l.of[integration] = own
	}
	busy, crowded := own.full(limits.PerSecond, now), l.all.full(limits.PerAccount, now)
	if !busy && !crowded {
		*own, l.all = append(*own, now), append(l.all, now)
		return nil
	}
	if now.Sub(l.last) > 10*time.Second {
		l.refused = 0
	}
	l.refused++
	l.last = now
	l.blocked = limits.BlockAfter > 0 && l.refused >= limits.BlockAfter
	answer := tooMany(limits.JSON)
	return &answer
}

// integration is whose request it is: each has a token of its own, the one with
// OAuth many. What has none of them counts as one more.
func (s *Server) integration(r *http.Request) string {
	given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, granted := s.grants.access[given]; granted || r.URL.Path == tokenPath {
		return "oauth"
	}
	if s.longLived(given) {
		return given
	}
	return "stranger"
}

// Unblock is what amoCRM's support does after a block: everything starts anew.
func (s *Server) Unblock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter = limiter{}
}

func tooMany(json bool) reply {
	if json {
		return problem(http.StatusTooManyRequests, "Too Many Requests", "Too Many Requests")
	}
	return nginx(http.StatusTooManyRequests)
}

// forbiddenPage is the bare page of a blocked account (amocrm-api-php, issue 434).
func forbiddenPage() reply { return nginx(http.StatusForbidden) }

// nginx is the page of the web server in front of amoCRM.
func nginx(status int) reply {
	title := statusLine(status)
	return reply{status: status, html: "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n" +
		"<center><h1>" + title + "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}
}

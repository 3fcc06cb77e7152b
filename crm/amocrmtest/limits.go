package amocrmtest

import (
	"net/http"
	"time"
)

// Limits are the account's request limits. The zero value has none.
type Limits struct {
	// PerSecond is how many requests any second may hold.
	PerSecond int
	// BlockAfter is the number of refused requests, with less than ten seconds
	// between them, after which every request gets 403. 0: never.
	BlockAfter int
	// JSON answers 429 as problem+json; amoCRM usually sends HTML
	// (amocrm-api-php, pull request 517).
	JSON bool
}

// RealLimits are amoCRM's own: 7 requests a second, and a block for who goes on
// and on (API v4, recommendations). How long "goes on" is, is not published;
// 100 is a guess.
func RealLimits() Limits { return Limits{PerSecond: 7, BlockAfter: 100} }

type limiter struct {
	recent  []time.Time
	refused int
	last    time.Time
	blocked bool
}

func (l *limiter) admit(limits Limits, now time.Time) *reply {
	if l.blocked {
		answer := forbiddenPage()
		return &answer
	}
	if limits.PerSecond <= 0 {
		return nil
	}
	for len(l.recent) > 0 && now.Sub(l.recent[0]) >= time.Second {
		l.recent = l.recent[1:]
	}
	if len(l.recent) < limits.PerSecond {
		l.recent = append(l.recent, now)
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

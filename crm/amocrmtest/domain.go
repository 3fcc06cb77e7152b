package amocrmtest

import (
	"net/http"
)

// subdomainPath answers where an account lives now, on any host of amoCRM
// (API v4, oauth/account-subdomain-info).
const subdomainPath = "/oauth2/account/current/subdomain"

// Move gives the account another address, host and port. Calls that come to any
// other are answered as if there were no such account.
func (s *Server) Move(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.domain = host
}

// elsewhere tells whether a request came to an address that the account has left.
func (s *Server) elsewhere(host string) bool { return s.domain != "" && host != s.domain }

func (s *Server) serveSubdomain(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	end, known := s.grants.refresh[r.Header.Get("X-Refresh-Token")]
	known = known && s.cfg.Now().Before(end)
	host := s.domain
	s.mu.Unlock()
	s.record(r, nil, http.StatusOK)
	if !known {
		write(w, problem(http.StatusUnauthorized, "Unauthorized", "Unauthorized"))
		return
	}
	if host == "" {
		host = r.Host
	}
	write(w, ok(object{"id": s.cfg.AccountID, "subdomain": s.cfg.Subdomain, "domain": host, "top_level_domain": "ru"}))
}

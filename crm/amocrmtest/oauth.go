package amocrmtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// OAuth are the keys of a private integration (API v4, oauth/step-by-step).
// Without a ClientID the account knows only its long-lived token.
type OAuth struct {
	ClientID     string
	ClientSecret string
	RedirectURL  string // must be repeated exactly in both grants
}

// Lives of codes and tokens (API v4, oauth/oauth).
const (
	codeLife    = 20 * time.Minute
	accessLife  = 24 * time.Hour
	refreshLife = 90 * 24 * time.Hour // "three months"
)

// grants are the codes and tokens that are good, each with its end.
type grants struct {
	codes, access, refresh map[string]time.Time
	issued                 int
	// domain is the host that the last call of the token endpoint came to.
	domain string
}

func newGrants() grants {
	return grants{codes: map[string]time.Time{}, access: map[string]time.Time{}, refresh: map[string]time.Time{}}
}

// Grant is an administrator who lets the integration in: it answers the
// authorization code that the redirect would bring.
func (s *Server) Grant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := s.secret("code")
	s.grants.codes[code] = s.cfg.Now().Add(codeLife)
	return code
}

// Revoke is an administrator who switches the integration off: tokens it got by
// OAuth are dead at once.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	issued := s.grants.issued
	s.grants = newGrants()
	s.grants.issued = issued
}

// tokenRequest is the body of POST /oauth2/access_token.
type tokenRequest struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	GrantType    string `json:"grant_type"`
	Code         string `json:"code"`
	RefreshToken string `json:"refresh_token"`
	RedirectURI  string `json:"redirect_uri"`
}

const tokenPath = "/oauth2/access_token"

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil {
		write(w, problem(http.StatusRequestEntityTooLarge, "Request Entity Too Large", "The body is too large."))
		return
	}
	fault := s.takeFault(r)
	if fault != nil && fault.before(w, r) {
		s.record(r, nil, fault.status())
		return
	}
	answer := s.exchange(r, body)
	s.record(r, nil, answer.status) // the body is all secrets
	if fault != nil && fault.after(w) {
		return
	}
	write(w, answer)
}

// exchange gives a new pair for a code or a refresh token; either is good once.
func (s *Server) exchange(r *http.Request, body []byte) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refusal := s.limiter.admit(s.cfg.Limits, s.integration(r), s.cfg.Now()); refusal != nil {
		return *refusal
	}
	var asked tokenRequest
	if s.elsewhere(r.Host) {
		return badGrant("")
	}
	if r.Method != http.MethodPost {
		return problem(http.StatusMethodNotAllowed, "Method Not Allowed", "Method Not Allowed")
	}
	if json.Unmarshal(body, &asked) != nil { // a form is refused, too (observed)
		return badGrant("")
	}
	s.grants.domain = r.Host
	keys := s.cfg.OAuth
	if keys.ClientID == "" || asked.ClientID != keys.ClientID || asked.ClientSecret != keys.ClientSecret {
		return oauthProblem("Некорректный клиент", "Авторизация клиента не прошла", "")
	}
	if asked.RedirectURI != keys.RedirectURL {
		return badGrant("")
	}
	switch asked.GrantType {
	case "authorization_code":
		if !s.spend(s.grants.codes, asked.Code) {
			return badGrant("Authorization code has been revoked")
		}
	case "refresh_token":
		if !s.spend(s.grants.refresh, asked.RefreshToken) {
			return badGrant("Token has been revoked")
		}
	default:
		return badGrant("")
	}
	return s.pair(asked.GrantType)
}

// spend takes a code or a refresh token away, and tells whether it was good.
func (s *Server) spend(good map[string]time.Time, secret string) bool {
	end, known := good[secret]
	delete(good, secret)
	return known && s.cfg.Now().Before(end)
}

func (s *Server) pair(grant string) reply {
	now := s.cfg.Now()
	access, refresh := s.accessToken(grant), s.secret("refresh")
	s.grants.access[access] = now.Add(accessLife)
	s.grants.refresh[refresh] = now.Add(refreshLife)
	return ok(object{
		"token_type": "Bearer", "expires_in": int(accessLife.Seconds()), "server_time": now.Unix(),
		"access_token": access, "refresh_token": refresh,
	})
}

// accessToken looks like amoCRM's: a JWT with its observed claims. The
// signature is no real one; clients keep the token as text.
func (s *Server) accessToken(grant string) string {
	now := s.now()
	claims, _ := json.Marshal(object{
		"aud": s.cfg.OAuth.ClientID, "jti": s.secret("jti"), "iat": now, "nbf": now, "exp": now + int64(accessLife.Seconds()),
		"sub": digits(s.cfg.Users[0].ID), "grant_type": grant, "account_id": s.cfg.AccountID,
		"base_domain": "amocrm.ru", "api_domain": s.grants.domain, "version": 2, "scopes": []string{"crm", "notifications"},
	})
	encode := base64.RawURLEncoding.EncodeToString
	head := encode([]byte(`{"typ":"JWT","alg":"RS256"}`)) + "." + encode(claims)
	return head + "." + encode([]byte(s.secret(head)))
}

// secret is a new unguessable text; it depends only on the keys and on how many
// were given out.
func (s *Server) secret(kind string) string {
	s.grants.issued++
	mac := hmac.New(sha256.New, []byte(s.cfg.Token+"|"+s.cfg.OAuth.ClientSecret))
	fmt.Fprintf(mac, "%s|%d", kind, s.grants.issued)
	return "def50200" + fmt.Sprintf("%x", mac.Sum(nil))
}

func badGrant(hint string) reply {
	return oauthProblem("Некорректный запрос", "В запросе отсутствует ряд параметров или параметры невалидны", hint)
}

// oauthProblem is a refusal of the token endpoint: 401 where the documents say
// 400 (observed: amocrm-api-php, issues 123, 235 and 315).
func oauthProblem(title, detail, hint string) reply {
	body := object{
		"title": title, "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
		"status": http.StatusUnauthorized, "detail": detail,
	}
	if hint != "" {
		body["hint"] = hint
	}
	return reply{status: http.StatusUnauthorized, body: body}
}

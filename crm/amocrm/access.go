package amocrm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"voronka/internal/rest"
	"voronka/sales"
)

// Safe keeps one text for all replicas, where nobody else can read it.
type Safe interface {
	// Load gives what is kept, empty when nothing is.
	Load(ctx context.Context) (string, error)
	// Change replaces what is kept, in one transaction; make may run twice.
	Change(ctx context.Context, make func(kept string) (string, error)) error
}

// Integration are the keys of an integration of the account (API v4, oauth).
type Integration struct {
	// URL is the account's address before anything else is known.
	URL, ClientID, ClientSecret string
	// RedirectURL must be that of the integration's settings, letter by letter.
	RedirectURL string
	// Consent is where an administrator lets the integration in
	// ("https://www.amocrm.ru/oauth").
	Consent string
	Safe    Safe
	// HTTP does the calls; nil takes one with a time limit.
	HTTP *http.Client
	// Now is the clock (time.Now).
	Now func() time.Time
}

// Access is the way into an account by OAuth 2.0: a pair of tokens, kept in the
// Safe, renewed by one replica at a time. golang.org/x/oauth2 does not speak
// amoCRM's dialect: the token endpoint refuses forms, and wants redirect_uri
// when a token is renewed as well (API v4, oauth/step-by-step).
type Access struct {
	Integration
	// turn lets one goroutine of the process look for a fresh pair at a time.
	turn chan struct{}
}

// NewAccess makes an Access; nothing is called.
func NewAccess(i Integration) *Access {
	if i.Now == nil {
		i.Now = time.Now
	}
	if i.Consent == "" {
		i.Consent = "https://www.amocrm.ru/oauth"
	}
	return &Access{Integration: i, turn: make(chan struct{}, 1)}
}

// Ask is the page on which an administrator lets the integration in. The state
// comes back with the code. What the page needs beside it is in the
// integration's settings (API v4, oauth/step-by-step).
func (a *Access) Ask(state string) string {
	return a.Consent + "?" + url.Values{"client_id": {a.ClientID}, "state": {state}, "mode": {"popup"}}.Encode()
}

// Accept exchanges the code that an administrator's consent gave, good for 20
// minutes and once. referer is the account's address as the redirect names it;
// empty is the configured one. What was known before is replaced.
func (a *Access) Accept(ctx context.Context, code, referer string) error {
	address, err := a.home(referer)
	if err != nil {
		return err
	}
	made, err := a.exchange(ctx, address, map[string]string{"grant_type": "authorization_code", "code": strings.TrimSpace(code)})
	if err != nil {
		return err
	}
	return a.keep(ctx, made)
}

// home reads the account's address that a redirect or amoCRM itself names,
// "name.amocrm.ru" or a whole URL. Only amoCRM's own hosts, or the machine that
// was configured, are ever sent our secret.
func (a *Access) home(named string) (string, error) {
	configured, err := url.Parse(a.URL)
	if err != nil {
		return "", &sales.Error{Code: "crm_address", Action: sales.Stop, Message: "the account's address is no URL"}
	}
	if named == "" {
		return strings.TrimRight(a.URL, "/"), nil
	}
	if !strings.Contains(named, "://") {
		named = configured.Scheme + "://" + named
	}
	found, err := url.Parse(named)
	if err != nil || found.User != nil || !ours(found, configured) {
		return "", &sales.Error{Code: "crm_address", Action: sales.Stop, Message: "the redirect names an address that is not amoCRM's"}
	}
	return configured.Scheme + "://" + found.Host, nil
}

// ours tells whether a host belongs to amoCRM (API v4, oauth: referer, platform).
func ours(found, configured *url.URL) bool {
	host := strings.ToLower(found.Hostname())
	if host == strings.ToLower(configured.Hostname()) {
		return true
	}
	for _, domain := range []string{".amocrm.ru", ".amocrm.com", ".kommo.com"} {
		if strings.HasSuffix(host, domain) && strings.HasSuffix(strings.ToLower(configured.Hostname()), domain) {
			return true
		}
	}
	return false
}

func (a *Access) rest(address string) *rest.Client {
	return &rest.Client{Name: "crm", Base: address, HTTP: a.HTTP, Now: a.Now, Refuse: refusedGrant}
}

// Ends is when a token of amoCRM, which is a JWT, ends; zero for a text that is
// none. Its signature is amoCRM's own business.
func Ends(token string) time.Time {
	seconds := claims(token).Expires
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

type claim struct {
	Expires float64 `json:"exp"` // RFC 7519, 4.1.4
	// Domain is the API's own host, in tokens since August 2024 (amocrm-api-php, AmoCRMOAuth).
	Domain string `json:"api_domain"`
	User   string `json:"sub"`
}

func claims(token string) (told claim) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claim{}
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(body, &told) != nil {
		return claim{}
	}
	return told
}

package amocrm

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"voronka/internal/rest"
	"voronka/sales"
)

// grant is what the Safe keeps, as JSON: its names are a promise.
type grant struct {
	URL     string    `json:"url"`
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Ends    time.Time `json:"ends"`
	Renewed time.Time `json:"renewed"`
	// Lost is set when only an administrator can help: the integration is
	// switched off, or the last refresh token is spent.
	Lost bool `json:"lost,omitempty"`
	// Holder renews the pair until Until.
	Holder string    `json:"holder,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// codeGrant is an account that has to let us in (again).
const codeGrant = "crm_grant"

func noGrant() error {
	return &sales.Error{Code: codeGrant, Action: sales.Stop,
		Message: "amoCRM has to let us in: an administrator runs voronka amocrm connect, or opens the console"}
}

func parseGrant(text string) (g grant, err error) {
	if text == "" {
		return g, nil
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return g, fmt.Errorf("read the kept tokens: %w", err)
	}
	return g, nil
}

func (g grant) text() (string, error) {
	raw, err := json.Marshal(g)
	return string(raw), err
}

func (a *Access) load(ctx context.Context) (grant, error) {
	text, err := a.Safe.Load(ctx)
	if err != nil {
		return grant{}, fmt.Errorf("open the kept tokens: %w", err)
	}
	return parseGrant(text)
}

// change rewrites what is kept; alter may run twice.
func (a *Access) change(ctx context.Context, alter func(*grant)) error {
	return a.Safe.Change(ctx, func(kept string) (string, error) {
		g, err := parseGrant(kept)
		if err != nil {
			return "", err
		}
		alter(&g)
		return g.text()
	})
}

func (a *Access) keep(ctx context.Context, made grant) error {
	if err := a.change(ctx, func(g *grant) { *g = made }); err != nil {
		return fmt.Errorf("keep the new tokens: %w", err)
	}
	return nil
}

// Status is how an Access stands.
type Status struct {
	// URL is the account's address; Connected tells that there are tokens, Lost
	// that they are dead.
	URL             string
	Connected, Lost bool
	Renewed         time.Time
}

// Status reads how the Access stands, without a call.
func (a *Access) Status(ctx context.Context) (Status, error) {
	g, err := a.load(ctx)
	return Status{URL: cmp.Or(g.URL, a.URL), Connected: g.Refresh != "", Lost: g.Lost, Renewed: g.Renewed}, err
}

// Forget marks the tokens as dead: amoCRM told that the integration was switched off.
func (a *Access) Forget(ctx context.Context) error {
	return a.change(ctx, func(g *grant) { g.Lost = true })
}

// pair is the answer of the token endpoint (API v4, oauth/step-by-step).
type pair struct {
	Expires number `json:"expires_in"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// exchange trades a code or a refresh token for a new pair.
func (a *Access) exchange(ctx context.Context, address string, ask map[string]string) (grant, error) {
	ask["client_id"], ask["client_secret"], ask["redirect_uri"] = a.ClientID, a.ClientSecret, a.RedirectURL
	var got pair
	if _, err := a.rest(address).Do(ctx, http.MethodPost, "/oauth2/access_token", nil, ask, &got); err != nil {
		return grant{}, err
	}
	if got.Access == "" || got.Refresh == "" {
		return grant{}, &sales.Error{Code: "crm_garbled", Action: sales.Retry, Uncertain: true, Err: fmt.Errorf("POST /oauth2/access_token: no tokens came")}
	}
	now := a.Now()
	life := cmp.Or(time.Duration(got.Expires)*time.Second, 24*time.Hour)
	return grant{URL: address, Access: got.Access, Refresh: got.Refresh, Ends: now.Add(life), Renewed: now}, nil
}

// moved asks where the account lives now; empty when amoCRM does not tell
// (API v4, oauth/account-subdomain-info).
func (a *Access) moved(ctx context.Context, g grant) string {
	configured, err := url.Parse(a.URL)
	domain := claims(g.Access).Domain
	if err != nil || domain == "" {
		return ""
	}
	host, err := a.home(domain)
	if err != nil {
		return ""
	}
	asking := a.rest(host)
	asking.Header = http.Header{"X-Refresh-Token": {g.Refresh}}
	var told struct {
		Domain string `json:"domain"`
	}
	if _, err := asking.Do(ctx, http.MethodGet, "/oauth2/account/current/subdomain", nil, nil, &told); err != nil || told.Domain == "" {
		return ""
	}
	address, err := a.home(configured.Scheme + "://" + told.Domain)
	if err != nil || address == g.URL {
		return ""
	}
	return address
}

// refusedGrant reads a refusal of the token endpoint. Every 4xx but 429 is
// final (observed as 401 where the documents say 400: amocrm-api-php, issues
// 123, 235 and 315).
func refusedGrant(answer *rest.Response) *sales.Error {
	switch answer.Status {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusTooEarly:
		return nil
	case http.StatusForbidden:
		return &sales.Error{Code: codeDenied, Action: sales.Stop, Message: "amoCRM refuses us before it looks at the tokens: a block for too many requests"}
	case http.StatusPaymentRequired:
		return refusal(answer)
	}
	return &sales.Error{Code: codeGrant, Action: sales.Stop,
		Message: fmt.Sprintf("amoCRM refuses the code or the token (%d): it is spent or revoked, or the keys of the integration are wrong", answer.Status)}
}

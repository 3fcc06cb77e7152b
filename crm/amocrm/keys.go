package amocrm

import (
	"context"
	"net/http"
	"strings"

	"voronka/internal/rest"
	"voronka/sales"
)

const (
	codeToken  = "crm_token"
	codeDenied = "crm_denied"
)

// keys give passes to the API.
type keys interface {
	pass(ctx context.Context) (pass, error)
	// renew gives another pass after amoCRM refused one.
	renew(ctx context.Context, refused pass) (pass, error)
}

// longLived is a token that is never renewed.
type longLived pass

func (l longLived) pass(context.Context) (pass, error) { return pass(l), nil }

func (l longLived) renew(context.Context, pass) (pass, error) {
	return pass{}, &sales.Error{Code: codeToken, Action: sales.Stop,
		Message: "amoCRM does not accept the token: it is wrong, expired or revoked"}
}

func keysOf(cfg Config) keys {
	if cfg.Access != nil {
		return cfg.Access
	}
	return longLived{url: strings.TrimRight(cfg.URL, "/"), token: cfg.Token}
}

// through sends one request with a pass, and once more with a new one when
// amoCRM does not take the first.
func (c *client) through(ctx context.Context, send func(*rest.Client) (*rest.Response, error)) (*rest.Response, error) {
	way, err := c.keys.pass(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := send(c.with(way))
	if answer == nil || answer.Status != http.StatusUnauthorized {
		return answer, err
	}
	if way, err = c.keys.renew(ctx, way); err != nil {
		return answer, err
	}
	return send(c.with(way))
}

func (c *client) with(way pass) *rest.Client {
	one := c.rest
	one.Base, one.Header = way.url, http.Header{"Authorization": {"Bearer " + way.token}}
	return &one
}

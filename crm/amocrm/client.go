package amocrm

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"voronka/internal/rest"
	"voronka/sales"
)

// client calls API v4 within its budget.
type client struct {
	rest rest.Client
	keys keys
	gate *gate
}

func newClient(cfg Config) *client {
	p := &pace{budget: newBudget(cfg.RequestsPerSecond), now: cfg.Now}
	p.full = p.budget.Limit()
	c := &client{keys: keysOf(cfg), gate: newGate(p, cfg.Patience, cfg.Now)}
	c.rest = rest.Client{Name: "crm", HTTP: cfg.HTTP, Now: cfg.Now, Refuse: refusal}
	c.gate.deliver = c.deliver
	return c
}

// Reading a list: the largest page of most lists (API v4, each list).
const pageSize = 250

// get reads one entity; false when there is none: amoCRM answers 204, not 404,
// for a deal or contact that is not there (API v4, leads-api and contacts-api).
func (c *client) get(ctx context.Context, path string, query url.Values, out any) (bool, error) {
	answer, err := c.call(ctx, http.MethodGet, path, query, nil, out)
	switch {
	case answer != nil && answer.Status == http.StatusNotFound:
		return false, nil
	case err != nil:
		return false, err
	case answer.Status == http.StatusNoContent:
		return false, nil
	case len(bytes.TrimSpace(answer.Body)) == 0:
		return false, lost(http.MethodGet, path)
	}
	return true, nil
}

// patch changes one entity; the answer has nothing that we need, so an empty one will do.
func (c *client) patch(ctx context.Context, path string, entity any) error {
	_, err := c.call(ctx, http.MethodPatch, path, nil, entity, nil)
	return err
}

// each walks a list page by page until it ends, see says stop, or limit pages are read.
func each[T any](ctx context.Context, c *client, path, name string, query url.Values, limit int, see func(T) bool) error {
	for number := 1; number <= limit; number++ {
		items, more, err := readPage[T](ctx, c, path, name, query, number)
		if err != nil {
			return err
		}
		for _, item := range items {
			if !see(item) {
				return nil
			}
		}
		if !more {
			return nil
		}
	}
	return nil
}

// readPage reads one page of a list, counted from 1, and tells whether there are more.
func readPage[T any](ctx context.Context, c *client, path, name string, query url.Values, number int) (items []T, more bool, err error) {
	query.Set("limit", strconv.Itoa(pageSize))
	query.Set("page", strconv.Itoa(number))
	var read page
	found, err := c.get(ctx, path, query, &read)
	if err != nil || !found {
		return nil, false, err
	}
	if err := read.items(name, &items); err != nil {
		return nil, false, &sales.Error{Code: "crm_garbled", Action: sales.Retry, Err: fmt.Errorf("GET %s: the list %s cannot be read", path, name)}
	}
	return items, len(read.Links.Value.Next) > 0, nil
}

// call sends one request of its own.
func (c *client) call(ctx context.Context, method, path string, query url.Values, in, out any) (*rest.Response, error) {
	came := c.gate.pass(&parcel{ctx: ctx, method: method, path: path, query: query, in: in, out: out})
	return came.answer, came.err
}

// send makes a request that the gate has let through, and heeds the answer.
func (c *client) send(ctx context.Context, method, path string, do func(*rest.Client) (*rest.Response, error)) (*rest.Response, error) {
	answer, err := c.through(ctx, do)
	return answer, c.gate.pace.heed(method, answer, err)
}

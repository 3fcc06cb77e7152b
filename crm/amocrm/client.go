package amocrm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"voronka/internal/rest"
	"voronka/sales"
)

// client calls API v4 within its budget.
type client struct {
	rest   rest.Client
	keys   keys
	budget *rate.Limiter
	now    func() time.Time

	mu      sync.Mutex
	refused int       // 429s in a row
	until   time.Time // no call before
	trouble string    // see CRM.Trouble
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

// create posts one entity and gives the id that name holds in the answer.
func (c *client) create(ctx context.Context, path, name string, entity any) (int64, error) {
	var made page
	if _, err := c.call(ctx, http.MethodPost, path, nil, []any{entity}, &made); err != nil {
		return 0, err
	}
	var items []struct {
		ID number `json:"id"`
	}
	if err := made.items(name, &items); err != nil || len(items) == 0 || items[0].ID == 0 {
		return 0, lost(http.MethodPost, path)
	}
	return int64(items[0].ID), nil
}

// patch changes one entity; the answer has nothing that we need, so an empty one will do.
func (c *client) patch(ctx context.Context, path string, entity any) error {
	_, err := c.call(ctx, http.MethodPatch, path, nil, entity, nil)
	return err
}

// lost is an answer without what it should hold; what was asked may be done.
func lost(method, path string) error {
	return &sales.Error{
		Code: "crm_garbled", Action: sales.Retry, Uncertain: method != http.MethodGet,
		Err: fmt.Errorf("%s %s: the answer is empty", method, path),
	}
}

// each walks a list page by page until it ends, see says stop, or limit pages are read.
func each[T any](ctx context.Context, c *client, path, name string, query url.Values, limit int, see func(T) bool) error {
	for number := 1; number <= limit; number++ {
		query.Set("limit", strconv.Itoa(pageSize))
		query.Set("page", strconv.Itoa(number))
		var read page
		found, err := c.get(ctx, path, query, &read)
		if err != nil || !found {
			return err
		}
		var items []T
		if err := read.items(name, &items); err != nil {
			return &sales.Error{Code: "crm_garbled", Action: sales.Retry, Err: fmt.Errorf("GET %s: the list %s cannot be read", path, name)}
		}
		for _, item := range items {
			if !see(item) {
				return nil
			}
		}
		if len(read.Links.Value.Next) == 0 {
			return nil
		}
	}
	return nil
}

func (c *client) call(ctx context.Context, method, path string, query url.Values, in, out any) (*rest.Response, error) {
	if err := c.admit(ctx); err != nil {
		return nil, err
	}
	answer, err := c.through(ctx, func(way *rest.Client) (*rest.Response, error) {
		return way.Do(ctx, method, "/api/v4/"+path, query, in, out)
	})
	return answer, c.heed(answer, err)
}

// admit waits for the budget, and refuses while amoCRM wants to be left alone:
// who goes on after a 429 gets the account blocked (API v4, error-codes).
func (c *client) admit(ctx context.Context) error {
	c.mu.Lock()
	pause := c.until.Sub(c.now())
	c.mu.Unlock()
	if pause > 0 {
		return &sales.Error{Code: "crm_busy", Action: sales.Retry, After: pause, Message: "amoCRM asked for a pause"}
	}
	if err := c.budget.Wait(ctx); err != nil {
		return &sales.Error{Code: "crm_busy", Action: sales.Retry, Err: fmt.Errorf("wait for the request budget: %w", err)}
	}
	return nil
}

// longestPause bounds the pauses after 429s in a row; they start with a second
// and double. The documents name no time (API v4, recommendations).
const longestPause = 5 * time.Minute

func (c *client) heed(answer *rest.Response, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mark(err)
	if answer == nil || answer.Status != http.StatusTooManyRequests {
		if err == nil {
			c.refused = 0
		}
		return err
	}
	busy := *sales.AsError(err)
	if busy.After == 0 {
		busy.After = retryAfter(answer.Body)
	}
	if busy.After == 0 {
		busy.After = min(longestPause, time.Second<<min(c.refused, 10))
	}
	c.refused++
	c.until = c.now().Add(busy.After)
	return &busy
}

// retryAfter reads the seconds that Kommo was seen to put into the body of a 429.
func retryAfter(body []byte) time.Duration {
	var told struct {
		Seconds number `json:"retry_after"`
	}
	if json.Unmarshal(body, &told) != nil {
		return 0
	}
	return time.Duration(max(0, min(told.Seconds, 3600))) * time.Second
}

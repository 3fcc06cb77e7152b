// Package rest speaks JSON with a web service and tells what its failures
// mean: each one is a *sales.Error that says whether to repeat, to bury or to
// stop, and whether the other side may have done what was asked.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"voronka/sales"
)

// Client calls one service. The zero value of every field but Base is usable;
// a Client must not be changed once it is in use.
type Client struct {
	// Name prefixes the error codes: "bank" gives bank_timeout. Empty: "service".
	Name string
	// Base is the address in front of every path, with or without a final slash.
	Base string
	// HTTP does the calls; nil takes one with a Timeout of 30 seconds. Redirects are never followed.
	HTTP *http.Client
	// Header goes with each request. It may carry secrets: nothing of it gets into an error.
	Header http.Header
	// MaxBody limits an answer, in bytes (8 MiB).
	MaxBody int64
	// Refuse reads a 4xx answer in the service's own words, before any general
	// rule is applied; nil, or a nil result, leaves it to the rules.
	Refuse func(*Response) *sales.Error
	// Now is the clock that reads a Retry-After date (time.Now).
	Now func() time.Time
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends in as JSON (nil: no body; []byte and json.RawMessage as they are)
// and reads the answer into out (nil: not read; an empty answer leaves it
// alone). The path is joined to Base; ids in it must be escaped by the caller.
//
// Every error is a *sales.Error without secrets, query or body. The codes,
// after the client's name: _unreachable and _certificate (never sent), _timeout,
// _broken and _unavailable (sent, outcome unknown), _garbled (no JSON came),
// _busy (429), _denied (401, 403), _redirected, _refused (any other 4xx),
// _request (in cannot be sent at all). The Response is set whenever one came.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, in, out any) (*Response, error) {
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return nil, &sales.Error{Code: c.code("request"), Action: sales.Bury, Err: fmt.Errorf("%s %s: %w", method, path, err)}
	}
	sent := &progress{}
	res, err := c.client().Do(req.WithContext(sent.watch(req.Context())))
	if err != nil {
		return nil, c.broken(req, path, sent, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, c.maxBody()+1))
	answer := &Response{Status: res.StatusCode, Header: res.Header, Body: body}
	switch {
	case err != nil:
		return answer, c.broken(req, path, sent, err)
	case res.StatusCode < 200 || res.StatusCode > 299:
		return answer, c.failed(req, path, answer)
	case int64(len(body)) > c.maxBody():
		return answer, c.garbled(req, path, fmt.Errorf("the answer is longer than %d bytes", c.maxBody()))
	case out == nil || len(bytes.TrimSpace(body)) == 0:
		return answer, nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return answer, c.garbled(req, path, shape(err))
	}
	return answer, nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
	body, err := encode(in)
	if err != nil {
		return nil, err
	}
	address := strings.TrimRight(c.Base, "/") + "/" + strings.TrimLeft(path, "/")
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	// A bytes.Reader lets net/http replay the body on a fresh connection.
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the base address is not a URL")
	}
	for name, values := range c.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "voronka")
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

func encode(in any) ([]byte, error) {
	switch in := in.(type) {
	case nil:
		return nil, nil
	case []byte:
		return in, nil
	case json.RawMessage:
		return in, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in); err != nil {
		return nil, fmt.Errorf("write the body as JSON: %w", err)
	}
	return bytes.TrimRight(text.Bytes(), "\n"), nil
}

func (c *Client) client() *http.Client {
	client := http.Client{Timeout: 30 * time.Second}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func (c *Client) maxBody() int64 {
	if c.MaxBody > 0 {
		return c.MaxBody
	}
	return 8 << 20
}

func (c *Client) code(what string) string {
	if c.Name == "" {
		return "service_" + what
	}
	return c.Name + "_" + what
}

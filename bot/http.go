package bot

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Outside is how flows may call servers of others.
type Outside struct {
	// Client must refuse private addresses and follow no redirects; nil lets
	// no flow call anything.
	Client *http.Client
	// Hosts are those that may be called, with the port where it is not 443.
	Hosts []string
	// Secret signs each request; empty for no signature.
	Secret string
	// Secrets are those that flows may name in headers.
	Secrets map[string]string
}

// Bounds of a request: how often it is tried, and how long its answer may be.
const (
	maxRequests = 4
	maxAnswer   = 64 << 10
)

// What becomes of a request beside an answer; flows hear it as a failure.
const (
	httpForbidden   = "http_forbidden"
	httpUnreachable = "http_unreachable"
	httpRefused     = "http_refused"
	httpUnreadable  = "http_unreadable"
	httpSecret      = "http_secret" // a header names one that the owner has not set
)

type httpJob struct {
	Contact string        `json:"contact"`
	Request flows.Request `json:"request"`
}

// request is the job that calls a server and hands its answer to the flow. One
// that is down is tried again a few times; then the flow hears of it. The
// header Idempotency-Key tells the server a repetition.
func (b *Bot) request(ctx context.Context, job outbox.Job, payload httpJob) (func(storage.Tx) error, error) {
	response := flows.Response{ID: payload.Request.ID, Failure: httpForbidden}
	if b.allowed(payload.Request.URL) {
		response = b.Outside.ask(ctx, payload.Request, b.Now())
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	sick := response.Failure == httpUnreachable || response.Status >= 500 || response.Status == http.StatusTooManyRequests
	if sick && job.Attempts+1 < cmp.Or(payload.Request.Tries, maxRequests) {
		return nil, &sales.Error{Code: httpUnreachable, Message: fmt.Sprintf("the server answered %d", response.Status)}
	}
	return func(tx storage.Tx) error {
		return b.take(tx, flows.Input{
			ID: "http:" + payload.Contact + ":" + payload.Request.ID, Kind: flows.Responded, Contact: payload.Contact,
			At: b.Now(), Response: &response,
		})
	}, nil
}

// allowed tells whether an address is https on a host of the list.
func (b *Bot) allowed(address string) bool {
	target, err := url.Parse(address)
	return err == nil && b.Outside.Client != nil && target.Scheme == "https" && target.User == nil &&
		slices.Contains(b.Outside.Hosts, strings.ToLower(target.Host))
}

// ask sends one request. Its errors hold addresses, which may hold names, and go nowhere.
func (o Outside) ask(ctx context.Context, asked flows.Request, now time.Time) flows.Response {
	response := flows.Response{ID: asked.ID, Failure: httpUnreachable}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(asked.Seconds)*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, asked.Method, asked.URL, strings.NewReader(asked.Body))
	if err != nil {
		response.Failure = httpForbidden
		return response
	}
	if !o.head(req, asked) {
		response.Failure = httpSecret
		return response
	}
	o.sign(req, asked, now)
	res, err := o.Client.Do(req)
	if err != nil {
		return response
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return response
	}
	body = bytes.TrimSpace(body)
	response.Status, response.Failure = res.StatusCode, ""
	readable := len(body) <= maxAnswer && (len(body) == 0 || json.Valid(body))
	if readable {
		response.Body = string(body)
	}
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		response.Failure = httpRefused
	case !readable:
		response.Failure = httpUnreadable
	}
	return response
}

// head adds the flow's headers, with the owner's secrets in their places; false
// when there is no such secret.
func (o Outside) head(req *http.Request, asked flows.Request) bool {
	for _, header := range asked.Headers {
		value := header.Before
		if header.Secret != "" {
			secret, known := o.Secrets[header.Secret]
			if !known {
				return false
			}
			value += secret + header.After
		}
		req.Header.Set(header.Name, value)
	}
	return true
}

// sign adds our headers. The signature covers the moment, the method, the
// address and the body, one per line.
func (o Outside) sign(req *http.Request, asked flows.Request, now time.Time) {
	for name, value := range map[string]string{"Accept": "application/json", "User-Agent": "voronka"} {
		if req.Header.Get(name) == "" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("Idempotency-Key", asked.ID)
	if asked.Body != "" {
		req.Header.Set("Content-Type", cmp.Or(asked.Type, "application/json"))
	}
	if o.Secret == "" {
		return
	}
	moment := strconv.FormatInt(now.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(o.Secret))
	// A hash never fails to write.
	_, _ = io.WriteString(sum, strings.Join([]string{moment, asked.Method, asked.URL, asked.Body}, "\n"))
	req.Header.Set("X-Voronka-Time", moment)
	req.Header.Set("X-Voronka-Signature", "sha256="+hex.EncodeToString(sum.Sum(nil)))
}

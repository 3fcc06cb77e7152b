package rest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"voronka/sales"
)

// progress knows whether a request may have left: from the moment it was given
// a connection, nobody can prove that it did not.
type progress struct{ started atomic.Bool }

func (p *progress) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { p.started.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { p.started.Store(true) },
	})
}

// broken classifies a call that got no whole answer.
func (c *Client) broken(req *http.Request, path string, sent *progress, err error) *sales.Error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // its text carries the query
		err = wrapped.Err
	}
	failure := &sales.Error{Action: sales.Retry, Err: fmt.Errorf("%s %s: %w", req.Method, path, err)}
	var certificate *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &certificate):
		failure.Code = c.code("certificate")
		failure.Message = "the certificate of " + req.URL.Host + " is not trusted: an extra root certificate may be needed"
	case !sent.started.Load():
		failure.Code = c.code("unreachable")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		failure.Code, failure.Uncertain = c.code("timeout"), unsafe(req.Method)
	default:
		failure.Code, failure.Uncertain = c.code("broken"), unsafe(req.Method)
	}
	return failure
}

// failed classifies an answer whose status is not 2xx.
func (c *Client) failed(req *http.Request, path string, answer *Response) *sales.Error {
	if answer.Status >= 400 && answer.Status < 500 && c.Refuse != nil {
		if refusal := c.Refuse(answer); refusal != nil {
			return refusal
		}
	}
	failure := &sales.Error{Err: fmt.Errorf("%s %s: status %d", req.Method, path, answer.Status)}
	switch status := answer.Status; {
	case status >= 500:
		failure.Code, failure.After = c.code("unavailable"), c.retryAfter(answer.Header)
		failure.Uncertain = unsafe(req.Method)
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly:
		failure.Code, failure.After = c.code("busy"), c.retryAfter(answer.Header)
	case status == http.StatusRequestTimeout:
		failure.Code, failure.Uncertain = c.code("timeout"), unsafe(req.Method)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		failure.Code, failure.Action = c.code("denied"), sales.Stop
		failure.Message = req.URL.Host + " does not let us in: check the key and the rights it has"
	case status < 400:
		failure.Code, failure.Action = c.code("redirected"), sales.Stop
		failure.Message = req.URL.Host + " answers with a redirect: check the configured address"
	default:
		failure.Code, failure.Action = c.code("refused"), sales.Bury
	}
	return failure
}

// garbled is an answer with a good status that nobody can read: a proxy's
// page, half an answer. What was asked may have been done.
func (c *Client) garbled(req *http.Request, path string, err error) *sales.Error {
	return &sales.Error{
		Code: c.code("garbled"), Action: sales.Retry, Uncertain: unsafe(req.Method),
		Err: fmt.Errorf("%s %s: %w", req.Method, path, err),
	}
}

// shape tells what is wrong with JSON without quoting it: it may hold personal data.
func shape(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		kind, _, _ := strings.Cut(mismatch.Value, " ")
		return fmt.Errorf("the answer has a %s in %q", kind, mismatch.Field)
	}
	return errors.New("the answer is not JSON")
}

// longestPause bounds what a service may ask for.
const longestPause = 24 * time.Hour

// retryAfter reads Retry-After, seconds or a date (RFC 9110, 10.2.3); zero when there is none.
func (c *Client) retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	pause := time.Duration(0)
	if seconds, err := strconv.Atoi(text); err == nil {
		pause = time.Duration(min(seconds, int(longestPause/time.Second))) * time.Second
	} else if date, err := http.ParseTime(text); err == nil {
		now := time.Now
		if c.Now != nil {
			now = c.Now
		}
		pause = date.Sub(now())
	}
	return max(0, min(pause, longestPause))
}

// unsafe tells whether a method may change something (RFC 9110, 9.2.1).
func unsafe(method string) bool { return method != http.MethodGet && method != http.MethodHead }

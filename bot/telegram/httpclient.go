package telegram

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	core "voronka/bot"
	"voronka/sales"
)

// replayLimit is the largest request kept in memory so that the transport can
// send it again over a fresh connection; larger uploads are streamed.
const replayLimit = 1 << 20

// httpClient is the sender's way out. It gives requests a length and a
// replayable body, and turns failures of the transport into coded errors.
type httpClient struct{ client *http.Client }

// newTransport keeps enough idle connections for many chats and notices dead
// ones (an HTTP/2 connection that went away silently).
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// As many as lanes may send at once over HTTP/1.1: with fewer, every tenth of
	// a busy bot's time went into opening connections that were closed at once.
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, 1024
	transport.IdleConnTimeout = 30 * time.Second
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second}
	return transport
}

// Do implements the library's HttpClient.
func (c httpClient) Do(req *http.Request) (*http.Response, error) {
	if err := replayable(req); err != nil {
		return nil, err
	}
	return reached(req, c.client.Do)
}

// once sends a request that the client's own rules have nothing to add to: the
// Bot API neither redirects nor sets cookies, and the caller's context ends it.
func (c httpClient) once(req *http.Request) (*http.Response, error) {
	return reached(req, c.client.Transport.RoundTrip)
}

// reached sends a request. Where not even a connection could be had, Telegram
// has nothing of it, whatever the error says: a network that swallows packets
// ends in a timeout like any other.
func reached(req *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	resp, err := answered(send(req.WithContext(httptrace.WithClientTrace(req.Context(), trace))))
	if coded := sales.AsError(err); err != nil && !connected.Load() && coded.Uncertain {
		untried := *coded
		untried.Uncertain = false
		err = &untried
	}
	return resp, err
}

func answered(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, transportError(err)
	}
	if err := fallen(resp.StatusCode); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// fallen is the error of a status that says nothing but that something is broken.
func fallen(status int) error {
	if status < http.StatusInternalServerError {
		return nil
	}
	return &sales.Error{Code: core.ChatUnavailable, Uncertain: true, Message: fmt.Sprintf("telegram answered %d", status)}
}

func replayable(req *http.Request) error {
	if req.Body == nil || req.GetBody != nil {
		return nil
	}
	head, err := io.ReadAll(io.LimitReader(req.Body, replayLimit+1))
	if err != nil {
		req.Body.Close()
		return &sales.Error{Code: "telegram_request", Action: sales.Bury, Message: "the request could not be written", Err: err}
	}
	if len(head) > replayLimit {
		req.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), req.Body), req.Body}
		return nil
	}
	req.Body.Close()
	req.ContentLength = int64(len(head))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(head)), nil }
	if len(head) == 0 {
		req.Body = http.NoBody
		req.Header.Del("Content-Type")
		return nil
	}
	req.Body, _ = req.GetBody()
	return nil
}

// transportError tells whether a failed request may have reached Telegram. The
// request's URL holds the bot token, so only the cause under it is kept.
func transportError(err error) *sales.Error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	coded := &sales.Error{Code: "telegram_unreachable", Uncertain: true, Err: err}
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &op) && op.Op == "dial" || errors.As(err, &certificate) {
		coded.Uncertain = false
	}
	if errors.Is(err, context.Canceled) {
		coded.Code = "telegram_stopped"
	}
	return coded
}

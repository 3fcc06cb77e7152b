package amocrm

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// signer signs requests to the Chats API: it takes no token, but four headers
// (chats/chat-start, "Авторизация").
type signer struct {
	secret string
	now    func() time.Time
	next   http.RoundTripper
}

// signing is a client whose requests are signed.
func signing(client *http.Client, secret string, now func() time.Time) *http.Client {
	signed := http.Client{Timeout: 30 * time.Second}
	if client != nil {
		signed = *client
	}
	next := signed.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	signed.Transport = signer{secret, now, next}
	return &signed
}

// RoundTrip implements http.RoundTripper.
func (s signer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err := r.Body.Close(); err != nil {
			return nil, fmt.Errorf("read the body to be signed: %w", err)
		}
		if err != nil {
			return nil, fmt.Errorf("read the body to be signed: %w", err)
		}
	}
	signed := r.Clone(r.Context())
	signed.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	if len(body) > 0 {
		signed.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		signed.Body, signed.GetBody = nil, nil
	}
	sum := md5.Sum(body)
	digest, date := hex.EncodeToString(sum[:]), s.now().UTC().Format(time.RFC1123Z)
	signed.Header.Set("Date", date)
	signed.Header.Set("Content-Type", jsonType)
	signed.Header.Set("Content-MD5", digest)
	signed.Header.Set("X-Signature", chatSignature(s.secret,
		[]byte(strings.Join([]string{r.Method, digest, jsonType, date, r.URL.EscapedPath()}, "\n"))))
	return s.next.RoundTrip(signed)
}

const jsonType = "application/json"

// chatSignature is HMAC-SHA1 in lower hex.
func chatSignature(secret string, text []byte) string {
	sum := hmac.New(sha1.New, []byte(secret))
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}

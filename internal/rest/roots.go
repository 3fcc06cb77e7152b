package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// NewHTTP makes an HTTP client of its own for one service. Extra roots (PEM)
// are trusted beside those of the system, and only by this client. An error
// means that roots holds no certificate or the system's cannot be read.
func NewHTTP(timeout time.Duration, roots []byte) (*http.Client, error) {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        20,
		MaxIdleConnsPerHost: 10,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if len(roots) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read the system's root certificates: %w", err)
		}
		if !pool.AppendCertsFromPEM(roots) {
			return nil, errors.New("read extra root certificates: no PEM certificate found")
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Timeout: timeout, Transport: transport}, nil
}

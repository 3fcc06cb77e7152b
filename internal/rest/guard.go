package rest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrPrivate is an address inside: of this machine, its network or its cloud.
var ErrPrivate = errors.New("the address is not a public one")

// NewGuarded makes a client for addresses that others wrote. It connects to
// public addresses only, whatever a name resolves to at that moment, uses no
// proxy and follows no redirect.
func NewGuarded(timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return guard(address)
	}}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConns: 20, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// guard refuses an address, "ip:port", that is not public.
func guard(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, ErrPrivate)
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return fmt.Errorf("connect to %s: %w", address, ErrPrivate)
	}
	for _, inside := range reserved() {
		if inside.Contains(ip) {
			return fmt.Errorf("connect to %s: %w", address, ErrPrivate)
		}
	}
	return nil
}

// reserved are further networks that lead inside or nowhere (IANA, IPv4 and
// IPv6 special-purpose address registries).
func reserved() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	} {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

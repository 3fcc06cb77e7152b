package rest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestGuardRefusesWhatIsInside(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"127.0.0.1:443": false, "10.1.2.3:443": false, "172.16.0.1:443": false, "192.168.1.1:80": false, "169.254.169.254:80": false,
		"100.64.0.1:443": false, "0.0.0.0:443": false, "255.255.255.255:443": false, "224.0.0.1:443": false,
		"[::1]:443": false, "[::]:443": false, "[fe80::1]:443": false, "[fe80::1%eth0]:443": false, "[fd00::1]:443": false,
		"[::ffff:127.0.0.1]:443": false, "[::ffff:10.0.0.1]:443": false, "[64:ff9b::7f00:1]:443": false, "[2002:7f00:1::]:443": false,
		"localhost:443": false, "": false,
		"8.8.8.8:443": true, "[2a00:1450:4010::1]:443": true,
	} {
		if err := guard(address); (err == nil) != public || err != nil && !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestGuardedResolvesFirst calls a name that leads inside.
func TestGuardedResolvesFirst(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := NewGuarded(5 * time.Second).Do(req)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, ErrPrivate) {
		t.Errorf("got %v", err)
	}
}

package payments_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"voronka/payments"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	guard := payments.Guard{netip.MustParsePrefix("91.194.226.0/23"), netip.MustParsePrefix("10.0.0.7/32")}
	tests := []struct {
		peer      string
		forwarded []string
		want      bool
	}{
		{"91.194.227.9:4711", nil, true},
		{"[::ffff:91.194.226.1]:1", nil, true},
		{"203.0.113.5:1", nil, false},
		{"203.0.113.5:1", []string{"91.194.226.1"}, false},
		{"127.0.0.1:1", []string{"91.194.226.1"}, true},
		{"127.0.0.1:1", []string{"91.194.226.1, 203.0.113.5"}, false},
		{"127.0.0.1:1", []string{"91.194.226.1", "203.0.113.5"}, false},
		{"172.17.0.2:1", []string{"203.0.113.5, 91.194.227.255"}, true},
		{"127.0.0.1:1", []string{"nonsense"}, false},
		{"127.0.0.1:1", nil, false},
		{"10.0.0.7:1", nil, true},
		{"@", nil, false},
	}
	for _, test := range tests {
		r := httptest.NewRequest("POST", "/payments/tbank", nil)
		r.RemoteAddr = test.peer
		r.Header["X-Forwarded-For"] = test.forwarded
		if got := guard.Lets(r); got != test.want {
			t.Errorf("%s, forwarded for %q: %v", test.peer, test.forwarded, got)
		}
		if !(payments.Guard{}).Lets(r) {
			t.Errorf("%s: no guard lets nobody in", test.peer)
		}
	}
}

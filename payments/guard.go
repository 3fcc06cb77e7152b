package payments

import (
	"net/http"
	"net/netip"
	"strings"
)

// Guard lets knocks in by where they come from. It comes before the signature
// and never in its place. The zero Guard lets everybody knock.
type Guard []netip.Prefix

// Lets tells whether a request comes from one of the networks. Behind a proxy
// on this machine or in a private network, the address that the proxy wrote
// last into X-Forwarded-For counts; whoever knocks from outside cannot write there.
func (g Guard) Lets(r *http.Request) bool {
	if len(g) == 0 {
		return true
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	from := peer.Addr().Unmap()
	if from.IsLoopback() || from.IsPrivate() {
		forwarded := r.Header.Values("X-Forwarded-For")
		if len(forwarded) > 0 {
			hops := strings.Split(forwarded[len(forwarded)-1], ",")
			if from, err = netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err != nil {
				return false
			}
			from = from.Unmap()
		}
	}
	for _, network := range g {
		if network.Contains(from) {
			return true
		}
	}
	return false
}

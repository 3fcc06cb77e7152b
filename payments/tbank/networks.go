package tbank

import "net/netip"

// Networks are those that the bank's notifications come from (T-Bank API 1.80,
// "Уведомления"). The token is the real proof; the list helps where a firewall
// wants one, and falls behind when the bank moves.
func Networks() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("91.194.226.0/23"),
		netip.MustParsePrefix("91.218.132.0/24"), netip.MustParsePrefix("91.218.133.0/24"),
		netip.MustParsePrefix("91.218.134.0/24"), netip.MustParsePrefix("91.218.135.0/24"),
		netip.MustParsePrefix("212.49.24.0/24"),
		netip.MustParsePrefix("212.233.80.0/24"), netip.MustParsePrefix("212.233.81.0/24"),
		netip.MustParsePrefix("212.233.82.0/24"), netip.MustParsePrefix("212.233.83.0/24"),
	}
}

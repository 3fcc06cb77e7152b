// Package tbank takes money through T-Bank's internet acquiring (API 1.80):
// it makes links, asks for statuses, reads notifications, gives money back and
// charges stored cards. The client speaks the bank's words, the provider
// translates them.
package tbank

import (
	"net/http"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Name is the provider's key and path segment.
const Name = "tbank"

// Production is the API's address; DEMO terminals use it too (T-Bank API 1.80, environments).
const Production = "https://securepay.tinkoff.ru/v2"

// Config is the terminals and how to reach the bank.
type Config struct {
	// Terminal is the TerminalKey of the main shop, Password the terminal's
	// password as the cabinet shows it.
	Terminal, Password string
	// SBP and TPay tell whether it takes the faster payment system and T-Pay.
	SBP, TPay bool
	// Shops are further terminals, by the names that payments call them.
	Shops map[string]Shop
	// API is the base address (Production).
	API string
	// NotificationURL, SuccessURL and FailURL replace those of the terminals; empty ones do not.
	NotificationURL, SuccessURL, FailURL string
	// HTTP makes the calls; rest.NewHTTP adds root certificates. Nil: a client with a timeout of 30 seconds.
	HTTP *http.Client
	// Now is the clock (time.Now).
	Now func() time.Time
}

// Shop is one terminal.
type Shop struct {
	Terminal, Password string
	// SBP and TPay tell whether the terminal takes the faster payment system and T-Pay.
	SBP, TPay bool
}

// Provider is the terminals of one business. It is safe for concurrent use and
// keeps no state but what its last calls met.
type Provider struct {
	shops     map[string]*shop // by name; the main one has none
	terminals map[string]*shop // by TerminalKey
	// urls are the addresses of Init that are set, by field name.
	urls map[string]string
	now  func() time.Time
}

// shop is one terminal and its client.
type shop struct {
	*client
	name string
}

var (
	_ payments.Provider  = (*Provider)(nil)
	_ payments.Canceller = (*Provider)(nil)
	_ payments.Refunder  = (*Provider)(nil)
	_ payments.Holder    = (*Provider)(nil)
	_ payments.Recurrer  = (*Provider)(nil)
	_ payments.Wallet    = (*Provider)(nil)

	_ payments.AccountBinder = (*Provider)(nil)
	_ payments.Certifier     = (*Provider)(nil)
	_ payments.Opener        = (*Provider)(nil)
	_ payments.Closer        = (*Provider)(nil)
)

// New makes a provider. Passwords stay in closures, where no print finds them.
func New(c Config) *Provider {
	if c.API == "" {
		c.API = Production
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	p := &Provider{shops: map[string]*shop{}, terminals: map[string]*shop{}, urls: map[string]string{}, now: c.Now}
	for name, address := range map[string]string{
		"NotificationURL": c.NotificationURL, "SuccessURL": c.SuccessURL, "FailURL": c.FailURL,
	} {
		if address != "" {
			p.urls[name] = address
		}
	}
	for name, terminal := range c.Shops {
		p.add(c, name, terminal)
	}
	p.add(c, "", Shop{Terminal: c.Terminal, Password: c.Password, SBP: c.SBP, TPay: c.TPay})
	return p
}

// add leaves out a shop without a terminal: an empty key would let anybody sign.
func (p *Provider) add(c Config, name string, s Shop) {
	if s.Terminal == "" {
		return
	}
	one := &shop{client: newClient(c, s), name: name}
	p.shops[name], p.terminals[s.Terminal] = one, one
}

// Name implements payments.Provider.
func (p *Provider) Name() string { return Name }

// shop is the terminal that a payment belongs to.
func (p *Provider) shop(name string) (*shop, error) {
	if one, known := p.shops[name]; known {
		return one, nil
	}
	return nil, &sales.Error{Code: "bank_shop", Action: sales.Bury, Message: "магазин «" + name + "» не настроен: проверьте VORONKA_TBANK_SHOPS"}
}

// Package tbank takes money through T-Bank's internet acquiring (API 1.80):
// it makes links, asks for statuses and reads notifications. The client speaks
// the bank's words, the provider translates them.
package tbank

import (
	"net/http"
	"time"

	"voronka/payments"
)

// Name is the provider's key and path segment.
const Name = "tbank"

// Production is the API's address; DEMO terminals use it too (T-Bank API 1.80, environments).
const Production = "https://securepay.tinkoff.ru/v2"

// Config is a terminal and how to reach the bank.
type Config struct {
	// Terminal is the TerminalKey, Password the terminal's password as the cabinet shows it.
	Terminal, Password string
	// API is the base address (Production).
	API string
	// NotificationURL, SuccessURL and FailURL replace those of the terminal; empty ones do not.
	NotificationURL, SuccessURL, FailURL string
	// HTTP makes the calls; rest.NewHTTP adds root certificates. Nil: a client with a timeout of 30 seconds.
	HTTP *http.Client
	// Now is the clock (time.Now).
	Now func() time.Time
}

// Provider is one terminal. It is safe for concurrent use and keeps no state.
type Provider struct {
	client   *client
	terminal string
	sign     signer
	// urls are the addresses of Init that are set, by field name.
	urls map[string]string
	now  func() time.Time
}

var (
	_ payments.Provider  = (*Provider)(nil)
	_ payments.Canceller = (*Provider)(nil)
)

// New makes a provider. The password stays in a closure, where no print finds it.
func New(c Config) *Provider {
	if c.API == "" {
		c.API = Production
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	urls := map[string]string{}
	for name, address := range map[string]string{
		"NotificationURL": c.NotificationURL, "SuccessURL": c.SuccessURL, "FailURL": c.FailURL,
	} {
		if address != "" {
			urls[name] = address
		}
	}
	sign := newSigner(c.Password)
	return &Provider{client: newClient(c, sign), terminal: c.Terminal, sign: sign, urls: urls, now: c.Now}
}

// Name implements payments.Provider.
func (p *Provider) Name() string { return Name }

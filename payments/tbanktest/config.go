package tbanktest

import (
	"net/http"
	"time"
)

// Config describes one bank. The zero value is a bank without shops: every call is answered 501.
type Config struct {
	// Terminals are the shops that may call the API.
	Terminals []Terminal
	// BaseURL is this server's address as buyers see it, without a final slash; PaymentURL starts with it.
	// Empty: the scheme and host of the Init request.
	BaseURL string
	// Now is the bank's clock (time.Now).
	Now func() time.Time
	// Notify sends notifications (a client of its own; redirects are never followed).
	Notify *http.Client
	// AckTimeout is how long a notification waits for its "OK" (10 s, as the bank does).
	AckTimeout time.Duration
	// RetryAfter, when set, replaces the bank's schedule (hourly for a day, then daily for a month, on the
	// clock of Now and driven by [Server.Tick]) by real pauses: the pause after the n-th failed attempt,
	// counted from 1. A negative pause gives the notification up.
	RetryAfter func(attempt int) time.Duration
	// LinkLife is how long a link lives when Init has no RedirectDueDate (24 h, the bank's default).
	LinkLife time.Duration
	// SlowFor is how long the slow test card keeps the payment page waiting (4 s).
	SlowFor time.Duration
	// Seed makes ids repeatable; 0 picks a random one.
	Seed uint64
}

// Terminal is one shop's contract with the bank.
type Terminal struct {
	Key      string // TerminalKey, up to 20 characters
	Password string
	Merchant string // the shop's name on the payment page

	NotificationURL string // where notifications go unless Init says otherwise; fiscal ones always go here
	SuccessURL      string
	FailURL         string

	TwoStage     bool   // hold first, charge on Confirm; Init.PayType overrides it
	CashRegister bool   // an online cash register is attached: Receipt is required
	FFD          string // version of the cash register, "1.05" (default) or "1.2"
	Charge       bool   // recurrent charges are switched on (off by default: code 10)
	SBP          bool   // the faster payment system is switched on
	TPay         bool   // T-Pay is switched on
	AFT          bool   // an AFT terminal: OperationInitiatorType I, but not 2 and R
	Blocked      bool   // every call is refused with code 202
	ReuseOrders  bool   // tolerate a repeated OrderId, as the bank did before 2025 (refused with code 20)
	MinAmount    int64  // smallest payment in kopecks (100)
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.AckTimeout <= 0 {
		c.AckTimeout = 10 * time.Second
	}
	if c.LinkLife <= 0 {
		c.LinkLife = 24 * time.Hour
	}
	if c.SlowFor <= 0 {
		c.SlowFor = 4 * time.Second
	}
	client := http.Client{}
	if c.Notify != nil {
		client = *c.Notify
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Notify = &client
	return c
}

func (t Terminal) withDefaults() Terminal {
	if t.MinAmount <= 0 {
		t.MinAmount = 100
	}
	if t.FFD == "" {
		t.FFD = "1.05"
	}
	if t.Merchant == "" {
		t.Merchant = t.Key
	}
	return t
}

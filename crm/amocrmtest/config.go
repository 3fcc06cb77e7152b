package amocrmtest

import (
	"net/http"
	"time"
)

// Config describes one amoCRM account. The zero value is a usable Russian shop
// with one pipeline; New fills whatever is left empty.
type Config struct {
	// Token is the long-lived token every API call must carry as a Bearer
	// (API v4, oauth/step-by-step). Default "amocrm-test-token".
	Token string
	// Others are the long-lived tokens of further integrations of the account.
	Others []string
	// OAuth lets an integration get tokens of its own beside Token.
	OAuth OAuth
	// Subdomain is the account's name in its address. Default "example".
	Subdomain string
	// BaseURL is the server's address as clients see it, without a trailing
	// slash. Empty: taken from each request.
	BaseURL string
	// AccountID is the number of the account. Default 28805383.
	AccountID int64
	// AmojoID is the account's id in the Chats API. Default "f3c6340d-410e-4ad1-9f7e-c5e663599909".
	AmojoID string
	// Now is the account's clock. Default time.Now.
	Now func() time.Time

	Pipelines   []Pipeline
	Users       []User
	Fields      []Field
	LossReasons []LossReason

	// PaidFilters turns on filter[…] of leads and contacts. It is a paid
	// add-on of amoCRM: without it filters are ignored without an error and
	// everything comes back (amocrm-api-php issues 348 and 71).
	PaidFilters bool
	// DuplicateControl makes POST /leads/complex join an open deal of a
	// contact with the same phone or e-mail (crm_platform/duplication-control).
	DuplicateControl bool
	// DuplicateFields are codes of fields of contacts that the account has chosen
	// as further criteria: texts and numbers (crm_platform/duplication-control).
	DuplicateFields []string
	// SearchLag hides what was written from query= for that long, as the
	// search index of a busy account does.
	SearchLag time.Duration
	// HookIndex is where the lists of webhooks begin, and how far apart their
	// items are, beyond 0, 1, 2: their indexes may be sparse (webhooks-format).
	HookIndex int
	// Limits are the request limits; the zero value has none.
	Limits Limits
	// PayWall are the ways to pay that the page of an invoice offers.
	PayWall []PayMethod
	// Channel is the chat channel of the account; the zero value has none.
	Channel Channel
	// Client sends webhooks. Default: a client with amoCRM's 2 seconds.
	Client *http.Client
}

// Pipeline is a funnel of the account ("Воронка"). New gives out missing ids,
// numbers stages in their order, adds the closed statuses, and makes the first
// pipeline the main one when none is.
type Pipeline struct {
	ID       int64
	Name     string
	Sort     int64
	Main     bool
	Unsorted bool // the stage "Неразобранное" is on
	Statuses []Status
}

// Status is a stage of a pipeline. Statuses 142 (won) and 143 (lost) have the
// same ids in every pipeline (API v4, leads_pipelines).
type Status struct {
	ID       int64
	Name     string
	Sort     int64
	Color    string
	Type     int // 1 for "Неразобранное", 0 otherwise
	Editable bool
}

// Ids of the two closed statuses, the same in every pipeline (API v4, leads_pipelines).
const (
	Won  int64 = 142
	Lost int64 = 143
)

// User is an employee with access to the account.
type User struct {
	ID    int64
	Name  string
	Email string
	Admin bool
}

// LossReason says why a deal was lost; it goes with status 143.
type LossReason struct {
	ID   int64
	Name string
}

func (c Config) withDefaults() Config {
	if c.Token == "" {
		c.Token = "amocrm-test-token"
	}
	if c.Subdomain == "" {
		c.Subdomain = "example"
	}
	if c.AccountID == 0 {
		c.AccountID = 28805383
	}
	if c.AmojoID == "" {
		c.AmojoID = "f3c6340d-410e-4ad1-9f7e-c5e663599909" // of the documents' example (API v4, account-info)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if len(c.Pipelines) == 0 {
		c.Pipelines = []Pipeline{DefaultPipeline()}
	}
	if len(c.Users) == 0 {
		c.Users = defaultUsers()
	}
	if len(c.Fields) == 0 {
		c.Fields = DefaultFields()
	}
	if len(c.LossReasons) == 0 {
		c.LossReasons = defaultLossReasons()
	}
	if c.Client == nil {
		// "the answer must come within 2 seconds" (webhooks-format).
		c.Client = &http.Client{Timeout: 2 * time.Second}
	}
	return c
}

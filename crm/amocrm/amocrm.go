// Package amocrm mirrors a funnel into amoCRM through its API v4, with a
// long-lived token or by OAuth 2.0. client.go and wire.go speak amoCRM's own words; the other
// files translate.
//
// A POST of amoCRM has no idempotency key, so everything made here can be
// recognised again: a contact carries its channel id ("tg:42"), a deal our tag,
// a note the number of its change, a task its text and its due second.
package amocrm

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"voronka/crm"
	"voronka/sales"
)

// Config says which account to mirror into. URL and Token, or Access,
// are required.
type Config struct {
	// URL is the account's address, "https://example.amocrm.ru".
	URL string
	// Token is a long-lived token of a private integration.
	Token string
	// Access is the way in by OAuth 2.0; nil takes URL and Token.
	Access *Access
	// HTTP does the calls; nil takes one with a time limit.
	HTTP *http.Client
	// Now is the clock (time.Now).
	Now func() time.Time
	// Pipeline is the name of the pipeline for new deals; empty takes the main one.
	Pipeline string
	// RequestsPerSecond is the budget of this value (5). amoCRM allows 7 to an
	// integration (API v4, recommendations); what is left is for other programs.
	RequestsPerSecond float64
	// Patience is how long a call waits in its place for the budget, or for a pause
	// of amoCRM to end, before it is given back (30 seconds).
	Patience time.Duration
	// Tag marks deals and contacts that we made ("voronka").
	Tag string
	// Service heads the notes ("Voronka").
	Service string
	// Region is where phones without a country code are from ("RU").
	Region string
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = 5
	}
	if c.Patience == 0 {
		c.Patience = 30 * time.Second
	}
	if c.Tag == "" {
		c.Tag = "voronka"
	}
	if c.Service == "" {
		c.Service = "Voronka"
	}
	if c.Region == "" {
		c.Region = "RU"
	}
	return c
}

// CRM is one amoCRM account. It may be used from several goroutines; changes of
// one contact must come one after another.
type CRM struct {
	cfg       Config
	api       *client
	directory *directory
	recent    *recent
	goods     *goods
	cohorts   cohorts
	people    *roll[contact]
	bills     *billRolls
}

// New makes a CRM; nothing is called before the first change.
func New(cfg Config) *CRM {
	cfg = cfg.withDefaults()
	api := newClient(cfg)
	return &CRM{
		cfg: cfg, api: api, directory: newDirectory(api, cfg), goods: &goods{}, recent: &recent{now: cfg.Now, deals: map[string]seen{}},
		people: newRoll[contact](api, "contacts", "contacts", url.Values{"order[id]": {"desc"}, "with": {"leads"}}),
		bills:  &billRolls{api: api, lists: map[number]*roll[element]{}},
	}
}

var _ crm.CRM = (*CRM)(nil)

// Apply makes one change, as crm.CRM says. What amoCRM refuses is tried once
// more with a directory read anew: a stage or a field may have been removed
// since, or the deal itself a moment ago.
func (c *CRM) Apply(ctx context.Context, change crm.Change, known crm.Refs) (crm.Refs, error) {
	if err := change.Validate(); err != nil {
		return known, err
	}
	ctx = withContact(withRank(ctx, rankOfChange(change)), change.Contact.ID)
	c.api.gate.reached(change)
	if change.Repeat { // it looks before it writes: a few calls one after another
		ctx = c.cohorts.join(ctx)
	}
	refs, err := c.apply(ctx, change, known)
	if err == nil || sales.AsError(err).Code != codeRefused {
		return refs, err
	}
	c.directory.forget()
	c.recent.forget(known.Deal)
	change.Repeat = true
	return c.apply(ctx, change, refs)
}

func (c *CRM) apply(ctx context.Context, change crm.Change, known crm.Refs) (crm.Refs, error) {
	w := &work{CRM: c, change: change, refs: known}
	for _, step := range []func(context.Context) error{w.readDeal, w.plan, w.ensureContact, w.ensureDeal, w.writeFeed} {
		if err := step(ctx); err != nil {
			c.recent.forget(w.refs.Deal)
			return w.refs, w.admit(err)
		}
	}
	return w.refs, nil
}

// admit tells that something was done before the failure: what hangs on the deal
// must be looked for before it is made again.
func (w *work) admit(err error) error {
	if !w.hung {
		return err
	}
	told := *sales.AsError(err)
	told.Uncertain = true
	return &told
}

// work is one change on its way.
type work struct {
	*CRM
	change crm.Change
	refs   crm.Refs

	// deal is nil until it is found or made, contact is nil until it is needed.
	deal    *lead
	contact *contact
	// newContact and newDeal are set for what this very run made: nothing can hang on it yet.
	newContact, newDeal bool
	// hung is set once something was hung on the deal: a note, a task.
	hung bool

	stage          place
	fields, person []fieldValue
	// responsible and lossReason are 0 where the change names none.
	responsible, lossReason number
}

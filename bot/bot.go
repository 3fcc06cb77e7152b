// Package bot turns inputs into committed turns and lets their effects reach
// the world: it ties a flow, the store, the chat, the payment providers and
// the CRM together.
package bot

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/storage"
)

// Config is what a bot is made of. Store, Project, Engine, Chat, Now and Log
// are required.
type Config struct {
	Store   storage.Store
	Project *flows.Project
	Engine  flows.Engine
	Chat    Chat
	// Provider takes the money; nil in a project that sells nothing.
	Provider payments.Provider
	// CRM mirrors the funnel; nil for none.
	CRM crm.CRM
	// Taxation is the system for the receipts of bills that sellers make in the
	// CRM (T-Bank API 1.80, Receipt.Taxation), or NoReceipt; empty: bills are not
	// paid here.
	Taxation string
	// PublicURL is our address as the world sees it, without a slash at the
	// end; empty makes messages carry the provider's own links.
	PublicURL string
	// Outside lets flows call servers of others.
	Outside Outside
	Now     func() time.Time
	Log     *slog.Logger
	// Handled is told of each input, how long its turn took to commit and
	// whether it was; Ran of each run of a job and how it ended ("done",
	// "again", "buried"). They may be nil.
	Handled func(in flows.Input, took time.Duration, err error)
	Ran     func(job outbox.Job, how string, took time.Duration)
	// Reread reads an update that was put aside: the inputs it holds, none where
	// it concerns no customer. Nil without a channel.
	Reread func(raw []byte, at time.Time) ([]flows.Input, error)
	// Files opens a file of the project by its path.
	Files func(path string) ([]byte, error)
}

// Bot handles inputs. Its methods may be called side by side.
type Bot struct {
	Config
	// live is the project that turns are taken by; Config.Project was the first.
	live   atomic.Pointer[flows.Project]
	life   *payments.Life
	runner *outbox.Runner[storage.Tx]
	// announced is set where the store tells the runner of new jobs.
	announced bool
}

// New makes a bot; nothing runs until Run.
func New(c Config) (*Bot, error) {
	if len(c.Project.Flows) == 0 {
		return nil, errNoFlow
	}
	b := &Bot{Config: c, life: payments.NewLife()}
	if b.Files == nil {
		b.Files = b.fileOfProject
	}
	b.live.Store(c.Project)
	b.runner = b.newRunner()
	if announcer, able := c.Store.(outbox.Announcer); able {
		announcer.Announce(b.runner.Offer)
		b.announced = true
	}
	return b, nil
}

// peek looks at a few records.
func (b *Bot) peek(ctx context.Context, fn func(storage.Tx) error) error {
	return storage.Peek(ctx, b.Store, fn)
}

// wake lets the runner find what was committed, unless the store tells it.
func (b *Bot) wake() {
	if !b.announced {
		b.runner.Wake()
	}
}

// Run lets effects reach the world and the clock tick until ctx ends; it
// returns after the jobs under way are done.
func (b *Bot) Run(ctx context.Context) error {
	if err := keep(ctx, b.Store, b.Live(), b.Now()); err != nil {
		return err
	}
	stop, err := b.startClock(ctx)
	if err != nil {
		return err
	}
	defer stop()
	return b.runner.Run(ctx)
}

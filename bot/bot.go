// Package bot turns inputs into committed turns and lets their effects reach
// the world: it ties a flow, the store, the chat, the payment providers and
// the CRM together.
package bot

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/storage"
)

// Config is what a bot is made of. Store, Project, Engine, Chat, Now and Log
// are required.
type Config struct {
	Store storage.Store
	// Jobs is the store as the runner of this process sees it, where several
	// processes share one; nil: Store.
	Jobs Jobs
	// Lead runs what only one of several processes does, while this one is to do
	// it, until ctx ends; nil: always.
	Lead    func(ctx context.Context, run func(context.Context) error) error
	Project *flows.Project
	Engine  flows.Engine
	Chat    Chat
	// Provider takes the money; nil in a project that sells nothing.
	Provider payments.Provider
	// CRM mirrors the funnel; nil for none.
	CRM crm.CRM
	// Messenger is the CRM's chats, where a channel for them is registered; nil for none.
	Messenger crm.Messenger
	// Taxation is the system for the receipts of bills that sellers make in the
	// CRM (T-Bank API 1.80, Receipt.Taxation), or NoReceipt; empty: bills are not
	// paid here.
	Taxation string
	// PublicURL is our address as the world sees it, without a slash at the
	// end; empty makes messages carry the provider's own links.
	PublicURL string
	// Sealer seals saved cards; nil keeps none, and then nothing can be charged again.
	Sealer Sealer
	// Caps bound what is charged within a day, ChargesOff switches charges off.
	Caps       Caps
	ChargesOff bool
	// Fee is what the provider keeps of a payment, in hundredths of a percent.
	Fee int64
	// Owner hears what a person has to see to; nil: it is seen in the console alone.
	Owner *Owner
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
	// it concerns no customer; bot is as in [Aside]. Nil without a channel.
	Reread func(raw []byte, at time.Time, bot string) ([]flows.Input, error)
	// Files opens a file of the project by its path.
	Files func(path string) ([]byte, error)
}

// Jobs is a store as the runner of one process sees it.
type Jobs interface {
	Update(context.Context, func(storage.Tx) error) error
	View(context.Context, func(storage.Tx) error) error
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
	// alarmed is set once it was looked at what is wrong.
	alarmed atomic.Bool
	broom   broom
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
	if b.Jobs == nil {
		b.Jobs = c.Store
	}
	b.runner = b.newRunner()
	if announcer, able := b.Jobs.(outbox.Announcer); able {
		announcer.Announce(b.runner.Offer)
		b.announced = true
	}
	return b, nil
}

// peek looks at a few records.
func (b *Bot) peek(ctx context.Context, fn func(storage.Tx) error) error {
	return storage.Peek(ctx, b.Store, fn)
}

// peekJobs looks at a few jobs of this process.
func (b *Bot) peekJobs(ctx context.Context, fn func(storage.Tx) error) error {
	if peeker, able := b.Jobs.(storage.Peeker); able {
		return peeker.Peek(ctx, fn)
	}
	return b.Jobs.View(ctx, fn)
}

// Wake has the runner look for jobs: some came from another process.
func (b *Bot) Wake() { b.runner.Wake() }

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
	pause := b.pauseOf()
	if pause != nil {
		if err := pause.recall(ctx); err != nil {
			return err
		}
		defer pause.last(ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.runner.Run(ctx) })
	if pause != nil {
		group.Go(func() error { pause.keep(ctx); return nil })
	}
	group.Go(func() error { // beside the work: there may be a million jobs
		if err := b.hasten(ctx); err != nil && ctx.Err() == nil {
			b.Log.Warn("what failed before waits for its own time", "error", err) // the database may be about to restart
		}
		return nil
	})
	group.Go(func() error {
		if b.Lead == nil {
			return b.keepTime(ctx)
		}
		return b.Lead(ctx, b.keepTime)
	})
	return group.Wait()
}

// keepTime lets the clock tick until ctx ends.
func (b *Bot) keepTime(ctx context.Context) error {
	stop, err := b.startClock(ctx)
	if err != nil {
		return err
	}
	<-ctx.Done()
	stop()
	return nil
}

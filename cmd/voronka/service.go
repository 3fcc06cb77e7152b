package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/crm/amocrm"
	"voronka/flows"
	"voronka/locales"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/storage/postgres"
)

// service is a running Voronka: the bot and everything around it. The demo
// and the real thing are wired the same way.
type service struct {
	Settings
	store storage.Store
	// replica is this process among others on one database, nil with a file: its
	// lock lets nobody else in.
	replica *postgres.Replica
	bot     *bot.Bot
	sender  *telegram.Sender
	poller  *telegram.Poller
	// webhook is nil while the bot polls.
	webhook *telegram.Webhook
	bank    payments.Provider
	words   *locales.Catalog
	log     *slog.Logger
	now     func() time.Time
	meters  *meters
	// amoNames tells what the account lacks.
	amoNames amoNames
	// amo is the mirror, nil without one.
	amo *amocrm.CRM
	// chats are the dialogs there, nil without a channel.
	chats *amocrm.Chats
	// access is the way into amoCRM by an integration, nil with a long-lived token.
	access *amocrm.Access
	// watch brings edits of the flows to life.
	watch *watch
	// pen tells whether the database can be written, cry what the owner is to hear
	// when it cannot.
	pen *pen
	cry *cry
	// hook tells whether anything can come by the webhook.
	hook *hookWatch
	// username is the bot's in Telegram, empty while unknown.
	username string
}

// newService makes a service that can ask Telegram who the bot is; it holds
// nothing until open.
func newService(s Settings, words *locales.Catalog, log *slog.Logger, now func() time.Time) (*service, error) {
	sender, err := telegram.NewSender(s.TelegramAPI, string(s.TelegramToken))
	if err != nil {
		return nil, err
	}
	rate, _ := s.telegramRate()
	sender.Keep(rate)
	return &service{Settings: s, sender: sender, words: words, log: log, now: now, meters: newMeters()}, nil
}

// open opens the database and wires the bot; the caller calls close.
func (s *service) open(ctx context.Context, project *flows.Project) error {
	if err := s.borrow(ctx, project); err != nil {
		return err
	}
	if err := s.claim(ctx); err != nil {
		return errors.Join(unusable(s.Database, err), s.store.Close())
	}
	if s.replica == nil {
		return nil
	}
	s.replica.Divide(shares{s})
	if err := s.replica.Join(ctx, s.bot.Wake); err != nil {
		return errors.Join(err, s.store.Close())
	}
	return nil
}

// borrow is open for a command that leaves at once: it takes no part in the work.
func (s *service) borrow(ctx context.Context, project *flows.Project) error {
	if !shared(s.Database) {
		store, err := bolt.Open(s.Database, bolt.Options{Committed: s.meters.committed})
		if err != nil {
			return unusable(s.Database, err)
		}
		s.store = store
		if aside := store.Aside(); aside != "" {
			s.log.Warn("a log of another database was put aside", "file", aside)
		}
	} else {
		store, err := postgres.Open(ctx, s.Database, postgres.Options{Committed: s.meters.committed})
		if err != nil {
			return unusable(s.Database, err)
		}
		s.store, s.replica = store, store.Replica(s.log)
		s.now = s.replica.Clock(s.now)
	}
	if err := s.wire(project); err != nil {
		return errors.Join(err, s.store.Close())
	}
	return nil
}

// close lets go of the database, and of what this process holds in it.
func (s *service) close() error {
	var err error
	if s.replica != nil {
		err = s.replica.Leave()
	}
	return errors.Join(err, s.store.Close())
}

// lead runs what only one process of a database does, while this is the one.
func (s *service) lead(ctx context.Context, run func(context.Context) error) error {
	if s.replica == nil {
		return run(ctx)
	}
	return s.replica.Lead(ctx, run)
}

func (s *service) wire(project *flows.Project) error {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	s.meters.registry.MustRegister(newQueueMeter(s.store, s.now))
	config := bot.Config{
		Store: s.store, Project: project, Chat: s.sender, PublicURL: s.Public, Taxation: s.Paywall, Now: s.now, Log: s.log,
		Handled: s.handled, Ran: s.meters.ran, Reread: telegram.Reread,
		Engine: flows.Engine{Zone: zone, Provider: tbank.Name, FFD: s.TBankFFD, Texts: s.engineText},
	}
	if s.replica != nil {
		config.Jobs, config.Lead = s.replica, s.replica.Lead
	}
	config.Outside, config.Owner = s.outside(), s.owner()
	if config.Sealer, err = s.sealer(); err != nil {
		return fmt.Errorf("take the secret key: %w", err)
	}
	config.Caps, config.ChargesOff = s.caps(), s.Charges == "off"
	config.Fee, _ = s.fee()
	if s.TBankTerminal != "" || s.TBankShops != "" {
		if s.bank, err = s.newBank(); err != nil {
			return err
		}
		config.Provider = s.bank
	}
	if s.AmoURL != "" {
		if s.access, err = s.amoAccess(s.store, nil, s.now); err != nil {
			return err
		}
		s.amo = amocrm.New(amocrm.Config{
			URL: s.AmoURL, Token: string(s.AmoToken), Access: s.access, RequestsPerSecond: s.amoRate(), Now: s.now,
		})
		config.CRM = s.amo
		if s.chats = s.amoChats(s.amo, s.undelivered); s.chats != nil {
			config.Messenger = s.chats
		}
	}
	s.pen = newPen(s.store, s.now)
	s.meters.registry.MustRegister(newStateMeter(s), newBudgetMeter(s))
	if s.bot, err = bot.New(config); err != nil {
		return err
	}
	s.cry = &cry{tell: s.bot.TellOwner, now: s.now, log: s.log, heard: map[string]heard{}}
	s.poller = &telegram.Poller{Receiver: s.receiver(), API: s.TelegramAPI, Token: string(s.TelegramToken)}
	if s.TelegramMode == "webhook" {
		s.webhook = &telegram.Webhook{Receiver: s.poller.Receiver, Secret: string(s.TelegramSecret)}
	}
	s.hook = s.hookWatch()
	s.watch = &watch{
		dir: project.Dir, load: s.loader().Load, live: s.bot.Live, publish: s.publish, words: speech(s.words, s.Language), log: s.log,
	}
	return nil
}

// handled is told of each input.
func (s *service) handled(in flows.Input, took time.Duration, err error) {
	s.meters.handled(in, took, err)
	s.pen.failed(err)
}

// engineText is what the engine says by itself, in the customer's language.
func (s *service) engineText(language, key string) string {
	if language == "" {
		language = s.Language
	}
	return s.words.Text(language, "engine."+key, nil)
}

func (s *service) receiver() *telegram.Receiver {
	return &telegram.Receiver{
		Handle: s.bot.Handle, HandleAll: s.bot.HandleAll, PutAside: s.bot.PutAside, Parallel: 128, Now: s.now, Log: s.log,
	}
}

// greet asks Telegram who the bot is. A wrong token ends the start; a Telegram
// that is down does not.
func (s *service) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	name, err := s.sender.Username(ctx)
	if err != nil {
		return err
	}
	s.username = name
	return nil
}

// run serves until ctx ends, then stops in the order that loses nothing: first
// the doors, then the jobs under way and the answers to what came in, then the
// store.
func (s *service) run(ctx context.Context, listener net.Listener, handler http.Handler) error {
	group, ctx := errgroup.WithContext(ctx)
	working, quit := context.WithCancel(context.WithoutCancel(ctx))
	defer quit()
	group.Go(func() error {
		defer quit()
		return s.takeIn(ctx, listener, handler)
	})
	group.Go(func() error { return s.bot.Run(working) })
	group.Go(func() error { return s.watch.run(ctx) })
	if s.SecretKeyOld != "" {
		group.Go(func() error { return s.lead(ctx, s.resealCards) })
	}
	if s.Backups != "" {
		group.Go(func() error { return s.lead(ctx, s.snapshots().run) })
	}
	if s.amo != nil {
		group.Go(func() error { return s.checkAmoNames(ctx) })
	}
	if s.access != nil {
		group.Go(func() error { return s.keepAmoAccess(ctx) })
	}
	if s.AlarmChat != "" {
		group.Go(func() error { return s.tellOwner(ctx) })
	}
	return group.Wait()
}

// takeIn keeps the doors open until ctx ends, and returns when nothing comes in
// any more: what was let in is committed, or will be repeated.
func (s *service) takeIn(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	shutdown := server.Shutdown
	if s.webhook != nil {
		hatch := telegram.NewHatch(listener, s.webhook)
		listener, shutdown = hatch, func(ctx context.Context) error {
			return errors.Join(server.Shutdown(ctx), hatch.Shutdown(ctx))
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", listener.Addr(), err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return shutdown(stopping)
	})
	group.Go(func() error { return s.listenToTelegram(ctx) })
	return group.Wait()
}

// listenToTelegram polls, or has Telegram post to us; both are tried until
// Telegram answers. A token that it does not know any more leaves the rest of
// the bot at work: money comes without it.
func (s *service) listenToTelegram(ctx context.Context) error {
	if s.TelegramMode == "webhook" {
		if err := s.enterMode(ctx); err != nil {
			return err
		}
		return s.lead(ctx, s.hook.run)
	}
	return s.lead(ctx, func(ctx context.Context) error {
		if err := s.enterMode(ctx); err != nil {
			return err
		}
		s.poller.Run(ctx)
		return nil
	})
}

func (s *service) enterMode(ctx context.Context) error {
	enter := s.sender.UsePolling
	if s.TelegramMode == "webhook" {
		enter = func(ctx context.Context) error {
			return s.sender.UseWebhook(ctx, telegram.HookAddress(s.Public, s.poller.Bot), string(s.TelegramSecret))
		}
	}
	try := func() error {
		err := enter(ctx)
		if coded := sales.AsError(err); err != nil && coded.Action == sales.Stop {
			return &sales.Error{Code: coded.Code, After: time.Minute, Message: coded.Message}
		}
		return err
	}
	return untilDone(ctx, try, func(err error) {
		s.log.Warn("telegram mode not set yet", "mode", s.TelegramMode, "error", err)
	})
}

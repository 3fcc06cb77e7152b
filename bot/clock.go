package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"voronka/flows"
	"voronka/internal/ticks"
	"voronka/payments"
	"voronka/storage"
)

// sweepLimit bounds one transaction of the clock.
const sweepLimit = 200

// retention is how long handled inputs are remembered. Telegram repeats an
// update for at most a day (tdlib/telegram-bot-api), so two are safe.
const retention = 48 * time.Hour

// chore is something that the clock does again and again, on one process of a
// database. What becomes of it after a time in which nobody did is told, by its
// name, in docs/ru/clock.md.
type chore struct {
	name, every string
	do          func(context.Context) error
	// atOnce is set for what is not left to wait for the first tick.
	atOnce bool
}

// due are the chores of a tick of a second.
func (b *Bot) due() []chore {
	return []chore{
		{name: "timers", every: "1s", do: b.ring}, {name: "payments", every: "1s", do: b.sweep},
		{name: "subscriptions", every: "1s", do: b.renewals}, {name: "broadcasts", every: "1s", do: b.spread},
	}
}

// chores are all others.
func (b *Bot) chores() []chore {
	return []chore{
		{name: "forget", every: "1m", do: b.Forget},
		{name: "chats", every: "10s", do: b.Listen, atOnce: true}, {name: "crm", every: "1m", do: b.CatchUp, atOnce: true},
	}
}

// startClock lets cron tick. What is due is in the store: after a restart the
// first tick finds whatever came due meanwhile.
func (b *Bot) startClock(ctx context.Context) (stop func(), err error) {
	var all, first []ticks.Tick
	for _, one := range append([]chore{{name: "due", every: "1s", do: b.Tick}}, b.chores()...) {
		tick := ticks.Tick{Name: one.name, Spec: "@every " + one.every, Do: func() {
			if err := one.do(ctx); err != nil && ctx.Err() == nil {
				b.Log.Error("the clock failed", "tick", one.name, "error", err)
			}
		}}
		if all = append(all, tick); one.atOnce {
			first = append(first, tick)
		}
	}
	halt, err := ticks.Start(b.Log, all...)
	if err != nil {
		return nil, err
	}
	heard := make(chan struct{})
	go func() { // what managers did meanwhile is not left to wait for the first tick
		defer close(heard)
		for _, tick := range first {
			ticks.Survive(b.Log, tick.Name, tick.Do)
		}
	}()
	return func() { halt(); <-heard }, nil
}

// Tick rings the timers that are due, asks for payments that are silent, and
// does what is due about subscriptions and broadcasts.
func (b *Bot) Tick(ctx context.Context) error {
	var failures []error
	for _, one := range b.due() {
		failures = append(failures, one.do(ctx))
	}
	return errors.Join(failures...)
}

func (b *Bot) ring(ctx context.Context) error {
	// Reminders are what nobody waits for: more of them than the chat's budget has
	// room for stay in the store, where they hold nobody's answers up.
	limit := b.room(Unasked, sweepLimit)
	if limit == 0 {
		return nil
	}
	var due []string
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		due, _, err = tx.Ringing(b.Now(), limit)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for due timers: %w", err)
	}
	var failures []error
	for _, contact := range due {
		// One dialog that cannot be read must not silence the others.
		if err := b.ringOne(ctx, contact); err != nil {
			failures = append(failures, fmt.Errorf("ring timers of %s: %w", contact, err))
		}
	}
	return errors.Join(failures...)
}

// ringOne rings every due timer of one contact, earliest first, in one transaction.
func (b *Bot) ringOne(ctx context.Context, contact string) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		now := b.Now()
		for range sweepLimit {
			session, err := tx.Session(contact)
			if err != nil {
				return err
			}
			timer, ok := earliest(session.Timers, now)
			if !ok {
				return nil
			}
			in := flows.Input{ID: "timer:" + contact + ":" + timer.ID, Kind: flows.Rang, Contact: contact, At: now, Timer: timer.ID}
			if err := b.take(tx, in); err != nil {
				return err
			}
			if err := silence(tx, contact, timer.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

// silence makes sure that a timer does not ring again, whatever its turn did.
func silence(tx storage.Tx, contact, timer string) error {
	session, err := tx.Session(contact)
	if err != nil {
		return err
	}
	if quiet := without(session, timer); len(quiet.Timers) != len(session.Timers) {
		return tx.PutSession(quiet)
	}
	return nil
}

func earliest(timers []flows.Timer, now time.Time) (found flows.Timer, ok bool) {
	for _, timer := range timers {
		if !timer.Due.After(now) && (!ok || timer.Due.Before(found.Due)) {
			found, ok = timer, true
		}
	}
	return found, ok
}

// sweep enqueues a check for each payment whose time has come; the next time
// is set in the same transaction.
func (b *Bot) sweep(ctx context.Context) error {
	var found int
	err := b.peek(ctx, func(tx storage.Tx) error {
		due, _, err := tx.Unchecked(b.Now(), 1)
		found = len(due)
		return err
	})
	if err != nil || found == 0 {
		return err
	}
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		now := b.Now()
		due, _, err := tx.Unchecked(now, sweepLimit)
		if err != nil {
			return err
		}
		for _, id := range due {
			payment, err := tx.Payment(id)
			if err != nil {
				return err
			}
			payment.Checks++
			payment.CheckAt = payments.NextCheck(payment, now)
			if err := tx.PutPayment(payment); err != nil {
				return err
			}
			_, asking, err := tx.Head(paymentLane(id))
			if err != nil {
				return err
			}
			if asking {
				continue // the last question still waits for its answer
			}
			if err := put(tx, paymentLane(id), jobCheck, checkJob{id}, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sweep silent payments: %w", err)
	}
	b.runner.Wake()
	return nil
}

// Forget drops the marks of inputs handled long ago, and what has outlived its use.
func (b *Bot) Forget(ctx context.Context) error {
	return errors.Join(b.forgetMarks(ctx), b.sweepLeftovers(ctx))
}

func (b *Bot) forgetMarks(ctx context.Context) error {
	for {
		var gone int
		err := b.Store.Update(ctx, func(tx storage.Tx) (err error) {
			gone, err = tx.Forget(b.Now().Add(-retention), 1000)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget handled inputs: %w", err)
		}
		if gone < 1000 {
			return nil
		}
	}
}

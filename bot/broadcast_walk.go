package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// Bounds of a broadcast's walk over the customers: how many one peek reads, for
// updates wait for it, how many are looked at for one transaction, how many that
// one tells, and how many one tick looks at, or tells where the chat has no
// budget of its own.
const (
	peekPage = 25
	walkPage = 200
	tellPage = 25
	walkMost = 5000
)

// brokenMost pauses a broadcast whose flow fails for so many customers, and for
// more than it works for.
const brokenMost = 5

// spread lets each broadcast that is due go on.
func (b *Bot) spread(ctx context.Context) error {
	var list []listed
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		list, err = listBroadcasts(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for broadcasts: %w", err)
	}
	var failures []error
	budget := -1
	for _, one := range slices.Backward(list) {
		if one.Ended {
			continue
		}
		if budget < 0 {
			budget = b.room(Bulk, walkMost)
		}
		told, err := b.walk(ctx, one.ID, budget)
		budget -= told
		if err != nil {
			failures = append(failures, fmt.Errorf("broadcast %s: %w", one.ID, err))
		}
	}
	return errors.Join(failures...)
}

// walk tells as many customers as there is room for.
func (b *Bot) walk(ctx context.Context, id string, room int) (told int, err error) {
	for looked := 0; looked < walkMost && told < room && ctx.Err() == nil; {
		seen, err := b.seek(ctx, id, min(room-told, tellPage))
		switch {
		case sales.AsError(err).Action == sales.Bury && err != nil:
			return told, b.pauseBroadcast(ctx, id, sales.AsError(err).Code)
		case err != nil || seen.idle:
			return told, err
		}
		n, err := b.tell(ctx, seen)
		if err != nil {
			return told, err
		}
		told, looked = told+n, looked+seen.looked
		if n > 0 {
			b.runner.Wake()
		}
	}
	return told, nil
}

// glimpse is what one look at the customers found.
type glimpse struct {
	idle     bool // there is nothing to do now
	plan     Broadcast
	audience flows.Audience
	reached  []string
	skipped  map[flows.Reach]int
	wake     time.Time // when the first who sleeps may be written to
	cursor   string
	looked   int
	over     bool // that was the last customer
}

// seek finds the next customers, a few at a time. A snapshot for each look would
// have the store settle as often as a broadcast tells somebody, and nothing needs
// one: tell asks again.
func (b *Bot) seek(ctx context.Context, id string, room int) (seen glimpse, err error) {
	now := b.Now()
	var plan Broadcast
	err = b.peek(ctx, func(tx storage.Tx) (err error) {
		plan, err = loadBroadcast(tx, id)
		return err
	})
	if err != nil {
		return seen, err
	}
	active := plan.Status == BroadcastPlanned || plan.Status == BroadcastRuns
	if !active || now.Before(plan.At) || now.Before(plan.Wake) {
		return glimpse{idle: true}, nil
	}
	audience, err := b.prepare(&plan)
	if err != nil {
		return seen, err
	}
	seen = glimpse{plan: plan, audience: audience, skipped: map[flows.Reach]int{}, cursor: plan.Cursor}
	for !seen.over && len(seen.reached) < room && seen.looked < walkPage {
		var page glimpse
		err := b.peek(ctx, func(tx storage.Tx) (err error) {
			page, err = b.survey(tx, seen, peekPage, room-len(seen.reached), now)
			return err
		})
		if err != nil {
			return seen, err
		}
		seen.add(page)
	}
	return seen, nil
}

// survey looks at up to limit customers behind those seen, until so many are reached.
func (b *Bot) survey(tx storage.Tx, seen glimpse, limit, room int, now time.Time) (page glimpse, err error) {
	page = glimpse{audience: seen.audience, skipped: map[flows.Reach]int{}, cursor: seen.cursor}
	contacts, err := tx.Everyone(seen.cursor, limit)
	if err != nil {
		return page, err
	}
	for _, contact := range contacts {
		if len(page.reached) == room {
			return page, nil
		}
		if err := b.consider(tx, &page, contact, now); err != nil {
			return page, err
		}
	}
	page.over = len(contacts) < limit
	return page, nil
}

// add puts what a further look found behind what was seen.
func (g *glimpse) add(page glimpse) {
	g.reached = append(g.reached, page.reached...)
	for reach, n := range page.skipped {
		g.skipped[reach] += n
	}
	if !page.wake.IsZero() && (g.wake.IsZero() || page.wake.Before(g.wake)) {
		g.wake = page.wake
	}
	g.cursor, g.looked, g.over = page.cursor, g.looked+page.looked, page.over
}

// consider asks whether a broadcast reaches one customer.
func (b *Bot) consider(tx storage.Tx, seen *glimpse, contact sales.Contact, now time.Time) error {
	reach, next, err := b.reach(tx, contact, seen.audience, now)
	if err != nil {
		return fmt.Errorf("look at %s: %w", contact.ID, err)
	}
	seen.looked++
	seen.cursor = contact.ID
	switch reach {
	case flows.ReachYes:
		seen.reached = append(seen.reached, contact.ID)
		return nil
	case flows.ReachQuiet:
		if seen.wake.IsZero() || next.Before(seen.wake) {
			seen.wake = next
		}
	}
	seen.skipped[reach]++
	return nil
}

func (b *Bot) reach(tx storage.Tx, contact sales.Contact, audience flows.Audience, at time.Time) (flows.Reach, time.Time, error) {
	session, err := tx.Session(contact.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return flows.ReachOthers, time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, err
	}
	var known flows.Known
	if audience.If != nil {
		if known, err = b.known(tx, contact.ID); err != nil {
			return "", time.Time{}, err
		}
	}
	reach, next := b.Engine.Reach(b.flow(session.Flow), contact, known, session, audience, at)
	return reach, next, nil
}

// tell gives the customers found their turns, and moves the cursor behind them
// in the same transaction: whatever happens, each is told once.
func (b *Bot) tell(ctx context.Context, seen glimpse) (told int, err error) {
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		told = 0
		plan, err := loadBroadcast(tx, seen.plan.ID)
		if err != nil {
			return err
		}
		if plan.Status != seen.plan.Status || plan.Cursor != seen.plan.Cursor || plan.Pass != seen.plan.Pass {
			return nil // stopped, or somebody else went on with it
		}
		plan.Status = BroadcastRuns
		if plan.Cursor == "" || plan.Skipped == nil {
			plan.Skipped, plan.Next = map[flows.Reach]int{}, time.Time{}
		}
		for reach, n := range seen.skipped {
			plan.Skipped[reach] += n
		}
		for _, id := range seen.reached {
			done, err := b.tellOne(tx, &plan, seen.audience, id)
			if err != nil {
				return err
			}
			if done {
				told++
			}
		}
		b.advanceCursor(&plan, seen)
		return putBroadcast(tx, plan)
	})
	return told, err
}

// tellOne asks again whether the customer is reached: much may have happened
// since the look.
func (b *Bot) tellOne(tx storage.Tx, plan *Broadcast, audience flows.Audience, id string) (told bool, err error) {
	contact, err := tx.Contact(id)
	if err != nil {
		return false, err
	}
	now := b.Now()
	reach, _, err := b.reach(tx, contact, audience, now)
	if err != nil {
		return false, err
	}
	if reach != flows.ReachYes {
		plan.Skipped[reach]++
		return false, nil
	}
	in := flows.Input{
		ID: "broadcast:" + plan.ID + ":" + id, Kind: flows.Announced, Contact: id, At: now,
		Broadcast: plan.ID, Text: plan.Text, Payload: plan.To,
	}
	if err := b.take(tx, in); err != nil {
		return false, fmt.Errorf("tell %s: %w", id, err)
	}
	session, err := tx.Session(id)
	if err != nil {
		return false, err
	}
	if slices.Contains(session.Broadcasts, plan.ID) {
		plan.Told++
		return true, nil
	}
	plan.Broken++
	return false, nil
}

// advanceCursor moves a broadcast behind what was seen, and ends its walk.
func (b *Bot) advanceCursor(plan *Broadcast, seen glimpse) {
	plan.Cursor = seen.cursor
	if !seen.wake.IsZero() && (plan.Next.IsZero() || seen.wake.Before(plan.Next)) {
		plan.Next = seen.wake
	}
	if plan.Broken >= brokenMost && plan.Broken > plan.Told {
		plan.Status, plan.Why = BroadcastPaused, "engine_failed"
	}
	switch {
	case !seen.over:
		return
	case plan.Skipped[flows.ReachQuiet] > 0:
		plan.Cursor, plan.Pass, plan.Wake = "", plan.Pass+1, plan.Next // the others are met when they wake
	default:
		plan.Status, plan.Over, plan.Wake = BroadcastDone, b.Now(), time.Time{}
	}
}

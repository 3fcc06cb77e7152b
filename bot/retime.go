package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"voronka/flows"
	"voronka/storage"
)

// ErrNoTimer is an alarm that has rung or was cancelled meanwhile.
var ErrNoTimer = errors.New("the reminder is no longer pending")

// Retime lets an operator move one pending reminder of a dialog, or cancel it
// when due is zero; a moment that has passed makes it ring at once. The dialog
// keeps a line of it.
func (b *Bot) Retime(ctx context.Context, contact, timer string, due time.Time) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		session, err := tx.Session(contact)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(session.Timers, func(t flows.Timer) bool { return t.ID == timer })
		if i < 0 {
			return ErrNoTimer
		}
		session.Timers = slices.Clone(session.Timers)
		text := "timer_cancelled " + session.Timers[i].State
		if due.IsZero() {
			session.Timers = slices.Delete(session.Timers, i, i+1)
		} else {
			text = "timer_moved " + session.Timers[i].State + " " + due.UTC().Format(time.RFC3339)
			session.Timers[i].Due = due.UTC()
		}
		if err := tx.PutSession(session); err != nil {
			return err
		}
		return tx.Append(contact, flows.Line{At: b.Now(), Who: flows.Event, Kind: "operator", Text: text, State: session.State})
	})
	if err == nil {
		b.wake()
	}
	return err
}

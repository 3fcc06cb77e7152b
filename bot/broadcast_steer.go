package bot

import (
	"context"
	"fmt"

	"voronka/sales"
	"voronka/storage"
)

// Words of SteerBroadcast.
const (
	PauseBroadcast  = "pause"
	ResumeBroadcast = "resume"
	StopBroadcast   = "stop"
)

// SteerBroadcast pauses a broadcast, lets it go on behind the last customer it
// was said to, or stops it for good. What is on its way already arrives. One
// that has ended, or is as it should be, stays as it is; an unknown one is a
// *sales.Error with the code broadcast_unknown.
func (b *Bot) SteerBroadcast(ctx context.Context, id, word string) error {
	return b.changeBroadcast(ctx, id, func(plan *Broadcast) {
		switch {
		case plan.Status.Ended():
		case word == StopBroadcast:
			plan.Status, plan.Over = BroadcastStopped, b.Now()
		case word == PauseBroadcast:
			plan.Status = BroadcastPaused
		case word == ResumeBroadcast && plan.Status == BroadcastPaused:
			plan.Status, plan.Why, plan.Broken = BroadcastRuns, "", 0
			if plan.Told == 0 && plan.Cursor == "" {
				plan.Status = BroadcastPlanned
			}
		}
	})
}

// pauseBroadcast stops for a while what only its author can mend.
func (b *Bot) pauseBroadcast(ctx context.Context, id, why string) error {
	b.Log.Error("a broadcast is paused, somebody has to look", "broadcast", id, "why", why)
	return b.changeBroadcast(ctx, id, func(plan *Broadcast) {
		if !plan.Status.Ended() {
			plan.Status, plan.Why = BroadcastPaused, why
		}
	})
}

func (b *Bot) changeBroadcast(ctx context.Context, id string, change func(*Broadcast)) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		plan, err := loadBroadcast(tx, id)
		if err != nil {
			return err
		}
		if plan.ID == "" {
			return &sales.Error{Code: "broadcast_unknown", Action: sales.Bury, Message: id}
		}
		change(&plan)
		return putBroadcast(tx, plan)
	})
	if err != nil {
		return fmt.Errorf("change broadcast %s: %w", id, err)
	}
	return nil
}

package bot

import (
	"context"
	"strings"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// BroadcastReport is a broadcast and what became of its messages.
type BroadcastReport struct {
	Broadcast
	Outcome BroadcastOutcome `json:"outcome"`
	// Rest is until when Telegram keeps it waiting, zero where it does not.
	Rest time.Time `json:"rest,omitzero"`
}

// Rester is a chat that tells until when messages of an urgency are refused.
type Rester interface {
	Rests(Urgency) time.Time
}

// BroadcastOutcome counts customers by what became of the first message.
type BroadcastOutcome struct {
	Arrived int `json:"arrived"`
	// Gone have blocked the bot, or their account is no more.
	Gone int `json:"gone,omitempty"`
	// Unknown may have it: the answer was lost, and it is not said again.
	Unknown int `json:"unknown,omitempty"`
	// Failed were refused it by Telegram; their dialogs say why.
	Failed int `json:"failed,omitempty"`
}

// failedMost pauses a broadcast that nobody has had and that so many were refused.
const failedMost = 20

func tallyRef(id string) string { return broadcastRef(id) + "/tally" }

func reportBroadcast(tx storage.Tx, id string) (report BroadcastReport, err error) {
	if report.Broadcast, err = loadBroadcast(tx, id); err != nil {
		return report, err
	}
	return report, loadJSON(tx, tallyRef(id), &report.Outcome)
}

// jobAnnounce is the kind of a message of a broadcast; see jobs.go.
const jobAnnounce = "announce"

// announceJob is one message of a broadcast. Broadcast is its id where it is
// the customer's first of them, which is the one that counts.
type announceJob struct {
	sayJob
	Broadcast string `json:"broadcast,omitempty"`
}

// utterBulk is the job that says one message of a broadcast. It is never
// repeated blindly and never buried: its outcome is counted, and is a line of
// the dialog.
func (b *Bot) utterBulk(ctx context.Context, job outbox.Job, payload announceJob) (func(storage.Tx) error, error) {
	return b.givingWay(ctx, job, &payload.Pace, func() (func(storage.Tx) error, error) {
		return b.announce(ctx, job, payload)
	})
}

func (b *Bot) announce(ctx context.Context, job outbox.Job, payload announceJob) (func(storage.Tx) error, error) {
	finish, err := b.say(ctx, payload.sayJob)
	coded := sales.AsError(err)
	switch {
	case err == nil:
		return both(finish, b.tally(payload, func(o *BroadcastOutcome) { o.Arrived++ })), nil
	case coded.Code == ChatBlocked:
		return both(b.unreached(job, payload.Contact), b.tally(payload, func(o *BroadcastOutcome) { o.Gone++ })), nil
	case coded.Uncertain && !stopped(ctx):
		return b.unknown(payload, coded.Code), nil
	case coded.Action == sales.Bury:
		failed := b.tally(payload, func(o *BroadcastOutcome) { o.Failed++ })
		return both(b.note(payload.Contact, "unsent", "broadcast_failed "+coded.Code), failed), nil
	}
	return nil, untouched(err)
}

// settleBulk is for a message that was on its way in a crash.
func (b *Bot) settleBulk(_ context.Context, job outbox.Job, payload announceJob) (func(storage.Tx) error, error) {
	return b.unknown(payload, job.Code), nil
}

func (b *Bot) unknown(payload announceJob, code string) func(storage.Tx) error {
	unsure := b.tally(payload, func(o *BroadcastOutcome) { o.Unknown++ })
	return both(b.note(payload.Contact, "unsure", strings.TrimSpace("broadcast_uncertain "+code)), unsure)
}

// tally is a finish that counts an outcome. A broadcast that Telegram refuses to
// everybody pauses by itself.
func (b *Bot) tally(payload announceJob, add func(*BroadcastOutcome)) func(storage.Tx) error {
	if payload.Broadcast == "" {
		return nil
	}
	return func(tx storage.Tx) error {
		report, err := reportBroadcast(tx, payload.Broadcast)
		if err != nil {
			return err
		}
		outcome := report.Outcome
		add(&outcome)
		if err := putJSON(tx, tallyRef(payload.Broadcast), outcome); err != nil {
			return err
		}
		if outcome.Arrived > 0 || outcome.Failed < failedMost || report.Status != BroadcastRuns {
			return nil
		}
		report.Status, report.Why = BroadcastPaused, "broadcast_refused"
		return putBroadcast(tx, report.Broadcast)
	}
}

package bot

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// bulkLane is where a customer's messages of broadcasts wait when they cannot
// leave at once, so that answers do not wait behind them.
func bulkLane(contact string) outbox.Lane { return outbox.Lane("bulk/" + contact) }

// asideWait is how long a message waits aside when Telegram names no time.
const asideWait = 30 * time.Second

// givingWay runs a job of a broadcast, other jobs as they are. One that would
// have to wait in the customer's own lane goes on in bulkLane, behind those of
// its kind that wait there already.
func (b *Bot) givingWay(ctx context.Context, job outbox.Job, pace *Pace, run func() (func(storage.Tx) error, error)) (func(storage.Tx) error, error) {
	if pace.Urgency != Bulk || job.Lane.Destination() != "chat" {
		return run()
	}
	behind, err := b.behindOthers(ctx, laneContact(job.Lane))
	if err != nil {
		return nil, untouched(err)
	}
	if behind {
		return b.stepAside(job, bulkLane, 0), nil
	}
	pace.Brief = true
	finish, err := run()
	if coded := sales.AsError(err); err != nil && coded.Action == sales.Retry && !coded.Uncertain {
		return b.stepAside(job, bulkLane, cmp.Or(coded.After, asideWait)), nil
	}
	return finish, err
}

// behindOthers tells whether messages of broadcasts wait aside already.
func (b *Bot) behindOthers(ctx context.Context, contact string) (found bool, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		_, found, err = tx.Head(bulkLane(contact))
		return err
	})
	return found, err
}

// laterLane is where waits what a channel does not let us do for minutes: a
// customer who asks where the link is has an answer meanwhile.
func laterLane(contact string) outbox.Lane { return outbox.Lane("later/" + contact) }

// longPause is how long a customer's lane waits at most for a call about a channel.
const longPause = 10 * time.Second

// heldUp tells whether a job cannot be done for long because of a channel, while
// the bot itself may speak.
func (b *Bot) heldUp(job outbox.Job, err error) bool {
	coded := sales.AsError(err)
	if err == nil || coded.Code != ChatFlood || coded.After <= longPause || job.Lane.Destination() != "chat" {
		return false
	}
	rester, able := b.Chat.(Rester)
	return !able || !rester.Rests(Reply).After(b.Now())
}

// stepAside is the finish that lets answers go first: the job waits in a lane
// of its own, with what is known of it.
func (b *Bot) stepAside(job outbox.Job, lane func(contact string) outbox.Lane, wait time.Duration) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		now := b.Now()
		moved, err := tx.Enqueue(outbox.Job{
			Lane: lane(laneContact(job.Lane)), Kind: job.Kind, Payload: job.Payload, Attempts: job.Attempts,
			EnqueuedAt: now, NotBefore: now.Add(wait),
		})
		if err != nil {
			return err
		}
		return errors.Join(moveRef(tx, unsureRef(job.ID), unsureRef(moved.ID)), moveRef(tx, inviteRef(job.ID), inviteRef(moved.ID)))
	}
}

// inviteRef is where the link that a delivery has made is kept.
func inviteRef(job int64) string { return "invite/" + strconv.FormatInt(job, 10) }

func moveRef(tx storage.Tx, from, to string) error {
	value, err := tx.Ref(from)
	if err != nil || value == "" {
		return err
	}
	return errors.Join(tx.PutRef(to, value), tx.PutRef(from, ""))
}

package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"voronka/crm"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// mostTogether bounds how many changes of one contact are read to travel as one.
const mostTogether = 50

// bundle is a change with those that stand behind it in its lane and travel with it.
type bundle struct {
	crm.Change
	// begins tells that some of it belongs to a new deal once the last one is closed.
	begins    bool
	followers []outbox.Job
}

// applyChange is the job that tells the CRM: its own change and what merges
// into it of the jobs behind it.
func (b *Bot) applyChange(ctx context.Context, job outbox.Job, payload mirrorJob) (func(storage.Tx) error, error) {
	if b.CRM == nil {
		return nil, nil
	}
	known, err := b.mirrored(ctx, mirrorRef(payload.Change.Contact.ID))
	if err != nil {
		return nil, err
	}
	whole, err := b.bundle(ctx, job, payload.Change, known)
	if err != nil {
		return nil, err
	}
	finish, failure := b.applyBundle(ctx, whole, known)
	if failure == nil || len(whole.followers) == 0 || sales.AsError(failure).Action != sales.Bury {
		return finish, failure
	}
	// One of them is refused for good: each answers for itself.
	if known, err = b.mirrored(ctx, mirrorRef(payload.Change.Contact.ID)); err != nil {
		return nil, err
	}
	payload.Change.Repeat = true
	return b.applyBundle(ctx, bundle{Change: payload.Change, begins: known.begins(payload.Change)}, known)
}

// applyAgain is applyChange where an earlier run may have done something.
func (b *Bot) applyAgain(ctx context.Context, job outbox.Job, payload mirrorJob) (func(storage.Tx) error, error) {
	payload.Change.Repeat = true
	return b.applyChange(ctx, job, payload)
}

func mirrorRef(contact string) string { return "crm/" + contact }

// bundle merges a job's change with those behind it, as far as they go into one.
func (b *Bot) bundle(ctx context.Context, job outbox.Job, first crm.Change, known mirrored) (bundle, error) {
	whole := bundle{Change: first, begins: known.begins(first)}
	err := b.peek(ctx, func(tx storage.Tx) error {
		line, err := tx.Lane(job.Lane, mostTogether)
		if err != nil || len(line) == 0 || line[0].ID != job.ID {
			return err // somebody moved the lane meanwhile: each for itself
		}
		for _, next := range line[1:] {
			var payload mirrorJob
			if next.Kind != jobMirror || json.Unmarshal(next.Payload, &payload) != nil {
				return nil
			}
			begins := known.begins(payload.Change)
			both, joined := crm.Merge(whole.Change, payload.Change)
			if !joined || known.Closed && begins && !whole.begins {
				return nil
			}
			whole.Change, whole.begins = both, whole.begins || begins
			whole.followers = append(whole.followers, next)
		}
		return nil
	})
	if err != nil {
		return bundle{}, fmt.Errorf("read what waits for the CRM: %w", err)
	}
	return whole, nil
}

// applyBundle tells the CRM, and keeps what it made even when it fails.
func (b *Bot) applyBundle(ctx context.Context, whole bundle, known mirrored) (func(storage.Tx) error, error) {
	after := known
	if known.Closed && whole.begins {
		after.Refs, after.Closed = crm.Refs{Contact: known.Contact}, false
	}
	refs, failure := b.CRM.Apply(ctx, whole.Change, after.Refs)
	closing := whole.Stage == crm.Won || whole.Stage == crm.Lost
	after.Refs, after.Closed = refs, after.Closed || closing && failure == nil
	keep, err := b.keepMirrored(whole.Contact.ID, known, after)
	if err != nil {
		return nil, err
	}
	if failure == nil {
		return func(tx storage.Tx) error { return errors.Join(keep(tx), done(tx, whole.followers)) }, nil
	}
	unsure := sales.AsError(failure)
	// What was found or made before the failure must not be looked for, or made, again.
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		if err := keep(tx); err != nil || !unsure.Uncertain && unsure.Action != sales.Bury {
			return err
		}
		return doubt(tx, whole.followers)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the CRM map: %w", err)
	}
	return nil, failure
}

// keepMirrored writes the map when it has changed.
func (b *Bot) keepMirrored(contact string, known, after mirrored) (func(storage.Tx) error, error) {
	before, err := json.Marshal(known)
	if err != nil {
		return nil, fmt.Errorf("encode the CRM map: %w", err)
	}
	raw, err := json.Marshal(after)
	if err != nil {
		return nil, fmt.Errorf("encode the CRM map: %w", err)
	}
	return func(tx storage.Tx) error {
		if string(before) == string(raw) {
			return nil
		}
		if known.Deal != "" && known.Deal != after.Deal {
			if err := tx.PutRef(dealRef(known.Deal), ""); err != nil { // nobody listens to it any more
				return err
			}
		}
		if after.Deal != "" {
			if err := tx.PutRef(dealRef(after.Deal), contact); err != nil {
				return err
			}
		}
		if after.Contact != known.Contact {
			if err := b.contactKnown(tx, contact); err != nil {
				return err
			}
		}
		return tx.PutRef(mirrorRef(contact), string(raw))
	}, nil
}

// done removes the jobs that travelled with another. One that an operator has
// taken away meanwhile is no obstacle.
func done(tx storage.Tx, followers []outbox.Job) error {
	for _, job := range followers {
		if err := tx.Remove(job); err != nil && !errors.Is(err, outbox.ErrUnknownJob) {
			return err
		}
	}
	return nil
}

// doubt marks changes of which something may be in the CRM already.
func doubt(tx storage.Tx, followers []outbox.Job) error {
	for _, job := range followers {
		var payload mirrorJob
		if err := json.Unmarshal(job.Payload, &payload); err != nil {
			return err
		}
		payload.Change.Repeat = true
		raw, err := json.Marshal(payload)
		if err != nil {
			return err
		}
		job.Payload = raw
		if err := tx.Save(job); err != nil && !errors.Is(err, outbox.ErrUnknownJob) {
			return err
		}
	}
	return nil
}

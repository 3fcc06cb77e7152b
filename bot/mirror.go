package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

// change turns one step of the mirror into the CRM's words. Its id is the same
// however often the turn is computed.
func (b *Bot) change(turn flows.Turn, in flows.Input, number int, m flows.Mirror) crm.Change {
	change := crm.Change{
		ID: in.ID + "/" + strconv.Itoa(number), Contact: turn.Contact, At: in.At,
		Title: b.flow(turn.Session.Flow).Title, Person: m.Contact, Stage: m.Stage,
		Price: m.Price, Note: m.Note, Tags: m.Tags, Fields: m.Fields,
	}
	if change.Note == "" && m.State != "" && m.Stage == "" {
		change.Note = "→ " + m.State
	}
	if m.Task != nil {
		change.Task = &crm.Task{Text: m.Task.Text, Due: in.At.Add(time.Duration(m.Task.Due) * time.Second)}
	}
	return change
}

// mirror enqueues a change, where there is a CRM.
func (b *Bot) mirror(tx storage.Tx, change crm.Change, at time.Time) error {
	if b.CRM == nil {
		return nil
	}
	return put(tx, crmLane(change.Contact.ID), jobMirror, mirrorJob{change}, at)
}

// mirrored is what the store keeps of a contact's mirror.
type mirrored struct {
	crm.Refs
	// Closed is set once the deal was won or lost: the next sale is a new deal.
	Closed bool `json:"closed,omitempty"`
}

// applyChange is the job that tells the CRM.
func (b *Bot) applyChange(ctx context.Context, job outbox.Job, payload mirrorJob) (func(storage.Tx) error, error) {
	if b.CRM == nil {
		return nil, nil
	}
	key := "crm/" + payload.Change.Contact.ID
	known, err := b.mirrored(ctx, key)
	if err != nil {
		return nil, err
	}
	change, after := payload.Change, known
	change.Repeat = change.Repeat || job.Attempts > 0
	closing := change.Stage == crm.Won || change.Stage == crm.Lost
	if known.Closed && beginsSale(change) {
		after.Deal, after.Closed = "", false
	}
	refs, failure := b.CRM.Apply(ctx, change, after.Refs)
	after.Refs, after.Closed = refs, after.Closed || closing && failure == nil
	if after == known {
		return nil, failure
	}
	raw, err := json.Marshal(after)
	if err != nil {
		return nil, fmt.Errorf("encode the CRM map: %w", err)
	}
	keep := func(tx storage.Tx) error { return tx.PutRef(key, string(raw)) }
	if failure == nil {
		return keep, nil
	}
	// What was found or made before the failure must not be looked for, or made, again.
	if err := b.Store.Update(ctx, keep); err != nil {
		return nil, fmt.Errorf("keep the CRM map: %w", err)
	}
	return nil, failure
}

// beginsSale tells whether a change belongs to a new deal once the last one is
// closed: it opens a stage, or money came, which always has its price and note.
func beginsSale(change crm.Change) bool {
	if change.Stage == "" {
		return change.Price > 0 && change.Note != ""
	}
	return change.Stage != crm.Won && change.Stage != crm.Lost
}

// applyAgain is applyChange where an earlier run may have done something.
func (b *Bot) applyAgain(ctx context.Context, job outbox.Job, payload mirrorJob) (func(storage.Tx) error, error) {
	payload.Change.Repeat = true
	return b.applyChange(ctx, job, payload)
}

func (b *Bot) mirrored(ctx context.Context, key string) (known mirrored, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		raw, err := tx.Ref(key)
		if err != nil || raw == "" {
			return err
		}
		return json.Unmarshal([]byte(raw), &known)
	})
	if err != nil {
		return known, fmt.Errorf("read the CRM map: %w", err)
	}
	return known, nil
}

// callOperator marks the dialog in the console and gives the manager a task.
func (b *Bot) callOperator(tx storage.Tx, turn flows.Turn, in flows.Input, number int, call flows.CallOperator) error {
	if err := b.raise(tx, turn.Contact.ID, call.Text); err != nil {
		return err
	}
	m := flows.Mirror{Task: &flows.Task{Text: call.Text, Due: int64(time.Hour / time.Second)}}
	return b.mirror(tx, b.change(turn, in, number, m), in.At)
}

// raise marks a dialog as needing a person; the console shows the reason until
// an operator puts the mark away.
func (b *Bot) raise(tx storage.Tx, contact, reason string) error {
	return tx.PutRef(AttentionRef(contact), reason)
}

// AttentionRef is the store's ref under which a dialog's call for a person is kept.
func AttentionRef(contact string) string { return "attention/" + contact }

// Attended puts away a dialog's call for a person.
func (b *Bot) Attended(ctx context.Context, contact string) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef(AttentionRef(contact), "") })
}

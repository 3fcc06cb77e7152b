package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
)

// Calls is who waits for a person since the owner was told last.
type Calls struct {
	// Dialogs is how many, Contact whose it is where it is one.
	Dialogs int
	Contact string
	// Jobs is how many others could not be done and belong to no dialog.
	Jobs int
}

// callsRef is where it is kept who called for a person.
const callsRef = "alarms/calls"

// calling are the calls that the owner has not heard of.
type calling struct {
	// Told is when they heard last, Queued whether they are about to.
	Told   time.Time `json:"told"`
	Queued bool      `json:"queued,omitempty"`
	// Contacts are whose dialogs, as far as they are kept; Others are the rest.
	Contacts []string `json:"contacts,omitempty"`
	Others   int      `json:"others,omitempty"`
	Jobs     int      `json:"jobs,omitempty"`
}

// mostCalls is how many dialogs are kept by name.
const mostCalls = 50

func readCalling(tx storage.Tx) (c calling, err error) {
	raw, err := tx.Ref(callsRef)
	if err == nil && raw != "" {
		err = json.Unmarshal([]byte(raw), &c)
	}
	if err != nil {
		return c, fmt.Errorf("read who waits for a person: %w", err)
	}
	return c, nil
}

func (c calling) write(tx storage.Tx) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.PutRef(callsRef, string(raw))
}

// call lets the owner hear, now or when the hour is over, that a dialog waits
// for a person, or a job of nobody's where contact is empty.
func (b *Bot) call(tx storage.Tx, contact string) error {
	if b.Owner == nil {
		return nil
	}
	if contact != "" {
		if waits, err := tx.Ref(AttentionRef(contact)); err != nil || waits != "" {
			return err // they were told, and nobody has come yet
		}
	}
	c, err := readCalling(tx)
	if err != nil {
		return err
	}
	switch {
	case contact == "":
		c.Jobs++
	case slices.Contains(c.Contacts, contact):
	case len(c.Contacts) < mostCalls:
		c.Contacts = append(c.Contacts, contact)
	default:
		c.Others++
	}
	return b.queueCalls(tx, c)
}

// queueCalls keeps the calls, and the job that tells of them.
func (b *Bot) queueCalls(tx storage.Tx, c calling) error {
	if !c.Queued {
		now := b.Now()
		job, err := outbox.New(callsLane, jobAlarm, alarmJob{}, now)
		if err != nil {
			return err
		}
		if at := c.Told.Add(quiet); at.After(now) {
			job.NotBefore = at
		}
		if _, err := tx.Enqueue(job); err != nil {
			return err
		}
		c.Queued = true
	}
	return c.write(tx)
}

// whoWaits is what the owner is to hear: of the dialogs that called for a person
// those to which nobody has come yet.
func (b *Bot) whoWaits(ctx context.Context) (now Calls, all calling, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		now = Calls{}
		if all, err = readCalling(tx); err != nil {
			return err
		}
		for _, contact := range all.Contacts {
			waits, err := tx.Ref(AttentionRef(contact))
			if err != nil {
				return err
			}
			if waits != "" {
				now.Dialogs, now.Contact = now.Dialogs+1, contact
			}
		}
		return nil
	})
	now.Dialogs, now.Jobs = now.Dialogs+all.Others, all.Jobs
	if now.Dialogs != 1 || all.Others > 0 {
		now.Contact = ""
	}
	return now, all, err
}

// heardCalls keeps that the owner has heard of some calls, or that there was
// nothing left to say. Those that came while they were told follow when the hour
// is over.
func (b *Bot) heardCalls(heard calling, said bool) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		c, err := readCalling(tx)
		if err != nil {
			return err
		}
		c.Contacts = slices.DeleteFunc(c.Contacts, func(one string) bool { return slices.Contains(heard.Contacts, one) })
		c.Others, c.Jobs = max(0, c.Others-heard.Others), max(0, c.Jobs-heard.Jobs)
		c.Queued = false
		if said {
			c.Told = b.Now()
		}
		if len(c.Contacts)+c.Others+c.Jobs == 0 {
			return c.write(tx)
		}
		return b.queueCalls(tx, c)
	}
}

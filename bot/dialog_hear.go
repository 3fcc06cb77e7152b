package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/storage"
)

// NoCustomer is the code told to a manager who wrote to somebody that the bot
// does not know.
const NoCustomer = "no_customer"

// fateJob tells a manager what became of a message.
type fateJob struct {
	Message string `json:"message"`
	// Failure is a code, empty for a message that has arrived.
	Failure string `json:"failure,omitempty"`
}

// Written takes what a manager wrote to a customer in the CRM's chat. It is
// committed when it returns nil; the same message, told again, is said once.
func (b *Bot) Written(ctx context.Context, m crm.Written) error {
	if m.ID == "" || m.Text == "" && m.Picture == "" {
		return nil
	}
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		_, err := tx.Contact(m.Contact)
		if errors.Is(err, storage.ErrNotFound) || m.Contact == "" {
			return put(tx, dialogLane(nobody), jobFate, fateJob{m.ID, NoCustomer}, b.Now())
		}
		if err != nil {
			return fmt.Errorf("load contact: %w", err)
		}
		if err := tx.PutRef(wroteRef(m.Contact), b.Now().UTC().Format(time.RFC3339)); err != nil {
			return err
		}
		return b.take(tx, flows.Input{
			ID: fromChat + m.ID, Kind: flows.Operator, Contact: m.Contact, At: b.Now(), Text: m.Text, File: m.Picture,
		})
	})
	if err != nil {
		return fmt.Errorf("take a message of the CRM: %w", err)
	}
	b.runner.Wake()
	return nil
}

// answers is the CRM's message that an effect says to the customer, where it is
// the last of those that do; empty for any other.
func answers(turn flows.Turn, in flows.Input, number int) string {
	message, isChat := strings.CutPrefix(in.ID, fromChat)
	if !isChat {
		return ""
	}
	for _, effect := range turn.Effects[number+1:] {
		if _, more := effect.(flows.Say); more {
			return ""
		}
	}
	return message
}

// fate lets a manager see what became of a message, unless it was nobody's.
func (b *Bot) fate(tx storage.Tx, contact, message, failure string) error {
	if message == "" || b.Messenger == nil {
		return nil
	}
	return put(tx, dialogLane(contact), jobFate, fateJob{message, failure}, b.Now())
}

// arrived is the finish of a message that may be a manager's; nil for others.
func (b *Bot) arrived(payload sayJob, failure string) func(storage.Tx) error {
	if payload.Answers == "" {
		return nil
	}
	return func(tx storage.Tx) error { return b.fate(tx, payload.Contact, payload.Answers, failure) }
}

// undelivered lets a manager see that a message will not arrive by itself.
func (b *Bot) undelivered(tx storage.Tx, contact string, job outbox.Job) error {
	var say sayJob
	if job.Kind != jobSay || codec.Unmarshal(job.Payload, &say) != nil {
		return nil
	}
	return b.fate(tx, contact, say.Answers, job.Code)
}

// tellFate is the job that does.
func (b *Bot) tellFate(ctx context.Context, _ outbox.Job, payload fateJob) (func(storage.Tx) error, error) {
	if b.Messenger == nil {
		return nil, nil
	}
	return nil, b.Messenger.Tell(ctx, payload.Message, payload.Failure)
}

package bot

import (
	"context"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// newRunner says how each kind of job is run, and what becomes of one whose
// outcome a crash or a lost answer left open, for Telegram knows no idempotency
// key: a text is said again; goods that were paid for are sent again, up to
// maxUnsure times, and the dialog shows it; the CRM is looked at first.
func (b *Bot) newRunner() *outbox.Runner[storage.Tx] {
	return &outbox.Runner[storage.Tx]{
		Update: b.Store.Update,
		View:   b.Store.View,
		Now:    b.Now,
		Log:    b.Log,
		// A bank that hangs holds a chat's lane for linkTime; those of other
		// customers must not run out of room meanwhile.
		Room: map[string]int{"chat": 1024},
		Handlers: map[string]outbox.Route[storage.Tx]{
			jobSay:     {Handle: handler(b.unlessBlocked)},
			jobDeliver: {Handle: handler(b.deliver), Once: true, Settle: handler(b.deliverAgain)},
			jobAck:     {Handle: handler(b.acknowledge)},
			jobLink:    {Handle: handler(b.link), Timeout: linkTime},
			jobEdit:    {Handle: handler(b.edit)},
			jobExport:  {Handle: handler(b.export)},
			jobKick:    {Handle: handler(b.kick)},
			jobHTTP:    {Handle: handler(b.request)},
			jobTyping:  {Handle: handler(b.typing)},
			jobCheck:   {Handle: handler(b.check)},
			jobMirror:  {Handle: handler(b.applyChange), Once: true, Settle: handler(b.applyAgain)},
		},
		OnBuried: b.buried,
		Ended:    b.Ran,
	}
}

// unlessBlocked says something, or notes that the customer cannot be reached:
// what a blocked bot had to say is of no use later.
func (b *Bot) unlessBlocked(ctx context.Context, job outbox.Job, payload sayJob) (func(storage.Tx) error, error) {
	finish, err := b.say(ctx, job, payload)
	if err == nil || sales.AsError(err).Code != ChatBlocked {
		return finish, err
	}
	return func(tx storage.Tx) error {
		contact, err := tx.Contact(payload.Contact)
		if err != nil {
			return err
		}
		contact.Blocked = true
		if err := tx.PutContact(contact); err != nil {
			return err
		}
		return b.note(payload.Contact, "blocked", "message_not_delivered "+ChatBlocked)(tx)
	}, nil
}

// buried tells the operators, in the dialog, that a job waits for them.
func (b *Bot) buried(tx storage.Tx, job outbox.Job) error {
	contact, err := jobContact(tx, job)
	if err != nil || contact == "" {
		return err
	}
	line := flows.Line{At: b.Now(), Who: flows.Event, Kind: "buried", Text: job.Kind + "_failed " + job.Code}
	if err := tx.Append(contact, line); err != nil {
		return err
	}
	return b.raise(tx, contact, job.Kind+"_failed "+job.Code)
}

// Drain does the jobs that are ready at this moment, in place of Run: for tests
// with a clock of their own.
func (b *Bot) Drain(ctx context.Context) error { return b.runner.Drain(ctx) }

// Revive gives a buried job another try.
func (b *Bot) Revive(ctx context.Context, id int64) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		_, err := tx.Revive(id, b.Now())
		return err
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

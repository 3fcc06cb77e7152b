package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Aside is an update that could not become a turn: nobody could read it, or its
// turn fails each time. It is kept so that it blocks nobody and is not lost.
type Aside struct {
	// Key is unique for ever.
	Key string
	// Contact is empty where the update does not tell.
	Contact string
	// Bot is the one that it is of, empty for the database's first.
	Bot string
	// Raw is the update as it came, at the moment At.
	Raw []byte
	At  time.Time
	// Why is for the operator, without personal data.
	Why string
}

// StoreFailed tells whether an input was not taken because the store could not
// keep anything: it is full, away or closed. The input is not to blame, and
// waits until the store is well.
func StoreFailed(err error) bool { return errors.Is(err, storage.ErrUnavailable) }

// storeRest is when an update that was put aside is tried again where the store
// could not keep anything.
const storeRest = 5 * time.Second

// updateTries is how often an update that was put aside is taken up again
// before an operator decides.
const updateTries = 3

// nobody stands for the contact of an update that does not tell.
const nobody = "?"

type updateJob struct {
	Raw []byte    `json:"raw"`
	At  time.Time `json:"at"`
	Bot string    `json:"bot,omitempty"`
}

// PutAside keeps an update in a lane of its own. It is tried again by itself,
// and then waits for an operator.
// The same update is kept once.
func (b *Bot) PutAside(ctx context.Context, aside Aside) error {
	contact := aside.Contact
	if contact == "" {
		contact = nobody
	}
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		seen, err := tx.See("aside:"+aside.Key, aside.At)
		if err != nil || seen {
			return err
		}
		job, err := outbox.New(outbox.Lane("update/"+contact), jobUpdate, updateJob{aside.Raw, aside.At, aside.Bot}, b.Now())
		if err != nil {
			return err
		}
		job.Code, job.Error = "update_put_aside", brief(aside.Why)
		_, err = tx.Enqueue(job)
		return err
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

// takeUp is the job that tries an update once more.
func (b *Bot) takeUp(ctx context.Context, _ outbox.Job, payload updateJob) (func(storage.Tx) error, error) {
	if b.Reread == nil {
		return nil, &sales.Error{Code: "update_unreadable", Action: sales.Bury, Message: "this bot has no channel that could read it"}
	}
	inputs, err := b.Reread(payload.Raw, payload.At, payload.Bot)
	if err != nil {
		return nil, &sales.Error{Code: "update_unreadable", Action: sales.Bury, Err: err}
	}
	for _, in := range inputs {
		switch err := b.Handle(ctx, in); {
		case StoreFailed(err):
			return nil, &sales.Error{Code: "update_failed", After: storeRest, Err: errors.Join(outbox.ErrUntried, err)}
		case err != nil:
			return nil, &sales.Error{Code: "update_failed", Err: err}
		}
	}
	return nil, nil
}

// brief is the first line of a reason: a panic brings its whole stack.
func brief(why string) string {
	line, _, _ := strings.Cut(why, "\n")
	return strings.ToValidUTF8(line[:min(len(line), 300)], "")
}

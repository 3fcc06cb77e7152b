package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// ChatUnavailable is the code of an error by which the channel itself says that
// it is sick: hardly ever has it done what was asked all the same.
const ChatUnavailable = "telegram_unavailable"

// Telegram knows no idempotency key: when the answer to a message is lost,
// nobody can tell whether the customer has it. This table says how often each
// kind of job is done again then; after that an operator decides. docs/ru/sending.md
// tells the same to operators.
//
// A pressed button's acknowledgement and the sign of typing are done once and
// missed by nobody. An edit, a kick and a new link into a channel can be
// repeated without harm, until an answer comes. One message of a broadcast is
// never repeated: it is counted as unknown.
func repeats(kind string) int {
	switch kind {
	case jobSay, jobEdit, jobExport, jobAlarm:
		return 1 // a customer who is left without an answer is lost, one who reads it twice is not
	case jobDeliver:
		return maxUnsure // whoever has paid and has nothing is worse off than one who has it twice
	}
	return 0
}

// The doubts about a job: an answer that was lost, a channel that said it was sick.
const (
	lost = "x"
	sick = "s"
)

// doubtOf is which of them an error of unknown outcome leaves.
func doubtOf(code string) string {
	if code == ChatUnavailable {
		return sick
	}
	return lost
}

// unsureRef is where the doubts about a job are kept, a letter for each time.
func unsureRef(job int64) string { return "unsure/" + strconv.FormatInt(job, 10) }

// doubted judges a message whose outcome is unknown: it is sent again as often
// as repeats allows, and as long as the channel itself says that it is sick. An
// error that leaves no doubt stays what it is.
func (b *Bot) doubted(ctx context.Context, job outbox.Job, cause error) error {
	coded := sales.AsError(cause)
	if !coded.Uncertain || stopped(ctx) {
		return cause
	}
	ctx = context.WithoutCancel(ctx) // the job's own time may be over: that is one way to lose an answer
	letter := doubtOf(coded.Code)
	enough := false
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		known, err := tx.Ref(unsureRef(job.ID))
		if err != nil {
			return err
		}
		known += letter
		if enough = strings.Count(known, lost) > repeats(job.Kind); enough {
			known = "" // the operator who revives it begins anew
		}
		return tx.PutRef(unsureRef(job.ID), known)
	})
	switch {
	case err != nil:
		return cause
	case enough:
		return &sales.Error{Code: outbox.CodeUncertain, Action: sales.Bury, Message: "nobody knows whether it arrived: " + coded.Code}
	}
	return cause
}

// stopped tells whether a job was cut off because the process stops, and not
// because its time was over.
func stopped(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// cleared is a finish that says in the dialog, where there were doubts about a
// message, that it may have come more than once.
func (b *Bot) cleared(ctx context.Context, job outbox.Job, contact string, finish func(storage.Tx) error) func(storage.Tx) error {
	if job.Attempts == 0 {
		return finish
	}
	var doubts string
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		doubts, err = tx.Ref(unsureRef(job.ID))
		return err
	})
	if err != nil || doubts == "" {
		return finish // it has arrived: nothing may have it sent again
	}
	line := fmt.Sprintf("message_repeated %d", len(doubts))
	return both(finish, func(tx storage.Tx) error {
		if err := tx.PutRef(unsureRef(job.ID), ""); err != nil {
			return err
		}
		return tx.Append(contact, flows.Line{At: b.Now(), Who: flows.Event, Kind: "repeated", Text: line})
	})
}

// both is one finish made of two; nil is none.
func both(first, second func(storage.Tx) error) func(storage.Tx) error {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return func(tx storage.Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		return second(tx)
	}
}

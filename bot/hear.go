package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

type hearJob struct {
	Hint crm.Hint `json:"hint"`
}

// dealRef is the ref under which the store keeps whose deal it is.
func dealRef(deal string) string { return "deal/" + deal }

// Heard takes hints that something about deals may be new. They are committed
// when it returns nil; what is behind them is read later, in the lanes of their
// contacts, so that a hand of ours on its way is not taken for a manager's.
func (b *Bot) Heard(ctx context.Context, hints []crm.Hint) error {
	if len(hints) == 0 {
		return nil
	}
	err := b.Store.Update(ctx, func(tx storage.Tx) error { return b.hints(tx, hints) })
	if err != nil {
		return fmt.Errorf("take the hints of the CRM: %w", err)
	}
	b.runner.Wake()
	return nil
}

func (b *Bot) hints(tx storage.Tx, hints []crm.Hint) error {
	for _, hint := range hints {
		contact, err := tx.Ref(dealRef(hint.Deal))
		if err != nil || contact == "" {
			if err != nil {
				return err
			}
			continue // not a deal of ours
		}
		known, err := readMirrored(tx, mirrorRef(contact))
		if err != nil {
			return err
		}
		if known.Deal != hint.Deal || echo(hint, known) {
			continue
		}
		if err := b.putHint(tx, contact, hint); err != nil {
			return err
		}
	}
	return nil
}

// echo tells whether a hint can only be about what our own hand did.
func echo(hint crm.Hint, known mirrored) bool {
	if hint.Place != "" {
		return hint.Place == known.Place && !hint.Notes && !hint.Tasks
	}
	return hint.Tasks && !hint.Notes && len(known.Tasks) == 0 // none of ours is open
}

// putHint enqueues a look, unless one of the same kind waits already.
func (b *Bot) putHint(tx storage.Tx, contact string, hint crm.Hint) error {
	line, err := tx.Lane(crmLane(contact), mostTogether)
	if err != nil {
		return err
	}
	for _, job := range line {
		var waiting hearJob
		if job.Kind != jobHear || job.Attempts == 0 && job.ID == line[0].ID || json.Unmarshal(job.Payload, &waiting) != nil {
			continue // the head may be under way: it may have looked already
		}
		if waiting.Hint.Deal == hint.Deal && (!hint.Notes || waiting.Hint.Notes) && (!hint.Tasks || waiting.Hint.Tasks) {
			return nil
		}
	}
	return put(tx, crmLane(contact), jobHear, hearJob{hint}, b.Now())
}

// look is the job that reads what managers did with a deal, and lets the flow,
// the dialog and the customer know.
func (b *Bot) look(ctx context.Context, job outbox.Job, payload hearJob) (func(storage.Tx) error, error) {
	hearer, able := b.CRM.(crm.Hearer)
	if !able {
		return nil, nil
	}
	contact := laneContact(job.Lane)
	known, err := b.mirrored(ctx, mirrorRef(contact))
	if err != nil || known.Deal != payload.Hint.Deal {
		return nil, err
	}
	news, err := hearer.Look(ctx, payload.Hint, known.Refs)
	if err != nil || news.Gone {
		return nil, err // a deal that is gone is made anew by the next change
	}
	return func(tx storage.Tx) error { return b.learn(tx, contact, known, news) }, nil
}

// learn writes down what managers did, and lets the flow hear of it.
func (b *Bot) learn(tx storage.Tx, contact string, known mirrored, news crm.News) error {
	after := known
	after.Place, after.Responsible = news.Place, news.Responsible
	after.Closed = news.Stage == crm.Won || news.Stage == crm.Lost
	for _, note := range news.Notes {
		after.LastNote = note.ID
	}
	after.Tasks = slices.DeleteFunc(slices.Clone(known.Tasks), func(ref string) bool {
		return slices.ContainsFunc(news.Done, func(done crm.DoneTask) bool { return done.ID == ref })
	})
	after.TaskNames = maps.Clone(known.TaskNames)
	maps.DeleteFunc(after.TaskNames, func(ref, _ string) bool { return !slices.Contains(after.Tasks, ref) })
	keep, err := b.keepMirrored(contact, known, after)
	if err != nil {
		return err
	}
	if err := keep(tx); err != nil {
		return err
	}
	if known.Responsible != "" && known.Responsible != news.Responsible {
		if err := b.note(contact, "crm", "crm_responsible "+cmp.Or(news.Manager, news.Responsible))(tx); err != nil {
			return err
		}
	}
	for _, done := range news.Done {
		if err := b.note(contact, "crm", strings.TrimSpace("crm_task_done "+done.Text+": "+done.Result))(tx); err != nil {
			return err
		}
	}
	for _, note := range news.Notes {
		if err := b.pass(tx, contact, known.Deal, note); err != nil {
			return err
		}
	}
	if known.Place == "" || known.Place == news.Place || news.Stage == "" {
		return nil
	}
	return b.take(tx, flows.Input{
		ID: "stage:" + known.Deal + ":" + news.Place + ":" + b.Now().UTC().Format(time.RFC3339Nano), Kind: flows.Stage,
		Contact: contact, At: b.Now(), Text: news.Stage,
	})
}

// stale is how old a manager's note may be to be passed on. What was written
// before anybody listened is not said now: an operator decides.
const stale = 24 * time.Hour

// pass says to the customer what a manager wrote in the CRM, if it begins as the
// map says.
func (b *Bot) pass(tx storage.Tx, contact, deal string, note crm.HeardNote) error {
	session, err := tx.Session(contact)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	flow := b.flow(session.Flow)
	if flow.Mirroring == nil || flow.Mirroring.Reply == "" {
		return nil
	}
	text, meant := strings.CutPrefix(strings.TrimSpace(note.Text), flow.Mirroring.Reply)
	if text = strings.TrimSpace(text); !meant || text == "" {
		return nil
	}
	if b.Now().Sub(note.At) > stale {
		line := "crm_reply_late " + note.At.UTC().Format("2006-01-02 15:04") + " UTC: " + text
		return errors.Join(b.note(contact, "crm", line)(tx), b.raise(tx, contact, "crm_reply_late"))
	}
	return b.take(tx, flows.Input{ID: fromNote + deal + ":" + note.ID, Kind: flows.Operator, Contact: contact, At: b.Now(), Text: text})
}

// heardRef is until when the CRM's history was read.
const heardRef = "crm/heard"

// CatchUp asks the CRM what managers did that no webhook told: after an outage,
// or where there are no webhooks at all.
func (b *Bot) CatchUp(ctx context.Context) error {
	return errors.Join(b.callMissed(ctx), b.catchUp(ctx))
}

func (b *Bot) catchUp(ctx context.Context) error {
	hearer, able := b.CRM.(crm.Hearer)
	if !able {
		return nil
	}
	var kept string
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		kept, err = tx.Ref(heardRef)
		return err
	})
	if err != nil {
		return fmt.Errorf("read until when the CRM was heard: %w", err)
	}
	since, err := time.Parse(time.RFC3339, kept)
	if err != nil { // the first time: from now on
		return b.heardUntil(ctx, nil, b.Now())
	}
	for { // a piece at a time: who is interrupted goes on behind the last one
		hints, until, err := hearer.Missed(ctx, since.Add(-overlap))
		if err != nil {
			return fmt.Errorf("ask the CRM what was missed: %w", err)
		}
		if err := b.heardUntil(ctx, hints, until); err != nil {
			return err
		}
		if !until.After(since) || b.Now().Sub(until) < overlap {
			return nil
		}
		since = until
	}
}

// overlap is read twice: the CRM's clock and ours differ, and its history lags.
const overlap = 2 * time.Minute

func (b *Bot) heardUntil(ctx context.Context, hints []crm.Hint, until time.Time) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		return errors.Join(b.hints(tx, hints), tx.PutRef(heardRef, until.UTC().Format(time.RFC3339)))
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}

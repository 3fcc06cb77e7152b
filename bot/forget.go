package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// forget blanks the dialog of a contact within the turn's own transaction, and
// drops what waits and holds words or names. Goods that were paid for and could
// not be handed over stay; so do orders, payments and what the bank said of them.
func (b *Bot) forget(tx storage.Tx, contact string, in flows.Input) error {
	if err := tx.Erase(contact); err != nil {
		return fmt.Errorf("erase journal: %w", err)
	}
	for _, drop := range []func(storage.Tx, string) error{dropBuried, dropAds, hushMirror, dropDialog, dropCard} {
		if err := drop(tx, contact); err != nil {
			return err
		}
	}
	if _, able := b.Provider.(payments.Wallet); able {
		if err := put(tx, walletLane(contact), jobForget, forgetJob{contact, in.At}, in.At); err != nil {
			return err
		}
	}
	line := flows.Line{At: in.At, Who: flows.Event, Kind: "forget_me", Text: "forget_me", Input: in.ID}
	return tx.Append(contact, line)
}

func dropBuried(tx storage.Tx, contact string) error {
	const all = 1 << 20
	buried, err := tx.Buried(all)
	if err != nil {
		return fmt.Errorf("list buried jobs: %w", err)
	}
	worded := []string{jobSay, jobEdit, jobMirror, jobExport, jobHTTP, jobUpdate, jobLine}
	for _, job := range buried {
		whose, err := jobContact(tx, job)
		if err != nil {
			return err
		}
		if whose != contact || !slices.Contains(worded, job.Kind) {
			continue
		}
		if err := tx.Remove(job); err != nil {
			return fmt.Errorf("drop buried job: %w", err)
		}
	}
	return nil
}

// dropAds drops messages of broadcasts that stepped aside: whoever is forgotten
// wants no more of them.
func dropAds(tx storage.Tx, contact string) error {
	waiting, err := tx.Lane(bulkLane(contact), everyJob)
	if err != nil {
		return fmt.Errorf("list messages of broadcasts: %w", err)
	}
	return done(tx, waiting)
}

// everyJob is more than one lane ever holds.
const everyJob = 1 << 20

// hushMirror takes names and words out of what waits for the CRM; stages and
// money still get there.
func hushMirror(tx storage.Tx, contact string) error {
	waiting, err := tx.Lane(crmLane(contact), everyJob)
	if err != nil {
		return fmt.Errorf("list what waits for the CRM: %w", err)
	}
	for _, job := range waiting {
		var payload mirrorJob
		if job.Kind != jobMirror || json.Unmarshal(job.Payload, &payload) != nil {
			continue
		}
		payload.Change = hushed(payload.Change)
		if job.Payload, err = json.Marshal(payload); err != nil {
			return fmt.Errorf("write a change for the CRM: %w", err)
		}
		if err := tx.Save(job); err != nil {
			return fmt.Errorf("write a change for the CRM: %w", err)
		}
	}
	return nil
}

// hushed is a change without what it tells of the person.
func hushed(c crm.Change) crm.Change {
	who := c.Contact
	c.Contact = sales.Contact{ID: who.ID, ChatID: who.ChatID, CreatedAt: who.CreatedAt}
	c.Person, c.PersonFields, c.Fields, c.Title, c.Task, c.CloseTask = false, nil, nil, "", nil, ""
	if !c.Money {
		c.Note = ""
	}
	return c
}

// dropCard forgets the saved card, unless a subscription is still to be charged:
// that is ended in its own way.
func dropCard(tx storage.Tx, contact string) error {
	all, err := tx.Subscriptions(contact)
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	if slices.ContainsFunc(all, charged) {
		return nil
	}
	return tx.PutRef(cardRef(contact), "")
}

type unlinkJob struct{}

// unlinkLater has the ways from a forgotten contact into the CRM and back dropped
// once the CRM has heard all, the task for who deletes its copy included.
func (b *Bot) unlinkLater(tx storage.Tx, turn flows.Turn, in flows.Input) error {
	forgets := func(e flows.Effect) bool { _, is := e.(flows.Forget); return is }
	if !slices.ContainsFunc(turn.Effects, forgets) {
		return nil
	}
	return put(tx, crmLane(turn.Contact.ID), jobUnlink, unlinkJob{}, in.At)
}

// unlink is the job at the end of what the CRM hears of a contact.
func (b *Bot) unlink(_ context.Context, job outbox.Job, _ unlinkJob) (func(storage.Tx) error, error) {
	contact := laneContact(job.Lane)
	return func(tx storage.Tx) error {
		known, err := readMirrored(tx, mirrorRef(contact))
		if err != nil {
			return err
		}
		if known.Deal != "" {
			if err := tx.PutRef(dealRef(known.Deal), ""); err != nil {
				return err
			}
		}
		return tx.PutRef(mirrorRef(contact), "")
	}, nil
}

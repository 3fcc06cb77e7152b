package bot

import (
	"fmt"
	"slices"

	"voronka/flows"
	"voronka/storage"
)

// forget blanks the dialog of a contact within the turn's own transaction, and
// drops what waits for an operator and holds words or names. Goods that were
// paid for and could not be handed over stay; so do orders, payments and what
// the bank said of them.
func (b *Bot) forget(tx storage.Tx, contact string, in flows.Input) error {
	if err := tx.Erase(contact); err != nil {
		return fmt.Errorf("erase journal: %w", err)
	}
	if err := b.dropBuried(tx, contact); err != nil {
		return err
	}
	line := flows.Line{At: in.At, Who: flows.Event, Kind: "forget_me", Text: "forget_me", Input: in.ID}
	return tx.Append(contact, line)
}

func (b *Bot) dropBuried(tx storage.Tx, contact string) error {
	const all = 1 << 20
	buried, err := tx.Buried(all)
	if err != nil {
		return fmt.Errorf("list buried jobs: %w", err)
	}
	for _, job := range buried {
		whose, err := jobContact(tx, job)
		if err != nil {
			return err
		}
		if whose != contact || !slices.Contains([]string{jobSay, jobEdit, jobMirror, jobExport}, job.Kind) {
			continue
		}
		if err := tx.Remove(job); err != nil {
			return fmt.Errorf("drop buried job: %w", err)
		}
	}
	return nil
}

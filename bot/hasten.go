package bot

import (
	"context"
	"errors"
	"fmt"

	"voronka/internal/outbox"
	"voronka/storage"
)

// hastened bounds how many jobs a start looks through.
const hastened = 10_000

// hasten lets what failed on its way to a customer be tried at once: a start
// comes with a token that is known, a network that is up, or a clock that is
// right again. Only a pause that Telegram itself has named is kept.
func (b *Bot) hasten(ctx context.Context) error {
	var waiting []outbox.Job
	err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
		waiting, err = tx.Waiting(hastened)
		return err
	})
	now := b.Now()
	for _, job := range waiting {
		asked := job.Code == ChatFlood || job.Code == ChatPace
		if job.Lane.Destination() != "chat" || job.Attempts == 0 || asked || !job.NotBefore.After(now) {
			continue
		}
		job.NotBefore = now
		err = errors.Join(err, b.Store.Update(ctx, func(tx storage.Tx) error {
			if err := tx.Save(job); !errors.Is(err, outbox.ErrUnknownJob) {
				return err
			}
			return nil // done meanwhile, by another replica
		}))
	}
	if err != nil {
		return fmt.Errorf("hasten what waits for customers: %w", err)
	}
	return nil
}

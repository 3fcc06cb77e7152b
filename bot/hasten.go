package bot

import (
	"context"
	"errors"
	"fmt"

	"voronka/internal/outbox"
	"voronka/storage"
)

// tokenUnknown is the code of what waits because Telegram did not know the bot.
const tokenUnknown = "telegram_token"

// hastened bounds how many jobs a start looks through.
const hastened = 10_000

// hasten lets what waits for a token of Telegram's go at once: a start comes
// with a token that is known, and customers have waited for long enough.
func (b *Bot) hasten(ctx context.Context) error {
	var waiting []outbox.Job
	err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
		waiting, err = tx.Waiting(hastened)
		return err
	})
	now := b.Now()
	for _, job := range waiting {
		if job.Code != tokenUnknown || !job.NotBefore.After(now) {
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
		return fmt.Errorf("hasten what waits for a token: %w", err)
	}
	return nil
}

package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
)

const (
	// hastenPage is how many jobs one look of a start goes through, which takes as
	// long as it has to: a snapshot for each few would cost more.
	hastenPage = 10_000
	// hastenBatch bounds one transaction of it, for customers wait behind it.
	hastenBatch = 250
)

// hasten lets what failed on its way to a customer be tried at once: a start
// comes with a token that is known, a network that is up, or a clock that is
// right again. Only a pause that Telegram itself has named is kept.
func (b *Bot) hasten(ctx context.Context) error {
	now := b.Now()
	for below := int64(0); ; {
		var page []outbox.Job
		err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
			page, err = tx.Latest(below, hastenPage)
			return err
		})
		if err != nil {
			return fmt.Errorf("hasten what waits for customers: %w", err)
		}
		for batch := range slices.Chunk(page, hastenBatch) {
			if !slices.ContainsFunc(batch, func(job outbox.Job) bool { return dawdles(job, now) }) {
				continue
			}
			err := b.Store.Update(ctx, func(tx storage.Tx) error { return spur(tx, batch, now) })
			if err != nil {
				return fmt.Errorf("hasten what waits for customers: %w", err)
			}
			b.runner.Wake()
		}
		if len(page) < hastenPage {
			return nil
		}
		below = page[len(page)-1].ID
	}
}

// spur lets those of a batch begin that dawdle. They are read anew: since they
// were looked at another replica may have begun one, or been told to wait.
func spur(tx storage.Tx, batch []outbox.Job, now time.Time) error {
	for _, seen := range batch {
		if !dawdles(seen, now) {
			continue
		}
		// What has failed stands first in its lane until it is done.
		job, found, err := tx.Head(seen.Lane)
		if err != nil {
			return err
		}
		if !found || job.ID != seen.ID || !dawdles(job, now) {
			continue
		}
		job.NotBefore = now
		if err := tx.Save(job); err != nil {
			return err
		}
	}
	return nil
}

// dawdles tells whether a job waits for a customer's chat by itself: after a
// failure, and not because Telegram asked for it.
func dawdles(job outbox.Job, now time.Time) bool {
	asked := job.Code == ChatFlood || job.Code == ChatPace
	customers := job.Lane.Destination() == "chat" || job.Lane.Destination() == "bulk"
	return customers && job.Attempts > 0 && !asked && job.NotBefore.After(now)
}

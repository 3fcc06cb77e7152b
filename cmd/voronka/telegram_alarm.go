package main

import (
	"cmp"
	"context"

	"voronka/internal/outbox"
	"voronka/storage"
)

// mostAside bounds the look for updates that were put aside.
const mostAside = 200

// telegramAlarms are what keeps the bot from Telegram, and how many updates
// nobody could take.
func (s *service) telegramAlarms() []string {
	var found []string
	if code := cmp.Or(s.poller.Trouble(), s.sender.Trouble()); code != "" {
		found = append(found, s.words.Text(s.Language, "cli.alarm."+code, nil))
	}
	var buried []outbox.Job
	err := s.store.View(context.Background(), func(tx storage.Tx) (err error) {
		buried, err = tx.Buried(mostAside)
		return err
	})
	aside := 0
	for _, job := range buried {
		if job.Kind == "update" {
			aside++
		}
	}
	if err == nil && aside > 0 {
		found = append(found, s.words.Text(s.Language, "cli.alarm.updates_aside", map[string]any{"Many": aside}))
	}
	return found
}

package main

import (
	"cmp"
	"context"

	"voronka/bot"
	"voronka/internal/outbox"
	"voronka/storage"
)

// mostAside bounds the look for updates that were put aside.
const mostAside = 200

// telegramAlarms are what keeps the bot from Telegram.
func (s *service) telegramAlarms() []bot.Alarm {
	code := cmp.Or(s.poller.Trouble(), s.sender.Trouble())
	if code == "" {
		return nil
	}
	return []bot.Alarm{s.alarm("cli", code, nil)}
}

// aside says how many updates nobody could take. The owner hears of each such
// job when it is buried.
func (s *service) aside() []string {
	var buried []outbox.Job
	err := storage.Peek(context.Background(), s.store, func(tx storage.Tx) (err error) {
		buried, err = tx.Buried(mostAside)
		return err
	})
	many := 0
	for _, job := range buried {
		if job.Kind == "update" {
			many++
		}
	}
	if err != nil || many == 0 {
		return nil
	}
	return []string{s.words.Text(s.Language, "cli.alarm.updates_aside", map[string]any{"Many": many})}
}

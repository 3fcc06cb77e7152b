package main

import (
	"context"

	"voronka/bot/telegram"
	"voronka/storage"
)

// firstBotRef holds the id of the bot that the database began with.
const firstBotRef = "telegram/bot"

// claim finds out whose updates the database knows by their bare numbers: those
// of the bot it began with. Another token brings another bot, which counts its
// updates by itself; without its name some would pass for ones that were handled.
func (s *service) claim(ctx context.Context) error {
	own, first := telegram.BotID(string(s.TelegramToken)), ""
	err := storage.Peek(ctx, s.store, func(tx storage.Tx) (err error) {
		first, err = tx.Ref(firstBotRef)
		return err
	})
	if err == nil && first == "" {
		err = s.store.Update(ctx, func(tx storage.Tx) (err error) {
			if first, err = tx.Ref(firstBotRef); err != nil || first != "" {
				return err
			}
			first = own
			return tx.PutRef(firstBotRef, own)
		})
	}
	if err != nil || own == first {
		return err
	}
	s.poller.Bot, s.hook.own = own, telegram.HookAddress(s.Public, own)
	s.log.Warn("the database began with another bot: updates are counted anew, and customers have to write to this one first", "bot", own, "first", first)
	return nil
}

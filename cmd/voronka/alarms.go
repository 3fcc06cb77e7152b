package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"voronka/bot"
)

// bankTrouble is a provider that knows what keeps it from its bank.
type bankTrouble interface{ Trouble() (code, shop string) }

// alarms are what stops a part of the bot as a whole, in words for operators.
func (s *service) alarms() []string {
	var lines []string
	for _, one := range s.wrong() {
		lines = append(lines, one.Text)
	}
	return append(lines, s.aside()...)
}

// wrong is what stops a part of the bot as a whole until a person mends it.
func (s *service) wrong() []bot.Alarm {
	return slices.Concat(s.diskAlarms(), s.telegramAlarms(), s.hookAlarms(), s.bankAlarms(), s.amoAlarms())
}

// alarm is one in the owner's words: those of a code, or of "other" where it
// has none of its own, and for its end those under "over.".
func (s *service) alarm(section, code string, args map[string]any) bot.Alarm {
	one := bot.Alarm{Cause: section + "." + code}
	if !s.words.Has(s.Language, section+".alarm."+code) {
		code, args = "other", map[string]any{"Code": code}
	}
	one.Text = s.words.Text(s.Language, section+".alarm."+code, args)
	if key := section + ".over." + code; s.words.Has(s.Language, key) {
		one.Over = s.words.Text(s.Language, key, nil)
	}
	return one
}

func (s *service) bankAlarms() []bot.Alarm {
	bank, tells := s.bank.(bankTrouble)
	if !tells {
		return nil
	}
	code, shop := bank.Trouble()
	if code == "" {
		return nil
	}
	return []bot.Alarm{s.alarm("cli", "bank_settings", map[string]any{"Code": code, "Shop": shop})}
}

// alarmEvery is how often it is looked at what the owner is to be told. It is
// all in memory.
const alarmEvery = 5 * time.Second

// tellOwner lets the owner hear what is wrong, in their chat.
func (s *service) tellOwner(ctx context.Context) error {
	ticker := time.NewTicker(alarmEvery)
	defer ticker.Stop()
	for {
		_ = s.pen.writes(ctx) // what it finds is among the alarms
		wrong := s.cry.without(s.tellable())
		if err := s.bot.Alarmed(ctx, wrong); err != nil && ctx.Err() == nil {
			s.log.Error("the owner is told at once what is wrong, it cannot be written down", "error", err)
			s.cry.out(ctx, wrong)
		}
		s.cry.calm(ctx, s.wrong())
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// tellable is what is wrong and can be told through Telegram.
func (s *service) tellable() []bot.Alarm {
	var told []bot.Alarm
	for _, one := range s.wrong() {
		if one.Cause == "cli.telegram_token" || one.Cause == "cli.telegram_address" {
			continue // it would arrive when it is over
		}
		one.Text = s.words.Text(s.Language, "cli.alarm.told", map[string]any{"Text": one.Text, "Console": s.console()})
		told = append(told, one)
	}
	return told
}

// owner is the chat that alarms go to; nil where none is set.
func (s *service) owner() *bot.Owner {
	if s.AlarmChat == "" {
		return nil
	}
	chat, _ := strconv.ParseInt(s.AlarmChat, 10, 64)
	return &bot.Owner{Chat: chat, Calls: s.calls}
}

// calls says who waits for a person, with nothing of the customer but where the
// console shows him.
func (s *service) calls(c bot.Calls) string {
	var lines []string
	switch {
	case c.Contact != "":
		lines = append(lines, s.words.Text(s.Language, "cli.alarm.call", map[string]any{"Dialog": s.console() + "dialogs/" + c.Contact}))
	case c.Dialogs > 0:
		lines = append(lines, s.words.Text(s.Language, "cli.alarm.calls", map[string]any{"Count": c.Dialogs, "Console": s.console()}))
	}
	if c.Jobs > 0 {
		lines = append(lines, s.words.Text(s.Language, "cli.alarm.jobs", map[string]any{"Count": c.Jobs, "Work": s.console() + "work"}))
	}
	return strings.Join(lines, "\n\n")
}

// chatID tells whether a setting is the id of a chat (Bot API, Chat: at most 52
// significant bits, negative for groups and channels).
func chatID(s string) bool {
	id, err := strconv.ParseInt(s, 10, 64)
	return err == nil && id != 0 && id < 1<<52 && id > -1<<52
}

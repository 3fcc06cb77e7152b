package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
)

// census is a chat that knows who is in the channel.
type census struct {
	*chat
	answers []func() (bool, error)
}

func (c *census) Member(_ context.Context, channel string, chat int64) (bool, error) {
	if channel != "@news" || chat != 7 || len(c.answers) == 0 {
		return false, &sales.Error{Code: "telegram_refused", Action: sales.Bury}
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return answer()
}

const gate = `start: menu
states:
  menu:
    do: [{subscribed: "@news", to: lesson, else: join, failed: unknown}]
  lesson: {do: [{say: Урок}], end: true}
  join: {do: [{say: Вступите}], end: true}
  unknown: {do: [{say: Не узнать}], end: true}
`

func TestSubscriptionIsAsked(t *testing.T) {
	t.Parallel()
	yes, no := func() (bool, error) { return true, nil }, func() (bool, error) { return false, nil }
	busy := func() (bool, error) { return false, &sales.Error{Code: "telegram_flood", After: time.Second} }
	lost := func() (bool, error) {
		return false, &sales.Error{Code: "telegram_unreachable", Uncertain: true}
	}
	for name, c := range map[string]struct {
		answers []func() (bool, error)
		want    string
	}{
		"inside":           {[]func() (bool, error){yes}, "Урок"},
		"outside":          {[]func() (bool, error){no}, "Вступите"},
		"after a flood":    {[]func() (bool, error){busy, lost, yes}, "Урок"},
		"nobody tells":     {[]func() (bool, error){lost, lost, lost, lost, yes}, "Не узнать"},
		"no administrator": {nil, "Не узнать"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gate, func(config *bot.Config) {
				config.Chat = &census{chat: config.Chat.(*chat), answers: c.answers}
			})
			w.say("/start")
			w.drain()
			for range 6 {
				w.pass(time.Hour)
			}
			if diff := cmp.Diff([]string{c.want}, w.chat.texts()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

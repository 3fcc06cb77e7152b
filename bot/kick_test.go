package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
)

// door is a chat with channels.
type door struct {
	*chat
	out  []string
	fail error
}

func (d *door) Kick(_ context.Context, channel string, chat int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		err := d.fail
		d.fail = nil
		return err
	}
	d.out = append(d.out, fmt.Sprint(channel, " ", chat))
	return nil
}

const club = "start: menu\nstates:\n  menu: {do: [{kick: '@club'}, {say: Пока}], end: true}\n"

func TestKickIsTriedUntilItIsDone(t *testing.T) {
	t.Parallel()
	d := &door{fail: &sales.Error{Code: "telegram_unavailable", Uncertain: true}}
	w := newWorld(t, club, func(c *bot.Config) {
		d.chat = c.Chat.(*chat)
		c.Chat = d
	})
	w.say("/start")
	w.drain()
	w.pass(time.Minute)
	if diff := cmp.Diff([]string{"@club 7"}, d.out); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Пока"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestKickWithoutChannelsIsBuried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, club)
	w.say("/start")
	w.drain()
	if jobs, _ := w.buried(); len(jobs) != 1 {
		t.Errorf("buried: %q", jobs)
	}
}

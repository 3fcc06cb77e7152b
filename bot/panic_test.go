package bot_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"voronka/bot"
	"voronka/flows"
)

// jumpy is a chat that panics the first times it is asked how much room there is.
type jumpy struct {
	*chat
	panics int
}

func (j *jumpy) Room(bot.Urgency) int {
	if j.panics--; j.panics >= 0 {
		panic("on purpose")
	}
	return 1000
}

// TestTheClockSurvivesAPanic lets two ticks panic: the third one rings the timer
// that came due, and the log says where it was.
func TestTheClockSurvivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := newWorld(t, shop)
		w.config.Chat, w.config.Log = &jumpy{w.chat, 2}, slog.New(slog.NewTextHandler(&log, nil))
		w.restart()
		w.handle(flows.Input{Kind: flows.Command, Text: "start"})
		w.clock.pass(time.Hour)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		if err := w.Bot.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(w.chat.texts(), "Напоминаем") {
			t.Errorf("shown: %q", w.chat.texts())
		}
		if n := strings.Count(log.String(), "the clock panicked"); n != 2 || !strings.Contains(log.String(), "bot.(*Bot).ring") {
			t.Errorf("logged %d times: %s", n, log.String())
		}
	})
}

package bot_test

import (
	"context"
	"testing"
	"time"

	"voronka/bot"
	"voronka/sales"
)

// busyButtons is a chat that puts acknowledgements off.
type busyButtons struct {
	*chat
	wait  time.Duration
	tried []int64 // in which chats
}

func (b *busyButtons) Acknowledge(_ context.Context, chat int64, _, _ string) error {
	b.tried = append(b.tried, chat)
	if b.wait > 0 {
		return &sales.Error{Code: bot.ChatFlood, After: b.wait}
	}
	return nil
}

// TestPressWaitsAsLongAsTelegramAsks: a press is acknowledged when Telegram may be
// asked again, unless it is forgotten there by then; the answer waits for nothing.
func TestPressWaitsAsLongAsTelegramAsks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait        time.Duration
		tries, left int
	}{
		"seconds": {30 * time.Second, 2, 1},
		"minutes": {10 * time.Minute, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			busy := &busyButtons{wait: c.wait}
			w := newWorld(t, shop, func(cfg *bot.Config) {
				busy.chat = cfg.Chat.(*chat)
				cfg.Chat, cfg.CRM = busy, nil
			})
			w.toPay()
			if left := w.waiting(); len(left) != c.left || len(w.chat.all()) != 2 {
				t.Fatalf("waiting %q, messages %q", left, w.chat.texts())
			}
			busy.wait = 0
			w.pass(c.wait)
			if len(busy.tried) != c.tries || busy.tried[0] != 7 || len(w.waiting()) != 0 {
				t.Errorf("tried in %v, waiting %q", busy.tried, w.waiting())
			}
		})
	}
}

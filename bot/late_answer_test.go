package bot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
)

// slowAnswers is a Telegram that shows messages and holds its answers back for
// longer than a job may take, as it does near its limits (gotgbot #249).
type slowAnswers struct {
	*chat
	late int
}

func (s *slowAnswers) Send(ctx context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	sent, err := s.chat.Send(ctx, chat, m)
	if s.late--; s.late >= 0 && err == nil {
		<-ctx.Done()
		return bot.Sent{}, &sales.Error{Code: "telegram_unreachable", Uncertain: true, Err: ctx.Err()}
	}
	return sent, err
}

// TestAnswersLaterThanTheJobMayTake: a message whose answer does not come in time
// is one of unknown outcome like any other: it is said once more, not for ever.
func TestAnswersLaterThanTheJobMayTake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late, said       int
		repeated, buried []string
	}{
		"one":      {1, 2, []string{"event: message_repeated 1"}, nil},
		"for ever": {1000, 2, nil, []string{"say uncertain"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "start: a\nstates:\n  a: {do: [{say: Привет}], end: true}\n")
				w.config.Chat = &slowAnswers{w.chat, c.late}
				w.restart()
				w.say("/start")
				w.drain()
				for range 12 {
					w.pass(15 * time.Minute)
				}
				if said := len(w.chat.all()); said != c.said {
					t.Errorf("said %d times, want %d", said, c.said)
				}
				jobs, _ := w.buried()
				if diff := cmp.Diff(c.buried, jobs) + cmp.Diff(c.repeated, w.journal("repeated")); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

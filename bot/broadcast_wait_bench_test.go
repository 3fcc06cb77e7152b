package bot_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"voronka/bot"
	"voronka/sales"
)

// narrow is a chat that takes so many messages of broadcasts a second. With
// gives, those that answers may stand behind come back rather than wait.
type narrow struct {
	*echo
	gives bool
	limit *rate.Limiter
	// left counts down to the end, which done tells.
	left atomic.Int64
	done chan struct{}
}

func (n *narrow) Send(ctx context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	if m.Pace.Urgency == bot.Bulk {
		place := n.limit.Reserve()
		wait := place.Delay()
		if n.gives && m.Pace.Brief && wait > 100*time.Millisecond {
			place.Cancel()
			return bot.Sent{}, &sales.Error{Code: bot.ChatPace, After: wait}
		}
		<-time.After(wait)
	}
	if n.left.Add(-1) == 0 {
		close(n.done)
	}
	return n.echo.Send(ctx, chat, m)
}

func (n *narrow) Room(of bot.Urgency) int {
	if of == bot.Bulk {
		return int(n.limit.Tokens())
	}
	return 1000
}

// BenchmarkBroadcastOfTwoMessages tells customers two messages each, at a pace
// far above Telegram's, and wants two milliseconds for each of them: once where
// those without room wait in the customers' own lanes, and once where they step
// aside.
func BenchmarkBroadcastOfTwoMessages(b *testing.B) {
	const allowed = 1000
	for name, gives := range map[string]bool{"waiting in place": false, "stepping aside": true} {
		b.Run(name, func(b *testing.B) {
			made, chat := manyCustomers(b, 10_000)
			through := &narrow{echo: chat, gives: gives, limit: rate.NewLimiter(allowed, allowed), done: make(chan struct{})}
			through.left.Store(2 * int64(b.N))
			made.Chat = through
			ctx, stop := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			if _, err := made.Announce(ctx, bot.Broadcast{ID: "b1", To: "two", If: "client_id != 'tg:0'"}); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			go func() { ended <- made.Run(ctx) }()
			<-through.done
			b.StopTimer()
			stop()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
		})
	}
}

package telegramtest

import (
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Limits are Telegram's flood limits (core.telegram.org/bots/faq): about one message a second in one
// chat with short bursts, twenty a minute in a group, about thirty a second over all chats.
type Limits struct {
	PerChat rate.Limit // messages a second in one chat; default 1
	Burst   int        // how many may come at once in one chat; default 3
	Group   rate.Limit // messages a second in one group; default 20 a minute
	Overall rate.Limit // messages a second over all chats; default 30
}

// limiter counts what was sent. A nil limiter never refuses.
type limiter struct {
	Limits
	overall *rate.Limiter
	chats   map[string]*rate.Limiter
}

func newLimiter(l *Limits) *limiter {
	if l == nil {
		return nil
	}
	out := &limiter{Limits: *l, chats: map[string]*rate.Limiter{}}
	if out.PerChat == 0 {
		out.PerChat = 1
	}
	if out.Burst == 0 {
		out.Burst = 3
	}
	if out.Group == 0 {
		out.Group = 20.0 / 60
	}
	if out.Overall == 0 {
		out.Overall = 30
	}
	out.overall = rate.NewLimiter(out.Overall, max(1, int(out.Overall)))
	return out
}

// take counts a message against its chat and against all; a refused one costs nothing.
func (l *limiter) take(c *call, now time.Time) *failure {
	message := strings.HasPrefix(c.method, "send") && c.method != "sendChatAction" || strings.HasPrefix(c.method, "edit")
	if l == nil || !message {
		return nil
	}
	chat := l.chats[c.text("chat_id")]
	if chat == nil {
		chat = rate.NewLimiter(l.PerChat, l.Burst)
		if strings.HasPrefix(c.text("chat_id"), "-") {
			chat = rate.NewLimiter(l.Group, 20)
		}
		l.chats[c.text("chat_id")] = chat
	}
	mine, all := chat.ReserveN(now, 1), l.overall.ReserveN(now, 1)
	if wait := max(mine.DelayFrom(now), all.DelayFrom(now)); wait > 0 {
		mine.CancelAt(now)
		all.CancelAt(now)
		return tooManyRequests(wait)
	}
	return nil
}

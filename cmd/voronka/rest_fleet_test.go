package main

import (
	"context"
	"net/http"
	"regexp"
	"testing"
	"time"

	"voronka/bot/telegramtest"
)

// rests tells whether a process says that Telegram has stopped the bot.
func (f *fleet) rests(ctx context.Context, one *ship) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	body, err := get(ctx, "http://"+one.listen+"/metrics")
	return err == nil && regexp.MustCompile(`voronka_telegram_rest_seconds{urgency="reply"} [1-9]`).MatchString(body)
}

// TestFleetKeepsOneRest: Telegram stops the bot for minutes. The process that
// was told so, its neighbour, and one that starts then all leave it alone.
func TestFleetKeepsOneRest(t *testing.T) {
	t.Parallel()
	f, ctx := newFleet(t, "polling", 2)
	f.sail(ctx)
	f.telegram.Inject(telegramtest.Fault{Method: "sendMessage", Times: -1, Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Minute})
	for id := range int64(6) {
		f.customer(90 + id).Start("")
	}
	all := func() bool {
		for _, one := range f.ships {
			if !f.rests(ctx, one) {
				return false
			}
		}
		return true
	}
	if err := comesTrue(ctx, "all processes leave Telegram alone", all); err != nil {
		t.Fatal(err)
	}
	for _, one := range f.ships {
		one.stop()
	}
	calls := len(f.telegram.Sent("sendMessage"))
	f.sail(ctx)
	if err := comesTrue(ctx, "those that start know of the pause", all); err != nil {
		t.Fatal(err)
	}
	f.customer(99).Start("")
	if err := comesTrue(ctx, "the update is taken", func() bool { return f.telegram.Pending() == 0 }); err != nil {
		t.Fatal(err)
	}
	for _, one := range f.ships {
		one.stop()
	}
	if more := len(f.telegram.Sent("sendMessage")) - calls; more > 0 {
		t.Errorf("%d messages were sent into the flood after the restart", more)
	}
}

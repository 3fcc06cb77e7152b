package main

import (
	"testing"
	"time"

	"voronka/bot/telegramtest"
)

// TestStopAnswersWhatItTook: Telegram is slow, customers have written one
// message after another, all of them were acknowledged, and the process is told
// to stop: it answers everybody before it goes.
func TestStopAnswersWhatItTook(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w, ctx := newSickOutside(t, mode)
			w.start()
			if err := w.answers(ctx); err != nil {
				t.Fatal(err)
			}
			w.telegram.Inject(telegramtest.Fault{Method: "sendMessage", Times: -1, Delay: 300 * time.Millisecond})
			var customers []*customer
			for id := range int64(8) {
				one := w.customer(60 + id)
				customers = append(customers, one)
				for range 3 {
					one.Start("")
				}
			}
			for w.telegram.Pending() > 0 || len(w.telegram.Sent("sendMessage")) == 0 {
				if err := pause(ctx, 5*time.Millisecond); err != nil {
					t.Fatal(err)
				}
			}
			w.stop()
			heard := make([]int, len(customers))
			for i, one := range customers {
				heard[i] = len(one.Messages())
			}
			w.start()
			w.settled(ctx)
			w.stop()
			for i, one := range customers {
				if all := len(one.Messages()); all != heard[i] || all < 6 {
					t.Errorf("customer %d: %d of %d messages before the next start", one.ID(), heard[i], all)
				}
			}
		})
	}
}

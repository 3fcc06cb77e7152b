package bot_test

import (
	"testing"
	"time"

	"voronka/sales"
)

// TestDowntimeOverMonthsOfASubscription has nobody look for a day, a week and three
// months over a due charge: one period is charged, the current one, and what nobody
// was served for is not paid for.
func TestDowntimeOverMonthsOfASubscription(t *testing.T) {
	t.Parallel()
	for _, down := range []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 95 * 24 * time.Hour} {
		t.Run(down.String(), func(t *testing.T) {
			t.Parallel()
			h, _ := subscribed(t)
			until := h.only().Until
			h.clock.pass(until.Add(down).Sub(h.clock.Now()))
			h.bank.Tick(h.clock.Now())
			h.live()
			for range 20 {
				h.settle()
				h.pass(time.Minute)
			}
			one := h.only()
			if one.Status != sales.SubscriptionActive || h.charges() != 1 || !h.chat.member() {
				t.Errorf("%s, %d charges, in the channel: %t", one.Status, h.charges(), h.chat.member())
			}
			if left := one.Until.Sub(h.clock.Now()); left < 20*24*time.Hour || left > 31*24*time.Hour {
				t.Errorf("what was paid for lasts for %s", left)
			}
			if fault := h.judge(); fault != "" {
				t.Error(fault)
			}
		})
	}
}

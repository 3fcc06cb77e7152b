package telegram

import (
	"testing"
	"testing/synctest"
	"time"

	core "voronka/bot"
	"voronka/sales"
)

// TestAStopHoldsThoseThatWait: a message that waits its second out does not
// leave into a chat that Telegram has stopped meanwhile.
func TestAStopHoldsThoseThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPace(30, time.Now)
		for n := range chatBurst {
			if err := p.enter(t.Context(), 7, core.Pace{Urgency: core.Reply, Nth: n}); err != nil {
				t.Fatal(err)
			}
		}
		ended := make(chan error, 1)
		go func() { ended <- p.enter(t.Context(), 7, core.Pace{Urgency: core.Reply, Nth: chatBurst}) }()
		synctest.Wait()
		p.heard(7, core.Reply, time.Minute)
		coded := sales.AsError(<-ended)
		if coded == nil || coded.Code != core.ChatFlood || coded.After < 58*time.Second {
			t.Errorf("it leaves: %+v", coded)
		}
	})
}

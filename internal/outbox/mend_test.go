package outbox_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/outbox"
)

// TestClockGoesBack enqueues by a clock that is five hours ahead; it is set
// right, before the start or while the runner runs, and nobody waits for five
// hours. What was to wait for an hour waits for an hour.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	for name, runs := range map[string]bool{"before the start": false, "while it runs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				d := &diary{begun: time.Now()}
				r := runner(m, map[string]outbox.Route[tx]{"say": {Handle: d.handle}})
				if runs {
					start(t, r)
					pass(10 * time.Second)
				}
				ahead := time.Now().Add(5 * time.Hour)
				err := m.Update(t.Context(), func(tx tx) error {
					for lane, wait := range map[outbox.Lane]time.Duration{"chat/tg:1": 0, "chat/tg:2": time.Hour} {
						job, err := outbox.New(lane, "say", string(lane), ahead)
						if err != nil {
							return err
						}
						job.NotBefore = ahead.Add(wait)
						if _, err := tx.Enqueue(job); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if !runs {
					start(t, r)
				}
				pass(time.Minute)
				synctest.Wait()
				if lines := d.read(); len(lines) != 1 || !strings.HasPrefix(lines[0], "chat/tg:1 ") {
					t.Errorf("after a minute: %v", lines)
				}
				pass(time.Hour)
				synctest.Wait()
				if lines := d.read(); len(lines) != 2 || !strings.HasPrefix(lines[1], "chat/tg:2 1h") {
					t.Errorf("after an hour: %v", lines)
				}
			})
		})
	}
}

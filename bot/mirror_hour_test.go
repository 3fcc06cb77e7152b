package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"voronka/crm/amocrmtest"
)

// TestAmoCRMIsDownForAnHour sells for an hour in which amoCRM answers nothing of
// use: the customers hear their answers at once, and when it is back each of them
// is there as the store has it, once.
func TestAmoCRMIsDownForAnHour(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]amocrmtest.FaultKind{
		"pages of HTML":   amocrmtest.BadGateway,
		"served, cut off": amocrmtest.DropAfter,
		"no connection":   amocrmtest.DropBefore,
		"429":             amocrmtest.TooManyRequests,
		"403":             amocrmtest.Forbidden,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const customers = 6
				m := newMirrorWorld(t, uint64(len(name)))
				m.account.Inject(amocrmtest.Fault{Kind: kind, Times: -1})
				for number := range customers {
					m.comes(number)
					m.pass(5 * time.Minute)
					m.pays(number)
					m.pass(5 * time.Minute)
				}
				if n := len(m.chat.texts()); n < 4*customers {
					t.Errorf("the customers heard %d messages while the CRM was away", n)
				}
				m.account.Heal()
				m.account.Unblock()
				m.settle()
				m.end(false)
				m.dead.Wait()
				if buried, _ := m.buried(); len(buried)+len(m.waiting()) > 0 {
					t.Errorf("buried %q, waiting %q", buried, m.waiting())
				}
				m.judge(customers)
			})
		})
	}
}

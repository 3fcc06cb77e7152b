package payments_test

import (
	"slices"
	"testing"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// asked lists when a payment would be asked about if it stayed silent for ever.
func asked(p sales.Payment, expire bool) []time.Duration {
	life, moments := payments.NewLife(), []time.Duration{}
	for now := noon; ; p.Checks++ {
		if p.CheckAt = payments.NextCheck(p, now); p.CheckAt.IsZero() || len(moments) > 1000 {
			return moments
		}
		now = p.CheckAt
		moments = append(moments, now.Sub(noon))
		if expire && now.After(p.ExpiresAt) {
			p, _ = life.Expire(p, now)
		}
	}
}

func TestNextCheckFollowsALink(t *testing.T) {
	t.Parallel()
	s, m, h := time.Second, time.Minute, time.Hour
	want := []time.Duration{
		15 * s, 30 * s, m, 2 * m, 3 * m, 4 * m, 5 * m, 7 * m, 9 * m, 11 * m, 13 * m, 15 * m, 20 * m, 25 * m,
		31 * m, 45 * m, 90 * m, 6*h + 30*m, 24*h + 30*m, 40*h + 30*m, 72*h + 30*m,
	}
	if got := asked(linked(), true); !slices.Equal(got, want) {
		t.Errorf("asked after %v, want %v", got, want)
	}
	fresh := linked()
	fresh.Status = sales.PaymentNew
	if got := asked(fresh, true); got[0] != 31*m {
		t.Errorf("a payment without a link is first asked about after %v", got[0])
	}
}

func TestNextCheckGivesUp(t *testing.T) {
	t.Parallel()
	endless, held := linked(), linked()
	endless.ExpiresAt = time.Time{}
	held.Status = sales.PaymentHeld
	for name, p := range map[string]sales.Payment{"no expiry": endless, "held": held, "never closed": linked()} {
		got := asked(p, false)
		if n := len(got); n < 100 || n > 200 || got[n-1] > 31*24*time.Hour {
			t.Errorf("%s: %d questions, the last after %v", name, n, got[n-1])
		}
	}
	for _, status := range []sales.PaymentStatus{sales.PaymentPaid, sales.PaymentOther, sales.PaymentRefused, sales.PaymentRefunded, sales.PaymentPartly} {
		p := linked()
		p.Status = status
		if at := payments.NextCheck(p, noon); !at.IsZero() {
			t.Errorf("%s is asked about at %v", status, at)
		}
	}
}

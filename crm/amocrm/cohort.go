package amocrm

import (
	"context"
	"sync"
	"time"
)

// cohorts put changes that are repeated in the order in which they began, by the
// fifty: the calls of those that began first go first. Without it hundreds of
// changes that each need a few calls one after another would all be half done, and
// none whole, when the process stops, or when their time is over. Fifty fill a
// request. Other changes keep to the order of their calls: requests are fuller so.
type cohorts struct {
	mu    sync.Mutex
	began time.Time
	size  int
}

// cohortTime is how long a cohort is open: where little is going on nobody waits
// for company.
const cohortTime = time.Second

type cohortKey struct{}

// join makes what is called in the context one of the cohort that begins now.
func (c *cohorts) join(ctx context.Context) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); c.size == batchSize || now.Sub(c.began) >= cohortTime {
		if !now.After(c.began) {
			now = c.began.Add(1)
		}
		c.began, c.size = now, 0
	}
	c.size++
	return context.WithValue(ctx, cohortKey{}, c.began)
}

// turnOf is when the change of a call began; a call of none begins by itself.
func turnOf(ctx context.Context, came time.Time) time.Time {
	if began, given := ctx.Value(cohortKey{}).(time.Time); given {
		return began
	}
	return came
}

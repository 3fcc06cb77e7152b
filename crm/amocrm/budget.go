package amocrm

import "time"

// Budget is how fast an account is called.
type Budget struct {
	// Allowed is how many requests a second may leave now: this process's part,
	// less while amoCRM answers 429.
	Allowed float64
	// Sent counts the requests that were answered, or were to be.
	Sent int
	// Waiting is how many calls wait for their turn.
	Waiting int
	// Rest is how long nothing is sent after a 429, Stop how long after a refusal
	// of everything (403, 401, 402); then one call tries.
	Rest, Stop time.Duration
}

// Budget tells how fast the account is called at this moment.
func (c *CRM) Budget() Budget {
	c.api.gate.mu.Lock()
	waiting := len(c.api.gate.waiting)
	c.api.gate.mu.Unlock()
	p := c.api.gate.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	b := Budget{Allowed: float64(p.budget.Limit()), Sent: p.sent, Waiting: waiting, Rest: max(0, p.until.Sub(now))}
	if p.stopped != nil {
		b.Stop = max(0, p.retry.Sub(now))
	}
	return b
}

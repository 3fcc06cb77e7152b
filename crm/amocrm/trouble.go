package amocrm

import "time"

// Trouble is the code of what keeps the whole account out of reach, empty when
// nothing does: crm_token, crm_grant, crm_denied, crm_unpaid. It is what the
// last call met.
func (c *CRM) Trouble() string {
	c.api.gate.pace.mu.Lock()
	defer c.api.gate.pace.mu.Unlock()
	return c.api.gate.pace.trouble
}

// TokenEnds is when the long-lived token ends; zero when it does not tell, or
// there is none.
func (c *CRM) TokenEnds() time.Time {
	if c.cfg.Access != nil {
		return time.Time{}
	}
	return Ends(c.cfg.Token)
}

// Resume lets calls go at once after a full stop: somebody has mended what
// stopped them.
func (c *CRM) Resume() {
	c.api.gate.pace.mu.Lock()
	defer c.api.gate.pace.mu.Unlock()
	c.api.gate.pace.stopped = nil
}

// Share tells among how many processes the account's budget is divided.
func (c *CRM) Share(processes int) { c.api.gate.pace.share(processes, c.cfg.RequestsPerSecond) }

package telegram

import (
	"maps"
	"time"

	core "voronka/bot"
)

// Call stands among the urgencies of a Tally for calls that show no message.
const Call core.Urgency = "call"

// Tally counts what was sent since the process began, and how it is bounded.
type Tally struct {
	// Sent counts messages by who waits for them, and calls; Refused those of them
	// that Telegram refused as too frequent (429).
	Sent, Refused map[core.Urgency]int
	// Allowed is how many messages a second may leave that no customer waits for,
	// and of broadcasts: this process's part. Empty where there is no bound.
	Allowed map[core.Urgency]float64
}

// Tally tells what was sent so far.
func (s *Sender) Tally() Tally { return s.pace.tallied() }

// count takes note of one that was sent; p.mu is held.
func (p *pace) count(of core.Urgency, after time.Duration) {
	if p.tally.Sent == nil {
		p.tally.Sent, p.tally.Refused = map[core.Urgency]int{}, map[core.Urgency]int{}
	}
	p.tally.Sent[of]++
	if after > 0 {
		p.tally.Refused[of]++
	}
}

func (p *pace) tallied() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := Tally{Sent: maps.Clone(p.tally.Sent), Refused: maps.Clone(p.tally.Refused)}
	if p.per > 0 {
		told.Allowed = map[core.Urgency]float64{core.Unasked: p.purse.part, core.Bulk: p.purse.part * bulkShare}
	}
	return told
}

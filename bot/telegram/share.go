package telegram

import (
	"time"

	"golang.org/x/time/rate"
)

// purse is what a bot's processes have in common of the budget.
type purse struct {
	// part is this process's share of it, in messages a second.
	part float64
	// spent counts the messages that took from it since the moment since.
	spent int
	since time.Time
}

// Spent tells how many messages a second left of late that no customer waited
// for. It counts anew with each call.
func (s *Sender) Spent() float64 { return s.pace.spend() }

// Share tells among how many processes of the same bot the budget is divided,
// and what the others took of it a second: what they leave is this one's, and
// never less than an equal part.
func (s *Sender) Share(processes int, others float64) { s.pace.share(processes, others) }

func (p *pace) spend() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	passed := now.Sub(p.purse.since)
	if passed <= 0 {
		return 0
	}
	spent := float64(p.purse.spent) / passed.Seconds()
	p.purse.spent, p.purse.since = 0, now
	return spent
}

func (p *pace) share(processes int, others float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	part := max(p.per/float64(max(1, processes)), p.per-max(0, others))
	if part == p.purse.part {
		return
	}
	p.purse.part = part
	now := p.now()
	for limiter, part := range map[*rate.Limiter]float64{p.all: part, p.bulk: part * bulkShare} {
		limiter.SetLimitAt(now, rate.Limit(part))
		limiter.SetBurstAt(now, max(1, int(part)))
	}
}

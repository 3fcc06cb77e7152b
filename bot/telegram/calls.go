package telegram

import (
	"time"

	core "voronka/bot"
	"voronka/sales"
)

// calls keeps what Telegram asked of calls that show no message: pressed buttons,
// signs of typing, links into channels and who is there. Each waits for itself,
// for a channel that takes no more links says nothing about messages; and all of
// them for the bot.
type calls struct {
	flood
	// until is when a call may be made again, by its method and whom it is about.
	until map[string]time.Time
}

// manyCalls is how many are remembered before those that are over are dropped.
const manyCalls = 1024

// heedful makes a call that shows no message, unless Telegram wants to be left
// alone with it, or with the chat (zero: none), or altogether; and takes note
// of how it was answered.
func (s *Sender) heedful(what string, chat int64, call func() error) error {
	if err := s.pace.admit(what, chat); err != nil {
		return err
	}
	err := call()
	s.pace.answered(what, waitOf(err))
	return err
}

// admit is the error of a call that must not be made yet.
func (p *pace) admit(what string, chat int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	until := p.talk.until
	if one := p.chats[chat]; one != nil && chat != 0 && one.until.After(until) {
		until = one.until
	}
	for _, other := range []time.Time{p.calls.flood.until, p.calls.until[what]} {
		if other.After(until) {
			until = other
		}
	}
	if !until.After(now) {
		return nil
	}
	return &sales.Error{Code: core.ChatFlood, Action: sales.Retry, After: until.Sub(now), Message: "telegram's limits"}
}

// answered takes note of how a call was answered; after is how long Telegram
// asks to wait, zero when it served it.
func (p *pace) answered(what string, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.count(Call, after)
	if after <= 0 {
		p.calls.taken(now)
		return
	}
	if p.calls.until == nil {
		p.calls.until = map[string]time.Time{}
	}
	if len(p.calls.until) >= manyCalls {
		for known, until := range p.calls.until {
			if !until.After(now) {
				delete(p.calls.until, known)
			}
		}
	}
	p.calls.until[what] = now.Add(after)
	p.calls.refused(what, now, after)
}

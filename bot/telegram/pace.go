package telegram

import (
	"context"
	"math"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	core "voronka/bot"
	"voronka/sales"
)

// Telegram's limits as its FAQ tells them (core.telegram.org/bots/faq, "My bot
// is hitting limits"): about a message a second in one chat, where short bursts
// pass, 20 a minute in a group, about 30 a second to many. Answers to people who
// write are no part of the last one (tdlib/td #1834).
const (
	chatRate   = rate.Limit(1)
	chatBurst  = 3
	groupRate  = rate.Limit(20.0 / 60)
	groupBurst = 20
	// freeRate is what Telegram takes for nothing; above it a broadcast costs Stars.
	freeRate = 30
	// sickRest is how long broadcasts stop when Telegram says that it is sick.
	sickRest = 30 * time.Second
	// bulkShare is the part of the budget that a broadcast may take at most; the
	// rest is left to reminders.
	bulkShare = 5.0 / 6
	// longestWait is how long a message is held back in its job; one that has to
	// wait longer makes room for others and comes back.
	longestWait = 5 * time.Second
	// briefWait is the same for one that answers may stand behind.
	briefWait = 100 * time.Millisecond
	// heldMost is how many messages that nobody waits for are held back at once:
	// each keeps a place where an answer could run.
	heldMost = 256
	// manyChats is how many chats are remembered before those at rest are dropped.
	manyChats = 4096
)

// pace keeps Telegram's limits. What a customer waits for is never held back
// for the sake of others: the first few messages of an answer leave at once,
// and only those behind them keep the chat's own second.
type pace struct {
	now func() time.Time
	// per is the budget of messages a second that nobody waits for; zero turns
	// every limit off but those that Telegram itself names in a refusal.
	per float64

	mu    sync.Mutex
	all   *rate.Limiter // what nobody waits for
	bulk  *rate.Limiter // broadcasts, within all
	purse purse
	// later and laterBulk are when those who were sent away last have their turn.
	later, laterBulk time.Time

	chats map[int64]*chatPace
	// crowded is how many chats there may be before those at rest are dropped.
	crowded int
	// replies and broadcasts are judged apart: a refused broadcast says nothing
	// about answers.
	talk, crowd flood
	calls       calls
	tally       Tally
}

type chatPace struct {
	*rate.Limiter
	// until is when the chat may be written to again.
	until time.Time
}

func newPace(per float64, now func() time.Time) *pace {
	burst := max(1, int(per))
	return &pace{
		now: now, per: per, purse: purse{part: per, since: now()}, chats: map[int64]*chatPace{},
		all: rate.NewLimiter(rate.Limit(per), burst), bulk: rate.NewLimiter(rate.Limit(per*bulkShare), max(1, int(per*bulkShare))),
	}
}

// enter waits for a message's turn, as long as that is short; else the error
// says when to come back.
func (p *pace) enter(ctx context.Context, chat int64, of core.Pace) error {
	wait, why := p.reserve(chat, of)
	switch {
	case wait <= 0:
		return nil
	case why != "":
		return &sales.Error{Code: why, After: wait, Message: "telegram's limits"}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return p.awoken(chat, of)
	case <-ctx.Done():
		return &sales.Error{Code: "telegram_stopped", Err: ctx.Err()}
	}
}

// awoken looks again after a wait: Telegram may have stopped the chat, or the
// bot, meanwhile.
func (p *pace) awoken(chat int64, of core.Pace) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	until := p.closed(chat, of.Urgency)
	if !until.After(now) {
		return nil
	}
	return &sales.Error{Code: core.ChatFlood, After: until.Sub(now) + p.stagger(of.Urgency, now), Message: "telegram's limits"}
}

// reserve takes a message's place and tells how long it is away; with a code
// there was no place to take.
func (p *pace) reserve(chat int64, of core.Pace) (wait time.Duration, code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if until := p.closed(chat, of.Urgency); until.After(now) {
		return until.Sub(now) + p.stagger(of.Urgency, now), core.ChatFlood
	}
	if p.per == 0 {
		return 0, ""
	}
	var taken []*rate.Reservation
	take := func(from *rate.Limiter) { taken = append(taken, from.ReserveN(now, 1)) }
	mine := p.chat(chat, now)
	if of.Urgency == core.Reply && of.Nth < chatBurst {
		mine.AllowN(now, 1)
		return 0, ""
	}
	take(mine.Limiter)
	if of.Urgency != core.Reply {
		take(p.all)
	}
	if of.Urgency == core.Bulk {
		take(p.bulk)
	}
	for _, one := range taken {
		wait = max(wait, one.DelayFrom(now))
	}
	if wait > p.patience(of) {
		for _, one := range taken {
			one.CancelAt(now)
		}
		if alone := taken[0].DelayFrom(now) == wait; alone || of.Brief {
			return wait, core.ChatPace // its chat has no room, or it has not queued yet
		}
		return p.queue(of.Urgency, now, wait), core.ChatPace
	}
	if of.Urgency != core.Reply {
		p.purse.spent++
	}
	return wait, ""
}

// queue tells one who is sent away when its turn is, behind others who were: if
// all came back at once, hardly any would find room. mu is held.
func (p *pace) queue(of core.Urgency, now time.Time, wait time.Duration) time.Duration {
	end, part := &p.later, p.purse.part
	if of == core.Bulk {
		end, part = &p.laterBulk, part*bulkShare
	}
	if first := now.Add(wait); end.Before(first) {
		*end = first
	}
	turn := end.Sub(now)
	*end = end.Add(time.Duration(float64(time.Second) / part))
	return turn
}

// patience is how long a message may be held back in its job.
func (p *pace) patience(of core.Pace) time.Duration {
	switch {
	case of.Brief:
		return briefWait
	case of.Urgency == core.Reply:
		return longestWait
	}
	return min(longestWait, time.Duration(heldMost/p.per*float64(time.Second)))
}

// closed is until when Telegram has forbidden a chat, or all of an urgency.
func (p *pace) closed(chat int64, of core.Urgency) time.Time {
	until := p.talk.until
	if of == core.Bulk && p.crowd.until.After(until) {
		until = p.crowd.until
	}
	if one := p.chats[chat]; one != nil && one.until.After(until) {
		until = one.until
	}
	return until
}

// stagger spreads what waits for the same moment over the seconds behind it, so
// that it does not all come at once: the bot was stopped for that.
func (p *pace) stagger(of core.Urgency, now time.Time) time.Duration {
	if p.per == 0 || of == core.Bulk {
		return 0 // a broadcast keeps its own pace
	}
	from := &p.talk
	if from.until.Before(now) {
		return 0
	}
	from.waiting++
	return time.Duration(float64(from.waiting) / p.purse.part * float64(time.Second))
}

// chat is the pace of one chat.
func (p *pace) chat(id int64, now time.Time) *chatPace {
	if one := p.chats[id]; one != nil {
		return one
	}
	if len(p.chats) >= max(p.crowded, manyChats) {
		for id, one := range p.chats {
			if one.until.Before(now) && one.TokensAt(now) >= float64(one.Burst()) {
				delete(p.chats, id)
			}
		}
		p.crowded = 2 * len(p.chats) // so that looking through them stays cheap for each
	}
	one := &chatPace{Limiter: rate.NewLimiter(chatRate, chatBurst)}
	if id < 0 {
		one.Limiter = rate.NewLimiter(groupRate, groupBurst)
	}
	p.chats[id] = one
	return one
}

// heard takes note of how a message was answered: after is how long Telegram
// asks to wait, zero when it was taken.
func (p *pace) heard(chat int64, of core.Urgency, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	kind := &p.talk
	if of == core.Bulk {
		kind = &p.crowd
	}
	p.count(of, after)
	if after <= 0 {
		kind.taken(now)
		return
	}
	p.chat(chat, now).until = now.Add(after)
	kind.refused(strconv.FormatInt(chat, 10), now, after)
}

// rest stops broadcasts for a while.
func (p *pace) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(sickRest); until.After(p.crowd.until) {
		p.crowd.until = until
	}
}

// prolong keeps messages of an urgency back for so long at least.
func (p *pace) prolong(of core.Urgency, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := p.now().Add(wait)
	kind := &p.talk
	if of == core.Bulk {
		kind = &p.crowd
	}
	if !kind.until.After(p.now()) {
		kind.waiting = 0
	}
	if until.After(kind.until) {
		kind.until = until
	}
}

// rests is until when Telegram has forbidden messages of an urgency.
func (p *pace) rests(of core.Urgency) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed(0, of)
}

// room is how many messages of an urgency could leave now without waiting.
func (p *pace) room(of core.Urgency) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	switch {
	case p.closed(0, of).After(now):
		return 0
	case p.per == 0 || of == core.Reply:
		return math.MaxInt32
	case of == core.Bulk:
		reserve := p.purse.part * (1 - bulkShare)
		return int(min(p.bulk.TokensAt(now), p.all.TokensAt(now)-reserve))
	}
	return int(p.all.TokensAt(now))
}

package bot

import (
	"context"
	"fmt"
	"time"

	"voronka/storage"
)

// Sleeper is a chat that can be told of a pause that somebody else was asked
// for: a process before this one, or another one of the same bot.
type Sleeper interface {
	// Account is whose pauses they are: another bot has its own.
	Account() string
	// Resting is for how long messages of an urgency are kept back, by the chat's
	// own clock, which no jump of the machine's disturbs.
	Resting(of Urgency) time.Duration
	// Rest keeps messages of an urgency back for so long: Reply stands for all of
	// them. A longer pause stays as it is.
	Rest(of Urgency, wait time.Duration)
}

// restRef is where it is kept until when the channel wants to be left alone by a
// bot. It holds JSON: its field names are a promise.
func restRef(account string) string { return "rest/" + account }

// rest is until when nothing is said at all, and nothing of broadcasts, as it
// was known at a moment.
type rest struct {
	At   time.Time `json:"at,omitzero"`
	All  time.Time `json:"all,omitzero"`
	Bulk time.Time `json:"bulk,omitzero"`
}

// clockSkew is how far a neighbour's clock may be ahead.
const clockSkew = 2 * time.Second

// by is the rest by a clock that was set right after it was written: no pause
// becomes longer than it was.
func (r rest) by(now time.Time) rest {
	if wrong := r.At.Sub(now); wrong > clockSkew {
		r.At, r.All, r.Bulk = now, r.All.Add(-wrong), r.Bulk.Add(-wrong)
	}
	return r
}

func (r rest) with(all, bulk time.Time) rest {
	return rest{r.At, latest(r.All, all), latest(r.Bulk, bulk)}
}

// within tells whether a rest is as long as another, but for a moment.
func (r rest) within(other rest, moment time.Duration) bool {
	return !r.All.After(other.All.Add(moment)) && !r.Bulk.After(other.Bulk.Add(moment))
}

func (r rest) equal(other rest) bool {
	return r.At.Equal(other.At) && r.All.Equal(other.All) && r.Bulk.Equal(other.Bulk)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// pause keeps the channel's pauses in the store.
type pause struct {
	*Bot
	chat Sleeper
	// stored is what was read or written last, known the same by this clock.
	stored, known rest
}

// pauseOf is nil where the chat knows no pauses.
func (b *Bot) pauseOf() *pause {
	if chat, able := b.Chat.(Sleeper); able {
		return &pause{Bot: b, chat: chat}
	}
	return nil
}

// restLook is how often pauses are shared. Who is asked for one in between
// hears of it by himself.
const restLook = time.Second

// keep shares pauses until ctx ends.
func (p *pause) keep(ctx context.Context) {
	ticker := time.NewTicker(restLook)
	defer ticker.Stop()
	well := true
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := p.share(ctx)
		if err != nil && well && ctx.Err() == nil {
			p.Log.Warn("a pause that the channel asked for is not kept", "error", err)
		}
		well = err == nil
	}
}

// last keeps what the last messages of a process met.
func (p *pause) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := p.share(ctx); err != nil {
		p.Log.Warn("a pause that the channel asked for is not kept", "error", err)
	}
}

// recall lets the chat wait for as long as the store says.
func (p *pause) recall(ctx context.Context) error {
	var stored rest
	err := p.peek(ctx, func(tx storage.Tx) error {
		stored = rest{}
		return loadJSON(tx, restRef(p.chat.Account()), &stored)
	})
	if err != nil {
		return fmt.Errorf("recall the channel's pause: %w", err)
	}
	if stored.equal(p.stored) {
		return nil
	}
	now := p.Now()
	p.stored, p.known = stored, stored.by(now)
	p.chat.Rest(Reply, p.known.All.Sub(now))
	p.chat.Rest(Bulk, p.known.Bulk.Sub(now))
	return nil
}

// share tells the chat what others were asked for, and others what it was.
func (p *pause) share(ctx context.Context) error {
	if p.Lead != nil { // there are others
		if err := p.recall(ctx); err != nil {
			return err
		}
	}
	now := p.Now()
	mine := p.known.with(p.ends(Reply, now), p.ends(Bulk, now))
	if mine.within(p.known, clockSkew) {
		return nil
	}
	err := p.Store.Update(ctx, func(tx storage.Tx) error {
		var stored rest
		if err := loadJSON(tx, restRef(p.chat.Account()), &stored); err != nil {
			return err
		}
		stored = stored.by(now)
		mine = mine.with(stored.All, stored.Bulk)
		mine.At = now
		return putJSON(tx, restRef(p.chat.Account()), mine)
	})
	if err != nil {
		return fmt.Errorf("keep the channel's pause: %w", err)
	}
	// JSON keeps no monotonic clock: what is read back must be the same.
	p.known = rest{mine.At.Round(0), mine.All.Round(0), mine.Bulk.Round(0)}
	p.stored = p.known
	return nil
}

// ends is when the chat's pause does, zero where there is none.
func (p *pause) ends(of Urgency, now time.Time) time.Time {
	if left := p.chat.Resting(of); left > 0 {
		return now.Add(left)
	}
	return time.Time{}
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"time"

	"voronka/bot"
	"voronka/storage"
)

// penRef is what is written to see whether anything can be.
const penRef = "ready"

const (
	// penRest is how long a database that could be written is believed, penRetry
	// how long one that could not: it is asked by whoever comes to /readyz.
	penRest  = 20 * time.Second
	penRetry = 5 * time.Second
	// penMemory is how long a turn that found no room counts although a few bytes
	// can be written: they may fit where a turn does not.
	penMemory = time.Minute
	// penPatience is how long a trial may take, and penWorry how long trials may
	// fail without a reason that a person must mend.
	penPatience = 2 * time.Second
	penWorry    = time.Minute
)

// pen tells whether the database can be written. What is committed can be read
// even where it cannot.
type pen struct {
	store storage.Store
	now   func() time.Time

	mu    sync.Mutex
	tried time.Time
	// err is why nothing can be written, since when; nil while it can.
	err   error
	since time.Time
	// refused is when a turn found no room last, and why.
	refused time.Time
	reason  error
}

func newPen(store storage.Store, now func() time.Time) *pen { return &pen{store: store, now: now} }

// writes tells why nothing can be written, nil where it can. It tries, unless
// that was done a moment ago.
func (p *pen) writes(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, rest := p.now(), penRest
	if p.err != nil {
		rest = penRetry
	}
	if waited := now.Sub(p.tried); waited < 0 || waited >= rest {
		p.tried = now
		p.note(p.try(ctx), now)
	}
	return p.err
}

func (p *pen) try(ctx context.Context) error {
	// Who asked may leave, the others want to know.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), penPatience)
	defer cancel()
	return p.store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef(penRef, p.now().UTC().Format(time.RFC3339)) })
}

// note keeps how a trial ended.
func (p *pen) note(err error, now time.Time) {
	if err == nil && p.reason != nil && now.Sub(p.refused) < penMemory {
		err = p.reason
	}
	if err == nil {
		p.since, p.reason = time.Time{}, nil
	} else if p.err == nil {
		p.since = now
	}
	p.err = err
}

// failed is told how a turn ended. What keeps all turns from being kept counts.
func (p *pen) failed(err error) {
	if !noRoom(err) && !errors.Is(err, syscall.EROFS) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused, p.reason = p.now(), err
	p.note(err, p.refused)
}

// trouble is why nothing can be written, as a code of an alarm; empty where it can.
func (p *pen) trouble() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err == nil:
		return ""
	case noRoom(p.err):
		return "disk_full"
	case errors.Is(p.err, syscall.EROFS):
		return "disk_read_only"
	case p.now().Sub(p.since) >= penWorry:
		return "database_unwritten"
	}
	return ""
}

func (s *service) diskAlarms() []bot.Alarm {
	code := s.pen.trouble()
	if code == "" {
		return nil
	}
	return []bot.Alarm{s.alarm("cli", code, nil)}
}

// cryAgain is how long nothing more is said of one cause.
const cryAgain = time.Hour

// cry tells the owner what is wrong while it cannot be written down, and so
// cannot wait in the queue. What it told is forgotten with the process.
type cry struct {
	tell  func(ctx context.Context, text string) error
	now   func() time.Time
	log   *slog.Logger
	heard map[string]heard
}

// heard is what the owner was told of a cause past the queue.
type heard struct {
	at   time.Time
	over string
	open bool
}

// without leaves out what the owner was told of already.
func (c *cry) without(wrong []bot.Alarm) []bot.Alarm {
	var rest []bot.Alarm
	for _, one := range wrong {
		if !c.heard[one.Cause].open {
			rest = append(rest, one)
		}
	}
	return rest
}

// out tells of the database; all else can wait until it is well.
func (c *cry) out(ctx context.Context, wrong []bot.Alarm) {
	for _, one := range wrong {
		known, was := c.heard[one.Cause]
		if !strings.HasPrefix(one.Cause, "cli.disk_") && one.Cause != "cli.database_unwritten" || was && c.now().Sub(known.at) < cryAgain {
			continue
		}
		if c.say(ctx, one.Text) {
			c.heard[one.Cause] = heard{at: c.now(), over: one.Over, open: true}
		}
	}
}

// calm tells that what was told of is over.
func (c *cry) calm(ctx context.Context, wrong []bot.Alarm) {
	still := map[string]bool{}
	for _, one := range wrong {
		still[one.Cause] = true
	}
	for cause, known := range c.heard {
		if known.open && !still[cause] && (known.over == "" || c.say(ctx, known.over)) {
			known.open = false
			c.heard[cause] = known
		}
	}
}

func (c *cry) say(ctx context.Context, text string) bool {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := c.tell(ctx, text)
	if err != nil {
		c.log.Error("the owner cannot be told what is wrong", "error", err)
	}
	return err == nil
}

package amocrmtest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Delivery is one webhook on its way or delivered.
type Delivery struct {
	Destination string
	Setting     string // status_lead, add_task, …
	Body        string // application/x-www-form-urlencoded
	Attempts    int
	Status      int // of the last answer; 0 when there was none
	Done        bool
	Due         time.Time // of the next attempt
}

// postman delivers webhooks in the background, one after another. Failed ones
// wait until they are due by the account's clock.
type postman struct {
	deliver func(context.Context, Delivery) Delivery
	now     func() time.Time
	wake    chan struct{}
	cancel  context.CancelFunc
	ctx     context.Context
	done    chan struct{}
	begin   sync.Once

	mu      sync.Mutex
	pending []Delivery
	sent    []Delivery
}

func (p *postman) init(now func() time.Time, deliver func(context.Context, Delivery) Delivery) {
	p.now, p.deliver = now, deliver
	p.wake = make(chan struct{}, 1)
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.done = make(chan struct{})
}

// start runs the postman; it is not needed before the first subscription.
func (p *postman) start() {
	p.begin.Do(func() { go p.run() })
}

func (p *postman) close() {
	p.cancel()
	p.begin.Do(func() { close(p.done) })
	<-p.done
}

func (p *postman) put(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, d)
	p.ring()
}

func (p *postman) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *postman) run() {
	defer close(p.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-p.wake:
		case <-tick.C:
		}
		for p.one() {
		}
	}
}

// one makes the next attempt that is due, and tells whether there was one.
func (p *postman) one() bool {
	now := p.now()
	p.mu.Lock()
	i := slices.IndexFunc(p.pending, func(d Delivery) bool { return !d.Due.After(now) })
	if i < 0 || p.ctx.Err() != nil {
		p.mu.Unlock()
		return false
	}
	d := p.pending[i]
	p.pending = slices.Delete(p.pending, i, i+1)
	p.mu.Unlock()

	d = p.deliver(p.ctx, d)

	p.mu.Lock()
	defer p.mu.Unlock()
	if d.Done {
		p.sent = keep(p.sent, d)
	} else {
		p.pending = append(p.pending, d)
	}
	return true
}

package amocrm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"voronka/internal/rest"
	"voronka/sales"
)

// parcel is one call that waits for its turn.
type parcel struct {
	ctx context.Context
	// Alone: a request of its own.
	method, path string
	query        url.Values
	in, out      any
	// Together: parcels of one kind travel in one request, at most one for each key.
	kind  *kind
	cargo cargo
	key   string

	// contact is whose change it belongs to; empty for nobody's.
	contact string
	came    time.Time
	// began is when its change did, or it itself.
	began time.Time
	rank  rank
	done  chan arrival
}

// arrival is what became of a parcel.
type arrival struct {
	id     int64
	answer *rest.Response
	err    error
}

// gate lets calls of many lanes wait together: each time the budget has room
// for a request it takes the most urgent call, and with it whatever else of its
// kind is waiting. Nothing waits for company: batches fill as the load grows.
type gate struct {
	pace     *pace
	patience time.Duration
	now      func() time.Time
	deliver  func([]*parcel)

	mu      sync.Mutex
	waiting []*parcel
	rushed  map[string]rush // by contact
	running bool
	room    chan struct{} // requests under way
	// narrowed are the kinds that travel by fewer than batchSize.
	narrowed map[kind]narrow
}

// underWay is how many requests may be under way: at five a second, answers
// that take two seconds.
const underWay = 10

func newGate(p *pace, patience time.Duration, now func() time.Time) *gate {
	return &gate{pace: p, patience: patience, now: now, rushed: map[string]rush{}, narrowed: map[kind]narrow{}, room: make(chan struct{}, underWay)}
}

// pass sends a parcel when it is its turn, and gives what became of it.
func (g *gate) pass(p *parcel) arrival {
	if err := g.pace.shut(); err != nil {
		return arrival{err: err}
	}
	p.came = time.Now()
	p.began, p.rank, p.contact = turnOf(p.ctx, p.came), rankOf(p.ctx), contactOf(p.ctx)
	p.done = make(chan arrival, 1)
	g.put(p)
	select {
	case came := <-p.done:
		return came
	case <-p.ctx.Done():
	}
	if g.takeBack(p) {
		return arrival{err: busy(fmt.Errorf("wait for the request budget: %w", p.ctx.Err()))}
	}
	select {
	case came := <-p.done:
		return came
	default: // it is under way, and nobody waits for the answer
	}
	return arrival{err: &sales.Error{Code: "crm_timeout", Action: sales.Retry, Uncertain: p.writes(),
		Err: fmt.Errorf("%s: %w", p.name(), p.ctx.Err())}}
}

func busy(err error) *sales.Error {
	return &sales.Error{Code: "crm_busy", Action: sales.Retry, Err: err}
}

// due is when its change began, less the head start of its rank.
func (p *parcel) due() time.Time { return p.began.Add(-p.rank.headStart()) }

func (p *parcel) writes() bool { return p.kind != nil || p.method != http.MethodGet }

func (p *parcel) name() string {
	if p.kind != nil {
		return p.kind.method + " " + p.kind.path
	}
	return p.method + " " + p.path
}

func (g *gate) put(parcels ...*parcel) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range parcels {
		if g.rushes(p.contact) {
			p.rank = ofMoney
		}
	}
	g.waiting = append(g.waiting, parcels...)
	if !g.running && len(g.waiting) > 0 {
		g.running = true
		go g.run()
	}
}

// takeBack takes a parcel out that was not sent yet, and tells whether it was there.
func (g *gate) takeBack(p *parcel) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, p)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// run sends what waits until nothing does.
func (g *gate) run() {
	for {
		g.room <- struct{}{}
		if pause := g.pace.wait(g.patience); pause != nil {
			<-g.room
			g.refuse(pause)
		} else if batch := g.next(); batch == nil {
			<-g.room
		} else if g.pace.doubtful() { // one tries, the others wait for what it meets
			g.deliver(batch)
			<-g.room
		} else {
			go func() {
				defer func() { <-g.room }()
				g.deliver(batch)
			}()
		}
		if g.rest() {
			return
		}
	}
}

// rest ends the run when nothing waits.
func (g *gate) rest() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = len(g.waiting) > 0
	return !g.running
}

// next takes the most urgent parcel and its company.
func (g *gate) next() []*parcel {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(p *parcel) bool {
		if p.ctx.Err() == nil {
			return false
		}
		p.done <- arrival{err: busy(fmt.Errorf("wait for the request budget: %w", p.ctx.Err()))}
		return true
	})
	if len(g.waiting) == 0 {
		return nil
	}
	slices.SortStableFunc(g.waiting, func(a, b *parcel) int { return a.due().Compare(b.due()) })
	first := g.waiting[0]
	if first.kind == nil {
		g.waiting = slices.Delete(g.waiting, 0, 1)
		return []*parcel{first}
	}
	var batch []*parcel
	taken, most := map[string]bool{}, g.size(*first.kind)
	g.waiting = slices.DeleteFunc(g.waiting, func(p *parcel) bool {
		if p.kind == nil || *p.kind != *first.kind || len(batch) == most || p.key != "" && taken[p.key] {
			return false
		}
		batch, taken[p.key] = append(batch, p), true
		return true
	})
	return batch
}

// refuse tells everyone who waits why nothing is sent.
func (g *gate) refuse(why error) {
	g.mu.Lock()
	all := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for _, p := range all {
		p.done <- arrival{err: why}
	}
}

// again lets parcels wait once more: what amoCRM did not even look at. Those
// that have waited too long are given back.
func (g *gate) again(parcels []*parcel, why error) {
	var young []*parcel
	for _, p := range parcels {
		if time.Since(p.came) < g.patience {
			young = append(young, p)
		} else {
			p.done <- arrival{err: why}
		}
	}
	g.put(young...)
}

// burst sends one by one at the default budget of 5: of the 7 requests that
// amoCRM takes in a second (its API recommendations) the rest is left to
// delays on the way, which bunch what was sent in good order.
func burst(perSecond float64) int { return max(1, int(perSecond*0.2)) }

func newBudget(perSecond float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), burst(perSecond))
}

package amocrm

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"voronka/internal/rest"
	"voronka/sales"
)

// pace is how fast we may call: the budget, halved by each 429 and slowly
// regained; a pause after one; and a full stop where going on does harm.
type pace struct {
	budget *rate.Limiter
	full   rate.Limit
	now    func() time.Time

	mu      sync.Mutex
	sent    int
	refused int       // 429s in a row
	until   time.Time // no call before
	slowed  time.Time // when the budget was last changed
	// stopped is the error of a full stop, which lasts until retry.
	stopped *sales.Error
	retry   time.Time
	// met is set once a call of this process was answered well: a stop that a
	// process before met is not known to it.
	met     bool
	trouble string // see CRM.Trouble
}

const (
	// longestPause bounds the pauses after 429s in a row; they start with a second
	// and double. The documents name no time (API v4, recommendations).
	longestPause = 5 * time.Minute
	// slowest is the least budget, in requests a second.
	slowest = 0.5
	// recovery is how long the budget stays before it grows by a quarter.
	recovery = 30 * time.Second
	// stopTime is how long nothing is sent after a full stop; then one call tries.
	stopTime = 15 * time.Minute
)

// wait holds until the budget has room for one request. A pause that is longer
// than patience is not waited for: it is the error.
func (p *pace) wait(patience time.Duration) error {
	p.mu.Lock()
	pause := p.until.Sub(p.now())
	p.mu.Unlock()
	if err := p.shut(); err != nil {
		return err
	}
	if pause > patience {
		return &sales.Error{Code: "crm_busy", Action: sales.Retry, After: pause, Message: "amoCRM asked for a pause"}
	}
	if pause > 0 {
		sleep(context.Background(), pause)
	}
	reserved := p.budget.Reserve()
	if delay := reserved.Delay(); delay > 0 {
		sleep(context.Background(), delay)
	}
	return nil
}

// shut is why nothing may be sent at all; nil when something may. After stopTime
// one call is let through to see.
func (p *pace) shut() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.retry.Sub(p.now())
	if p.stopped == nil || left <= 0 {
		return nil
	}
	told := *p.stopped
	told.After, told.Uncertain = left, false
	return &told
}

// doubtful tells that nobody knows whether amoCRM lets us in: before the first
// good answer, and after a full stop.
func (p *pace) doubtful() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.met || p.stopped != nil
}

// heed takes note of an answer, and puts a time into the error of a 429. What
// only cannot be read (the history, the users) keeps nobody out.
func (p *pace) heed(method string, answer *rest.Response, err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent++
	switch coded := sales.AsError(err); {
	case err == nil:
		p.trouble, p.stopped, p.refused, p.met = "", nil, 0, true
		p.regain()
	case answer != nil && answer.Status == http.StatusTooManyRequests:
		return p.slow(answer, *coded)
	case coded.Action == sales.Stop:
		if !particular(answer) || method != http.MethodGet {
			p.trouble = coded.Code
		}
		if !particular(answer) {
			p.stopped, p.retry = coded, p.now().Add(stopTime)
		}
	}
	return err
}

// particular tells a refusal of one request (no rights to it) from one of all:
// the block for too many requests is a page of the web server, no JSON
// (amocrm-api-php, issue 434).
func particular(answer *rest.Response) bool {
	return answer != nil && (answer.Status == http.StatusForbidden || answer.Status == http.StatusBadRequest) &&
		strings.Contains(answer.Header.Get("Content-Type"), "json")
}

// blame keeps what keeps the account out of reach until a call succeeds.
func (p *pace) blame(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = code
}

func (p *pace) slow(answer *rest.Response, told sales.Error) error {
	if told.After == 0 {
		told.After = retryAfter(answer.Body)
	}
	if told.After == 0 {
		told.After = min(longestPause, time.Second<<min(p.refused, 10))
	}
	p.refused++
	p.until = p.now().Add(told.After)
	p.slowed = p.now()
	p.budget.SetLimit(max(slowest, p.budget.Limit()/2))
	return &told
}

// regain makes calls faster again; mu is held.
func (p *pace) regain() {
	if p.budget.Limit() < p.full && p.now().Sub(p.slowed) >= recovery {
		p.slowed = p.now()
		p.budget.SetLimit(min(p.full, p.budget.Limit()*1.25))
	}
}

// share gives this process one part of the budget of all replicas.
func (p *pace) share(replicas int, perSecond float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	full := rate.Limit(perSecond / float64(max(1, replicas)))
	if full == p.full {
		return
	}
	p.budget.SetLimit(p.budget.Limit() * full / p.full)
	p.full = full
}

// retryAfter reads the seconds that Kommo was seen to put into the body of a 429.
func retryAfter(body []byte) time.Duration {
	var told struct {
		Seconds number `json:"retry_after"`
	}
	if json.Unmarshal(body, &told) != nil {
		return 0
	}
	return time.Duration(max(0, min(told.Seconds, 3600))) * time.Second
}

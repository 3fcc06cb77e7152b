package amocrm

import (
	"sync"
	"time"
)

// recent remembers deals that were read or made a short while ago, so that the
// steps of a lively dialog do not read them one by one. A manager's hand is
// noticed when the webhook tells, when amoCRM refuses a change, or when the
// memory fades.
type recent struct {
	now func() time.Time

	mu    sync.Mutex
	deals map[string]seen
}

type seen struct {
	deal lead
	at   time.Time
}

const (
	// fades is how long a deal is believed to stand where it stood.
	fades = 5 * time.Minute
	// mostSeen bounds the memory; above it what has faded is dropped, or all.
	mostSeen = 20_000
)

func (r *recent) get(id string) *lead {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, known := r.deals[id]
	if !known || r.now().Sub(found.at) >= fades {
		return nil
	}
	return &found.deal
}

func (r *recent) put(deal lead) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.deals) >= mostSeen {
		r.drop()
	}
	r.deals[id(deal.ID)] = seen{deal, r.now()}
}

// moved keeps where a change of ours has put a deal; its age stays.
func (r *recent) moved(deal string, to place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, known := r.deals[deal]
	if !known || to.status == 0 {
		return
	}
	found.deal.StatusID = to.status
	if to.pipeline != 0 {
		found.deal.PipelineID = to.pipeline
	}
	r.deals[deal] = found
}

// drop makes room; mu is held.
func (r *recent) drop() {
	for id, one := range r.deals {
		if r.now().Sub(one.at) >= fades {
			delete(r.deals, id)
		}
	}
	if len(r.deals) >= mostSeen {
		clear(r.deals)
	}
}

func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.deals, id)
}

package bolt

import (
	"fmt"
	"slices"
)

// held are writes to one bucket that bbolt has not been given yet. A customer's
// record is written with each of his inputs and a job lives for the time of one
// message: most of what these buckets are told is out of date before bbolt
// would have sorted it in. The log has it all.
type held struct {
	writes map[string]write
	order  []string // keys in the order they were first written; some are gone again
}

// write is what is to stand under a key.
type write struct {
	value []byte
	gone  bool // nothing
	fresh bool // bbolt has nothing under the key, either
}

// holdMost is how many writes a bucket holds back: enough for one dialog of
// each of many customers, little enough for the settlement not to be felt.
const holdMost = 1024

// holds tells whether the bucket's records are soon written again, or removed;
// a journal's lines stay, but a page is slow to insert into when many customers
// add a line each in no order. It is not worth it where records stay and come
// in order, and not possible where each is written beside its neighbours.
func (name bucket) holds() bool {
	switch name {
	case bucketContacts, bucketContactsAt, bucketSessions, bucketTimers, bucketJobs, bucketReady, bucketJournal:
		return true
	}
	return false
}

// get is what stands under a key, nil for nothing. It is valid until the next
// write, or as long as the transaction where the key is not written to.
func (p *pages) get(name bucket, key []byte) []byte {
	if h := p.held[name]; h != nil {
		if w, written := h.writes[string(key)]; written {
			return w.value
		}
	}
	return p.shelf(name).get(key)
}

// put has a value stand under a key; fresh where nothing stands there.
func (p *pages) put(name bucket, key, value []byte, fresh bool) error {
	if !name.holds() {
		return p.shelf(name).Put(key, value)
	}
	h := p.held[name]
	if h == nil {
		h = &held{writes: map[string]write{}}
		p.held[name] = h
	}
	if w, written := h.writes[string(key)]; written {
		h.writes[string(key)] = write{value: value, fresh: w.fresh}
		return nil
	}
	kept := string(key)
	h.writes[kept] = write{value: value, fresh: fresh}
	h.order = append(h.order, kept)
	return nil
}

// remove has nothing stand under a key that something stands under.
func (p *pages) remove(name bucket, key []byte) error {
	if !name.holds() {
		return p.shelf(name).Delete(key)
	}
	h := p.held[name]
	if h == nil {
		return p.shelf(name).Delete(key)
	}
	w, written := h.writes[string(key)]
	switch {
	case !written:
		return p.shelf(name).Delete(key)
	case w.fresh:
		delete(h.writes, string(key))
	default:
		h.writes[string(key)] = write{gone: true}
	}
	return nil
}

// in is a bucket with all that was written to it.
func (p *pages) in(name bucket) shelf {
	if h := p.held[name]; h != nil {
		p.release(name, h, 0)
	}
	return p.shelf(name)
}

// releaseAll gives bbolt everything.
func (p *pages) releaseAll() {
	for name, h := range p.held {
		p.release(name, h, 0)
	}
}

// ease gives bbolt the oldest of what is too much to hold.
func (p *pages) ease() {
	for name, h := range p.held {
		if len(h.order) > holdMost {
			p.release(name, h, holdMost/2)
		}
	}
}

// release gives bbolt the oldest writes, all but so many. It panics where bbolt
// cannot take them, which leaves a transaction that is good for nothing.
func (p *pages) release(name bucket, h *held, but int) {
	oldest := h.order[:max(0, len(h.order)-but)]
	slices.Sort(oldest) // neighbours share the way down the tree
	to := p.shelf(name)
	for _, key := range oldest {
		w, written := h.writes[key]
		if !written {
			continue
		}
		var err error
		if w.gone {
			err = to.Delete([]byte(key))
		} else {
			err = to.Put([]byte(key), w.value)
		}
		if err != nil {
			panic(fmt.Errorf("write %s: %w", name, err))
		}
		delete(h.writes, key) // not earlier: a page that cannot be read panics
	}
	h.order = append(h.order[:0], h.order[len(oldest):]...)
}

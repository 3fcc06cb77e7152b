package amocrm

import "time"

// narrow is how many entities of a kind travel together after a 504: amoCRM
// could not cope with more in its time.
type narrow struct {
	size  int
	until time.Time
}

// narrowTime is longer than a crowd of fifties takes to look what became of it
// before it is sent once more.
const narrowTime = 5 * time.Minute

// narrowFirst is the least that one 504 alone brings a kind down to: a slow
// moment of amoCRM's is no reason to send everything one by one.
const narrowFirst = 5

// shrink lets half as many of a kind travel together for a while ("reduce the
// batch and repeat": API v4, recommendations). What was sent alone tells nothing.
func (g *gate) shrink(k kind, sent int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if sent < 2 {
		return
	}
	size, least := g.size(k), narrowFirst
	if size < batchSize {
		least = 1
	}
	g.narrowed[k] = narrow{max(least, min(size, sent)/2), time.Now().Add(narrowTime)}
}

// size is how many of a kind may travel together now; mu is held.
func (g *gate) size(k kind) int {
	known, given := g.narrowed[k]
	if !given {
		return batchSize
	}
	if time.Now().Before(known.until) {
		return known.size
	}
	delete(g.narrowed, k)
	return batchSize
}

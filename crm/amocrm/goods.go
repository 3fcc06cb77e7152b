package amocrm

import "sync"

// goods remembers the products of the account by name.
type goods struct {
	mu    sync.Mutex
	known map[string]number
}

func (g *goods) get(name string) number {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known[fold(name)]
}

func (g *goods) put(name string, id number) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil || len(g.known) > 1000 {
		g.known = map[string]number{}
	}
	g.known[fold(name)] = id
}

package postgres

import "sync"

// loader gathers the questions of transactions that run side by side: as soon
// as all of them wait for an answer, their questions go out together.
type loader struct {
	fetch func([]read) (map[read][]row, error)

	mu      sync.Mutex
	idle    chan struct{} // told when none runs any more
	running int           // transactions that compute
	waiters int           // transactions that wait
	waiting map[read]bool
	answers chan struct{} // closed when the questions that wait are answered
	known   map[read][]row
	err     error
}

func newLoader(running int, fetch func([]read) (map[read][]row, error)) *loader {
	return &loader{
		fetch: fetch, running: running, idle: make(chan struct{}, 1),
		waiting: map[read]bool{}, answers: make(chan struct{}), known: map[read][]row{},
	}
}

// get waits for an answer.
func (l *loader) get(r read) ([]row, error) {
	l.mu.Lock()
	if rows, ok := l.known[r]; ok || l.err != nil {
		err := l.err
		l.mu.Unlock()
		return rows, err
	}
	l.waiting[r] = true
	l.waiters++
	answers := l.answers
	l.rest()
	l.mu.Unlock()
	<-answers
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[r], l.err
}

// leave tells that one of the transactions has ended.
func (l *loader) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest()
}

func (l *loader) rest() {
	if l.running--; l.running == 0 {
		l.idle <- struct{}{}
	}
}

// serve answers until all transactions have ended. An error is the database's;
// those that waited have it, too.
func (l *loader) serve() error {
	for {
		<-l.idle
		if l.waiters == 0 {
			return l.err
		}
		l.answer()
	}
}

// answer asks the database while nobody else touches the loader.
func (l *loader) answer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	reads := make([]read, 0, len(l.waiting))
	for r := range l.waiting {
		reads = append(reads, r)
	}
	found, err := l.fetch(reads)
	for r, rows := range found {
		l.known[r] = rows
	}
	l.err = err
	clear(l.waiting)
	l.running, l.waiters = l.waiters, 0
	close(l.answers)
	l.answers = make(chan struct{})
}

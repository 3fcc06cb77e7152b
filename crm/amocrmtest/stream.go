package amocrmtest

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// stream wakes the open boards when something changes.
type stream struct {
	mu       sync.Mutex
	version  int64
	watchers map[chan struct{}]struct{}
	closed   chan struct{}
	once     sync.Once
}

func (st *stream) init() {
	st.watchers = map[chan struct{}]struct{}{}
	st.closed = make(chan struct{})
}

func (st *stream) close() { st.once.Do(func() { close(st.closed) }) }

func (st *stream) bump() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.version++
	for watcher := range st.watchers {
		select {
		case watcher <- struct{}{}:
		default: // it has a wake-up waiting already
		}
	}
}

func (st *stream) join() (chan struct{}, func()) {
	watcher := make(chan struct{}, 1)
	watcher <- struct{}{} // the first picture
	st.mu.Lock()
	st.watchers[watcher] = struct{}{}
	st.mu.Unlock()
	return watcher, func() {
		st.mu.Lock()
		delete(st.watchers, watcher)
		st.mu.Unlock()
	}
}

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// serveStream sends the board's version with each change; the page then asks
// for the board itself, so a slow reader skips pictures instead of queueing them.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	watcher, leave := s.stream.join()
	defer leave()
	pulse := time.NewTicker(heartbeat)
	defer pulse.Stop()
	for {
		line := ": quiet\n\n"
		select {
		case <-r.Context().Done():
			return
		case <-s.stream.closed:
			return
		case <-pulse.C:
		case <-watcher:
			s.stream.mu.Lock()
			line = fmt.Sprintf("event: board\ndata: %d\n\n", s.stream.version)
			s.stream.mu.Unlock()
		}
		if _, err := fmt.Fprint(w, line); err != nil {
			return
		}
		if control.Flush() != nil {
			return
		}
	}
}

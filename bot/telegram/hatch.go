package telegram

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// Hatch is the listener of an [http.Server] that takes Telegram's updates
// before the server sees them: a request that is an update and nothing else is
// read and answered on its connection. For each request net/http makes a
// goroutine that watches the caller, a context and a map of headers, a fifth of
// what an update by webhook costs. A request that is anything else, or wrong in
// any way, is the server's byte for byte, and its connection with it.
type Hatch struct {
	net.Listener
	webhook *Webhook
	address string // of the bot's webhook, without the host
	others  chan arrival
	closed  chan struct{}

	mu      sync.Mutex
	callers map[*caller]struct{}
	calls   sync.WaitGroup
	ended   bool
}

// arrival is what the server is given.
type arrival struct {
	conn net.Conn
	err  error
}

// NewHatch listens for updates at the bot's [HookAddress], and leaves every other
// request to the server that is given the hatch. [Hatch.Shutdown] ends it.
func NewHatch(listener net.Listener, webhook *Webhook) *Hatch {
	h := &Hatch{
		Listener: listener, webhook: webhook, address: HookAddress("", webhook.Bot),
		others: make(chan arrival), closed: make(chan struct{}), callers: map[*caller]struct{}{},
	}
	go h.welcome()
	return h
}

// welcome meets whoever comes; what goes wrong is told to the server, which
// knows when to try again.
func (h *Hatch) welcome() {
	for {
		conn, err := h.Listener.Accept()
		if err != nil {
			if !h.give(arrival{err: err}) {
				return
			}
			continue
		}
		c := &caller{Conn: conn, in: bufio.NewReader(conn)}
		if !h.enter(c) {
			_ = conn.Close()
			return
		}
		go h.attend(c)
	}
}

// give waits for the server to take it, or for the end.
func (h *Hatch) give(a arrival) bool {
	select {
	case h.others <- a:
		return true
	case <-h.closed:
		return false
	}
}

// Accept gives the server a connection that wants something else.
func (h *Hatch) Accept() (net.Conn, error) {
	select {
	case a := <-h.others:
		return a.conn, a.err
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close lets nobody in any more. Updates that came are still handled.
func (h *Hatch) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return nil
	}
	h.ended = true
	close(h.closed)
	for c := range h.callers {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // nobody speaks any more
	}
	return h.Listener.Close()
}

// Shutdown closes the hatch and waits until the updates that came are answered,
// or ctx ends.
func (h *Hatch) Shutdown(ctx context.Context) error {
	err := h.Close()
	answered := make(chan struct{})
	go func() {
		h.calls.Wait()
		close(answered)
	}()
	select {
	case <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter counts a caller in, unless the hatch is closed.
func (h *Hatch) enter(c *caller) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return false
	}
	h.callers[c] = struct{}{}
	h.calls.Add(1)
	return true
}

func (h *Hatch) leave(c *caller) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.callers, c)
	h.calls.Done()
}

const (
	// firstWithin is how long a connection may be silent at its beginning, idle
	// how long it may be between requests. That is counted in steps of rewind,
	// since each new deadline costs.
	firstWithin, idle, rewind = 10 * time.Second, 2 * time.Minute, 30 * time.Second
	// bodyWithin bounds how long the rest of an update takes.
	bodyWithin = 10 * time.Second
)

// await gives a caller time for the next request, unless the hatch is closed.
func (h *Hatch) await(c *caller, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
		return false
	case !c.known:
		c.known = true
		return c.SetReadDeadline(now.Add(firstWithin)) == nil
	case c.until.Sub(now) >= idle-rewind:
		return true
	}
	c.until = now.Add(idle)
	return c.SetReadDeadline(c.until) == nil
}

// attend answers one update of a caller after the other, until the caller goes
// or asks for something else.
func (h *Hatch) attend(c *caller) {
	stays := false
	defer func() {
		if fault := recover(); fault != nil {
			h.webhook.Log.Error("telegram update not committed", "panic", fault, "stack", string(debug.Stack()))
		}
		h.leave(c)
		if !stays || c.SetReadDeadline(time.Time{}) != nil || !h.give(arrival{conn: c}) {
			_ = c.Close()
		}
	}()
	for h.await(c, time.Now()) {
		post, err := c.post(h.address)
		if err != nil {
			return
		}
		if !post.plain || !sameSecret(post.secret, h.webhook.Secret) {
			stays = true
			return
		}
		status, free := h.answer(c, post)
		if !free {
			stays = true
			return
		}
		if c.reply(status) != nil || status == http.StatusBadRequest {
			return
		}
	}
}

// answer handles an update; free is false while too many wait for their commit.
func (h *Hatch) answer(c *caller, post post) (status int, free bool) {
	defer h.webhook.busy.Add(-1)
	if h.webhook.busy.Add(1) > mostAtOnce {
		return 0, false
	}
	body, err := c.body(post)
	if err != nil {
		return http.StatusBadRequest, true
	}
	return h.webhook.take(context.Background(), body), true
}

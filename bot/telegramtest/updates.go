package telegramtest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// How long the server keeps an update (Client.cpp:17053 and the Bot API's getUpdates).
const (
	keepMessages  = 24 * time.Hour
	keepCallbacks = 150 * time.Second
)

// maxPoll is the longest a poll is held (Client.h:1610).
const maxPoll = 50 * time.Second

// updates is the queue of what the bot has not confirmed.
type updates struct {
	next    int64
	pending []*pendingUpdate
	known   map[int64]*pendingUpdate
	allowed []string      // empty: the default set
	poller  chan *failure // tells the running poll that it is over
}

// pendingUpdate is one update with the place it has in the webhook's queues.
type pendingUpdate struct {
	id      int64
	kind    string
	queue   string // updates of one queue are delivered one after another
	body    json.RawMessage
	expires time.Time
	repeat  bool // put in again: confirmed once it was shown, whatever the offset
	shown   bool
}

// enqueue makes an update. It returns its id, or 0 when the bot did not ask for this kind. The caller holds s.mu.
func (s *Server) enqueue(kind, queue string, keep time.Duration, content any) int64 {
	if !s.updates.wants(kind) {
		return 0
	}
	u := &pendingUpdate{id: s.updates.next, kind: kind, queue: queue, expires: s.cfg.Now().Add(keep)}
	s.updates.next++
	u.body = encodeJSON(map[string]any{"update_id": u.id, kind: content})
	if s.updates.known == nil {
		s.updates.known = map[int64]*pendingUpdate{}
	}
	s.updates.known[u.id] = u
	s.updates.pending = append(s.updates.pending, u)
	s.pump()
	s.broadcast()
	return u.id
}

// wants applies allowed_updates; by default chat_member and reactions are left out (Bot API, getUpdates).
func (u *updates) wants(kind string) bool {
	if len(u.allowed) > 0 {
		return slices.Contains(u.allowed, kind)
	}
	return kind != "chat_member"
}

// Redeliver puts an update into the queue once more, behind what waits there, under its old id.
// It reports whether there ever was such an update.
func (s *Server) Redeliver(updateID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.updates.known[updateID]
	if !ok {
		return false
	}
	again := *old
	again.repeat, again.shown = true, false
	again.expires = s.cfg.Now().Add(keepMessages)
	s.updates.pending = append(s.updates.pending, &again)
	s.pump()
	s.broadcast()
	return true
}

// Updates are the ids of all updates so far, oldest first.
func (s *Server) Updates() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.updates.known))
}

// Pending counts the updates that the bot has not confirmed yet.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.forgetExpired(s.cfg.Now())
	return len(s.updates.pending)
}

func (u *updates) forgetExpired(now time.Time) {
	u.pending = slices.DeleteFunc(u.pending, func(p *pendingUpdate) bool { return now.After(p.expires) })
}

func (u *updates) forget(gone *pendingUpdate) {
	u.pending = slices.DeleteFunc(u.pending, func(p *pendingUpdate) bool { return p == gone })
}

// confirm forgets the updates below offset; a negative offset keeps only the last ones (Bot API, getUpdates).
func (u *updates) confirm(offset int64) {
	if offset < 0 {
		if drop := len(u.pending) + int(offset); drop > 0 {
			u.pending = slices.Delete(u.pending, 0, drop)
		}
		return
	}
	u.pending = slices.DeleteFunc(u.pending, func(p *pendingUpdate) bool {
		if p.repeat {
			return p.shown
		}
		return p.id < offset
	})
}

// take shows the next updates without forgetting them.
func (u *updates) take(limit int) []json.RawMessage {
	out := []json.RawMessage{}
	for _, p := range u.pending[:min(limit, len(u.pending))] {
		p.shown = true
		out = append(out, p.body)
	}
	return out
}

// getUpdates plays long polling. It runs with s.mu held and lets go of it while it waits.
func (s *Server) getUpdates(c *call) (any, *failure) {
	if s.hook.url != "" {
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.endPoll(conflict("terminated by other getUpdates request; make sure that only one bot instance is running"))
	limit := s.clamped(c, "limit", 100)
	s.allow(c)
	s.updates.confirm(c.number("offset"))
	timer := time.NewTimer(min(maxPoll, time.Duration(c.number("timeout"))*time.Second))
	defer timer.Stop()
	over := make(chan *failure, 1)
	s.updates.poller = over
	s.broadcast()
	defer func() {
		if s.updates.poller == over {
			s.updates.poller = nil
		}
	}()
	for last := false; ; {
		s.updates.forgetExpired(s.cfg.Now())
		if len(s.updates.pending) > 0 || last {
			return s.updates.take(limit), nil
		}
		changed := s.changed
		s.mu.Unlock()
		var ended *failure
		gone := false
		select {
		case <-changed:
		case ended = <-over:
		case <-timer.C:
			last = true
		case <-s.stopped.Done():
			gone = true
		case <-c.ctx.Done():
			gone = true
		}
		s.mu.Lock()
		if ended != nil || gone {
			return []json.RawMessage{}, ended
		}
	}
}

// endPoll answers the poll that is running, if any. The caller holds s.mu.
func (s *Server) endPoll(reason *failure) {
	if s.updates.poller != nil {
		s.updates.poller <- reason
		s.updates.poller = nil
	}
}

// allow remembers allowed_updates when it is given; an empty list asks for the default set.
func (s *Server) allow(c *call) {
	if c.has("allowed_updates") {
		s.updates.allowed = nil
		c.decode("allowed_updates", &s.updates.allowed)
	}
}

// clamped reads a number that the real server clamps to 1…100 instead of refusing it.
func (s *Server) clamped(c *call, name string, otherwise int64) int {
	n := c.number(name)
	if n == 0 {
		n = otherwise
	}
	if n < 1 || n > 100 {
		s.violate(c.method + "." + name + ": allowed are 1-100")
	}
	return int(min(max(n, 1), 100))
}

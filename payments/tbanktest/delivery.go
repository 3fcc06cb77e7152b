package tbanktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// Notification is one message to the shop in the bank's ledger.
type Notification struct {
	Status   string
	Body     json.RawMessage
	Attempts int
	Acked    bool      // answered 200 with exactly OK
	Lost     bool      // never sent, by mischief
	GivenUp  bool      // no more attempts
	Next     time.Time // when the bank tries again (its own schedule), zero otherwise
	Answer   string    // what the last attempt met: "OK", an HTTP status, a transport fault
}

// delivery is a notification on its way; at is its place in the payment's list.
type delivery struct {
	p    *payment
	at   int
	url  string
	body []byte
}

func (d *delivery) entry() *Notification { return &d.p.Notifications[d.at] }

// record enters a notification into the ledger; nil means that mischief lost it. The caller holds the lock.
func (s *Server) record(p *payment, status, url string, body []byte) *delivery {
	d := &delivery{p: p, at: len(p.Notifications), url: url, body: body}
	p.Notifications = append(p.Notifications, Notification{Status: status, Body: body})
	if s.mischief.Lose > 0 {
		s.mischief.Lose--
		d.entry().Lost = true
		s.waiting = append(s.waiting, d) // Resend and nobody else sends it
		return nil
	}
	return d
}

// dispatch starts first attempts, all at once or in the given order. The caller holds the lock.
func (s *Server) dispatch(list []*delivery, inOrder bool) {
	s.busy += len(list)
	delay := s.mischief.Delay
	send := func(list ...*delivery) {
		if delay > 0 {
			select {
			case <-s.ctx.Done():
			case <-time.After(delay):
			}
		}
		for _, d := range list {
			s.try(d)
		}
	}
	if inOrder {
		go send(list...)
		return
	}
	for _, d := range list {
		go send(d)
	}
}

// try makes one attempt and decides what comes after it.
func (s *Server) try(d *delivery) {
	answer := s.post(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	e := d.entry()
	e.Attempts++
	e.Answer, e.Next, e.Lost = answer, time.Time{}, false
	if answer == "OK" {
		e.Acked = true
		s.busy--
		return
	}
	if s.ctx.Err() != nil {
		s.busy--
		return
	}
	if s.cfg.RetryAfter == nil {
		s.busy--
		s.waitForTick(d)
		return
	}
	pause := s.cfg.RetryAfter(e.Attempts)
	if pause < 0 {
		e.GivenUp = true
		s.busy--
		s.waiting = append(s.waiting, d)
		return
	}
	time.AfterFunc(pause, func() { s.try(d) })
}

// waitForTick puts the delivery on the bank's schedule: hourly for a day, then daily for a month, then never
// (T-Bank API 1.80, "Уведомления"). The caller holds the lock.
func (s *Server) waitForTick(d *delivery) {
	e := d.entry()
	switch {
	case e.Attempts <= 24:
		e.Next = s.now().Add(time.Hour)
	case e.Attempts <= 24+30:
		e.Next = s.now().Add(24 * time.Hour)
	default:
		e.GivenUp = true
	}
	s.waiting = append(s.waiting, d)
}

// Tick makes the attempts that are due at now by the bank's schedule, and expires links. Settle waits for them.
func (s *Server) Tick(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.payments {
		s.expire(p)
	}
	s.release(func(e *Notification) bool { return !e.Next.IsZero() && !e.Next.After(now) })
}

// release sends waiting deliveries that match and reports how many; the caller holds the lock.
func (s *Server) release(due func(*Notification) bool) int {
	var ready, stay []*delivery
	for _, d := range s.waiting {
		if due(d.entry()) {
			ready = append(ready, d)
		} else {
			stay = append(stay, d)
		}
	}
	s.waiting = stay
	s.dispatch(ready, false)
	return len(ready)
}

// resend is POST /v2/Resend: sends again what was not delivered; Count says how many. It is not in API 1.80,
// but public clients of 2026 use it.
func (s *Server) resend(c *call) (any, *refusal) {
	if c.has("PaymentId") {
		if _, refused := s.asked(c); refused != nil {
			return nil, refused
		}
	}
	id := c.str("PaymentId")
	var mine int
	for _, d := range s.waiting {
		e := d.entry()
		if d.p.Terminal == c.terminal.Key && (id == "" || d.p.ID == id) {
			e.Next, e.GivenUp = s.now(), false
			mine++
		}
	}
	s.release(func(e *Notification) bool { return !e.Next.IsZero() && !e.Next.After(s.now()) })
	return c.ok(answer{"Message": "OK", "Count": mine}), nil
}

// post sends the notification once; only 200 with the body OK is "OK".
func (s *Server) post(d *delivery) string {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.AckTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return "bad NotificationURL"
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.cfg.Notify.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return "timeout"
		}
		return "no connection"
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	switch {
	case err != nil:
		return "no connection"
	case resp.StatusCode != http.StatusOK:
		return resp.Status
	case string(body) != "OK":
		return "200, but not OK"
	}
	return "OK"
}

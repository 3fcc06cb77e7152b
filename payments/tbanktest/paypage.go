package tbanktest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// payPage serves GET /new/<id>: the form, or what became of the payment.
func (s *Server) payPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p := s.byShort(r.PathValue("short"))
	if p == nil {
		s.mu.Unlock()
		s.show(w, http.StatusNotFound, "gone", payView{T: s.pages.words["ru"]})
		return
	}
	s.expire(p)
	if p.Status == StatusNew && !p.charged {
		s.become(p, StatusFormShowed)
	}
	v := s.view(p)
	if app := appOf(p, r); app != "" && v.State == "form" {
		v.State, v.App, v.Kind = "app", v.T["app_"+app], app
	}
	if p.charged && v.State == "form" {
		v.State = "declined"
	}
	if p.Status == StatusRejected {
		switch {
		case !s.now().Before(p.Expires):
			v.State = "expired"
		case r.URL.Query().Has("declined"):
			v.State = "declined"
		default:
			v.Note = v.T["last_declined"]
		}
	}
	s.mu.Unlock()
	s.show(w, http.StatusOK, "pay", v)
}

// payForm serves POST /new/<id>: a card, or the code of a challenge. As at the bank, the buyer goes on when
// the shop has answered the notifications, or was too slow to.
func (s *Server) payForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	short := r.PathValue("short")
	s.mu.Lock()
	p := s.byShort(short)
	if p == nil {
		s.mu.Unlock()
		s.show(w, http.StatusNotFound, "gone", payView{T: s.pages.words["ru"]})
		return
	}
	if _, err := s.open(p.ID); err != nil {
		s.mu.Unlock()
		seeOther(w, short)
		return
	}
	if answer := r.PostFormValue("app"); answer != "" {
		s.payByApp(p, r.PostFormValue("kind"), answer == "yes")
		s.mu.Unlock()
		s.finish(p, 0)
		s.leave(w, p)
		return
	}
	if v := s.badCard(p, r); v != nil {
		s.mu.Unlock()
		s.show(w, http.StatusUnprocessableEntity, "pay", *v)
		return
	}
	pause := s.enter(p, r)
	s.mu.Unlock()

	s.finish(p, pause)
	s.leave(w, p)
}

// leave sends the buyer on: back to the shop, or to what became of the attempt.
func (s *Server) leave(w http.ResponseWriter, p *payment) {
	s.mu.Lock()
	status, short, successURL := p.Status, p.short, p.successURL
	s.mu.Unlock()
	switch {
	case status == StatusRejected:
		seeOther(w, short+"?declined=1")
	case isPaid(status) && successURL != "":
		seeOther(w, successURL)
	default:
		seeOther(w, short)
	}
}

// enter takes what the buyer entered: a code ends a challenge, a card starts an attempt. It reports how long
// the issuer thinks before [Server.finish]. The caller holds the lock.
func (s *Server) enter(p *payment, r *http.Request) time.Duration {
	if p.Status == Status3DSChecking {
		if strings.TrimSpace(r.PostFormValue("code")) != challengeCode {
			s.decline(p, "101")
			return 0
		}
		s.become(p, Status3DSChecked)
		return 0
	}
	p.card = cardNumber(r)
	if p.card == CardChallenge {
		s.become(p, Status3DSChecking)
		return 0
	}
	s.become(p, StatusAuthorizing)
	if p.card == CardSlow {
		return s.cfg.SlowFor
	}
	return 0
}

// finish lets the issuer decide after a pause, and waits until the shop was told once.
func (s *Server) finish(p *payment, pause time.Duration) {
	if pause > 0 {
		select {
		case <-s.ctx.Done():
		case <-time.After(pause):
		}
	}
	s.mu.Lock()
	if p.Status == StatusAuthorizing || p.Status == Status3DSChecked {
		amount := p.Amount
		if p.card == CardOtherAmount {
			amount = halfOf(amount)
		}
		s.attempt(p, p.card, amount)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.AckTimeout)
	defer cancel()
	_ = s.until(ctx, func() bool { return p.told() }) // a shop that is late does not keep the buyer
}

// told says that every notification was tried once, or never will be.
func (p *payment) told() bool {
	for _, n := range p.Notifications {
		if n.Attempts == 0 && !n.Lost {
			return false
		}
	}
	return true
}

// badCard is the page with what is wrong with the card; nil when nothing is. The caller holds the lock.
func (s *Server) badCard(p *payment, r *http.Request) *payView {
	if p.Status == Status3DSChecking {
		return nil
	}
	v := s.view(p)
	v.Number, v.Expiry = r.PostFormValue("number"), r.PostFormValue("expiry")
	switch {
	case !cardNumber(r).isPlausible():
		v.Note = v.T["bad_number"]
	case !s.isAlive(v.Expiry) && cardNumber(r) != CardExpired:
		v.Note = v.T["bad_expiry"]
	case len(r.PostFormValue("cvv")) != 3 || !digits(r.PostFormValue("cvv")):
		v.Note = v.T["bad_cvv"]
	default:
		return nil
	}
	return &v
}

// isAlive reads MM/YY and compares it with the bank's clock.
func (s *Server) isAlive(expiry string) bool {
	month, year, _ := strings.Cut(strings.ReplaceAll(expiry, " ", ""), "/")
	m, errM := strconv.Atoi(month)
	y, errY := strconv.Atoi(year)
	if errM != nil || errY != nil || m < 1 || m > 12 || y < 0 || y > 99 {
		return false
	}
	return time.Date(2000+y, time.Month(m)+1, 1, 0, 0, 0, 0, s.now().Location()).After(s.now())
}

func cardNumber(r *http.Request) Card {
	return Card(strings.Join(strings.Fields(r.PostFormValue("number")), ""))
}

func (s *Server) byShort(short string) *payment {
	for _, p := range s.payments {
		if p.short == short {
			s.expire(p)
			return p
		}
	}
	return nil
}

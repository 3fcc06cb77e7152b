package tbanktest

import (
	"errors"
	"fmt"
	"strings"
)

// What a buyer or an operator can run into.
var (
	ErrUnknownPayment = errors.New("no such payment")
	ErrExpired        = errors.New("the payment link has expired")
	ErrClosed         = errors.New("the payment takes no money any more")
	ErrAmount         = errors.New("the amount does not fit the payment")
)

// Pay is a buyer who pays a payment (its link, id or order id) with a card. A declined card is not an error:
// the payment returned is REJECTED, and the same link may be tried again until it expires.
func (s *Server) Pay(link string, card Card) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.open(link)
	if err != nil {
		return Payment{}, err
	}
	amount := p.Amount
	if card == CardOtherAmount {
		amount = halfOf(amount)
	}
	s.attempt(p, card, amount)
	return p.snapshot(), nil
}

// PayOther is a buyer who pays another amount (kopecks) than the shop asked for.
func (s *Server) PayOther(link string, amount int64) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.open(link)
	if err != nil {
		return Payment{}, err
	}
	if amount < 1 {
		return Payment{}, fmt.Errorf("pay %s: %w", p.ID, ErrAmount)
	}
	s.attempt(p, CardSuccess, amount)
	return p.snapshot(), nil
}

// Cancel is an operator who cancels a payment, or returns all that is left of it.
func (s *Server) Cancel(link string) (Payment, error) { return s.Refund(link, 0) }

// Refund is an operator who returns an amount (kopecks) of a paid payment; 0 is all that is left.
func (s *Server) Refund(link string, amount int64) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(link)
	if err != nil {
		return Payment{}, err
	}
	if amount == 0 {
		amount = p.current()
	}
	switch {
	case !isPaid(p.Status) && p.Status != StatusNew && p.Status != StatusFormShowed:
		return Payment{}, fmt.Errorf("refund %s in %s: %w", p.ID, p.Status, ErrClosed)
	case amount < 0 || amount > p.current():
		return Payment{}, fmt.Errorf("refund %s: %w", p.ID, ErrAmount)
	}
	s.giveBack(p, amount, nil)
	return p.snapshot(), nil
}

// attempt is one try to pay; the caller holds the lock.
func (s *Server) attempt(p *payment, card Card, amount int64) {
	if p.Status != StatusAuthorizing {
		s.become(p, StatusAuthorizing)
	}
	if code := card.onPay(); code != "" {
		p.card = card
		s.decline(p, code)
		return
	}
	s.take(p, card, amount)
}

// decline ends an attempt with REJECTED and tells the shop; the caller holds the lock.
func (s *Server) decline(p *payment, code string) {
	p.ErrorCode = code
	s.become(p, StatusRejected)
	s.notify(p, s.rejectedNotice(p, code))
}

// take holds the money and, in one stage, charges it; the caller holds the lock. One stage sends AUTHORIZED
// and CONFIRMED at once (developer.tbank.ru, notifications); the faster payment system knows no hold.
func (s *Server) take(p *payment, card Card, amount int64) {
	p.card, p.Paid, p.ErrorCode = card, amount, ""
	s.storeCard(p)
	var notices []notice
	if !p.SBP {
		s.become(p, StatusAuthorized)
		p.heldAt = s.now()
		notices = append(notices, s.paymentNotice(p, StatusAuthorized, amount))
	}
	if !p.TwoStage {
		s.confirmed(p)
		notices = append(notices, s.paymentNotice(p, StatusConfirmed, amount))
	}
	s.notify(p, notices...)
}

// storeCard remembers the card for CustomerKey; a recurrent parent gets a RebillId.
func (s *Server) storeCard(p *payment) {
	if p.CustomerKey == "" || p.SBP || p.charged {
		return
	}
	stored := &storedCard{terminal: p.Terminal, customer: p.CustomerKey, card: p.card,
		cardID: fmt.Sprint(100_000_000 + s.rand.Int64N(900_000_000))}
	if p.Recurrent {
		stored.rebillID = fmt.Sprint(1_700_000_000_000 + s.rand.Int64N(100_000_000_000))
		s.rebills[stored.rebillID] = stored
	}
	key := customerKey{p.Terminal, p.CustomerKey}
	if s.customers[key] == nil {
		s.customers[key] = &customer{}
	}
	for _, before := range s.customers[key].cards {
		if s.mischief.SameCardID && before.card == stored.card && !before.deleted {
			stored.cardID = before.cardID
		}
	}
	p.CardID, p.RebillID = stored.cardID, stored.rebillID
	s.customers[key].cards = append(s.customers[key].cards, stored)
}

// open finds a payment that can be paid; the caller holds the lock.
func (s *Server) open(link string) (*payment, error) {
	p, err := s.find(link)
	if err != nil {
		return nil, err
	}
	if p.Status == StatusDeadlineExpired || isPayable(p.Status) && !s.now().Before(p.Expires) {
		return nil, fmt.Errorf("pay %s: %w", p.ID, ErrExpired)
	}
	if p.charged || !isPayable(p.Status) {
		return nil, fmt.Errorf("pay %s in %s: %w", p.ID, p.Status, ErrClosed)
	}
	return p, nil
}

// find looks a payment up by link, id or order id, the newest first; the caller holds the lock.
func (s *Server) find(link string) (*payment, error) {
	last, _, _ := strings.Cut(link[strings.LastIndex(link, "/")+1:], "?")
	for i := len(s.payments) - 1; i >= 0; i-- {
		p := s.payments[i]
		if p.ID == link || p.OrderID == link || p.short == last {
			s.expire(p)
			return p, nil
		}
	}
	return nil, fmt.Errorf("%q: %w", link, ErrUnknownPayment)
}

// halfOf is half an amount in whole roubles, at least one.
func halfOf(amount int64) int64 { return max(amount/200*100, 100) }

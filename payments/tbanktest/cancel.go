package tbanktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
)

// cancel is POST /v2/Cancel. An ExternalRequestId that came before is answered with the state it led to, and
// nothing is returned twice; the faster payment system ignores it (T-Bank API 1.80, Cancel).
func (s *Server) cancel(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	external := c.str("ExternalRequestId")
	if done, again := p.cancels[external]; again && external != "" && !p.SBP {
		return done, nil
	}
	amount := p.current()
	if c.has("Amount") && isPaid(p.Status) {
		amount = c.kopecks("Amount")
		if amount < 1 {
			return nil, s.breach("Amount", "is below a kopeck", "251", "{value}", "1")
		}
	}
	if refused := s.checkCancel(c, p, amount); refused != nil {
		return nil, refused
	}
	before := p.current()
	if before == 0 {
		before = p.Amount
	}
	out := c.ok(answer{"Message": "OK", "Details": "None", "OrderId": p.OrderID, "OriginalAmount": before})
	out["Status"] = s.giveBack(p, amount, c.root["Receipt"])
	out["NewAmount"] = p.current()
	if p.refunding != nil {
		out["NewAmount"] = before - amount
	}
	out["PaymentId"], _ = strconv.ParseInt(p.ID, 10, 64)
	if external != "" {
		out["ExternalRequestId"] = external
		p.cancels[external] = maps.Clone(out)
	}
	return out, nil
}

func (s *Server) checkCancel(c *call, p *payment, amount int64) *refusal {
	switch p.Status {
	case StatusNew, StatusFormShowed:
		return nil
	}
	switch {
	case !isPaid(p.Status):
		return s.refuse("4").with(answer{"Status": p.Status, "PaymentId": p.ID})
	case amount > p.current():
		return s.refuse("330")
	case c.has("Receipt"), c.terminal.CashRegister && amount < p.current() && p.Status != StatusAuthorized && p.Status != StatusPartialReversed:
		return s.checkReceipt(c, amount) // a partial refund with a cash register names what is returned
	}
	return nil
}

// giveBack cancels, releases or returns, and tells the shop. It reports the status that Cancel answers; the
// caller holds the lock and has checked the amount.
func (s *Server) giveBack(p *payment, amount int64, receipt json.RawMessage) string {
	if !isPaid(p.Status) {
		s.become(p, StatusCanceled)
		s.notify(p, s.paymentNotice(p, StatusCanceled, p.Amount))
		return StatusCanceled
	}
	r := &refunding{payment: p, amount: amount, before: p.current(), receipt: receipt,
		held: p.Status == StatusAuthorized || p.Status == StatusPartialReversed}
	way := StatusRefunding
	switch {
	case p.SBP:
		way = StatusAsyncRefunding
	case r.held:
		way = StatusReversing
	}
	s.become(p, way)
	if p.SBP && s.mischief.SlowRefunds {
		p.refunding = r
		return way
	}
	s.refunded(r)
	if p.SBP {
		return way // the answer comes before the money is back
	}
	return p.Status
}

// refunding is money on its way back.
type refunding struct {
	*payment
	amount, before int64
	held           bool
	receipt        json.RawMessage
}

// refunded ends a refund well, and tells the shop; the caller holds the lock.
func (s *Server) refunded(r *refunding) {
	p := r.payment
	partial, full := StatusPartialRefunded, StatusRefunded
	if r.held {
		partial, full = StatusPartialReversed, StatusReversed
	}
	p.Refunded += r.amount
	final, told := full, r.before
	if p.current() > 0 {
		final, told = partial, p.current()
	}
	if s.mischief.RefundedPart {
		told = r.amount
	}
	if r.receipt != nil {
		p.Refunds = append(p.Refunds, r.receipt)
	}
	s.become(p, final)
	s.notify(p, s.paymentNotice(p, final, told))
	if !r.held && p.Receipt != nil && s.terminals[p.Terminal].CashRegister {
		s.notifyFiscal(p, "IncomeReturn", r.amount)
	}
}

// FinishRefund ends a refund that Mischief.SlowRefunds left on its way; one that failed leaves the money with
// the shop, and says why in GetQrState.
func (s *Server) FinishRefund(link string, done bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(link)
	if err != nil {
		return err
	}
	r := p.refunding
	if r == nil {
		return fmt.Errorf("finish the refund of %s in %s: %w", p.ID, p.Status, ErrClosed)
	}
	p.refunding = nil
	if done {
		s.refunded(r)
		return nil
	}
	p.cancelCode, p.cancelMessage = "I05043", "У клиента нет расчетного счета в этом банке. Попробуйте вернуть в другой."
	status := StatusConfirmed
	if p.Refunded > 0 {
		status = StatusPartialRefunded
	}
	s.become(p, status)
	return nil
}

package tbanktest

import (
	"encoding/json"
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
	held := p.Status == StatusAuthorized || p.Status == StatusPartialReversed
	way, partial, full := StatusRefunding, StatusPartialRefunded, StatusRefunded
	if held {
		way, partial, full = StatusReversing, StatusPartialReversed, StatusReversed
	}
	if p.SBP {
		way = StatusAsyncRefunding
	}
	before := p.current()
	s.become(p, way)
	p.Refunded += amount
	final, told := full, before
	if p.current() > 0 {
		final, told = partial, p.current()
	}
	if s.mischief.RefundedPart {
		told = amount
	}
	if receipt != nil {
		p.Refunds = append(p.Refunds, receipt)
	}
	s.become(p, final)
	s.notify(p, s.paymentNotice(p, final, told))
	if !held && p.Receipt != nil && s.terminals[p.Terminal].CashRegister {
		s.notifyFiscal(p, "IncomeReturn", amount)
	}
	if p.SBP {
		return StatusAsyncRefunding // the answer comes before the money is back
	}
	return final
}

package tbanktest

import "strconv"

// confirm is POST /v2/Confirm: takes the held money, all or a part; what is left is released. A receipt here
// replaces the one of Init (T-Bank API 1.80, Confirm).
func (s *Server) confirm(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	amount := p.current()
	if c.has("Amount") {
		amount = c.kopecks("Amount")
	}
	switch {
	case p.Status != StatusAuthorized && p.Status != StatusPartialReversed:
		return nil, s.refuse("8").with(answer{"Status": p.Status, "PaymentId": p.ID})
	case amount < c.terminal.MinAmount:
		return nil, s.breach("Amount", "is below the minimum", "251", "{value}", strconv.FormatInt(c.terminal.MinAmount, 10))
	case amount > p.current():
		return nil, s.refuse("330")
	}
	if refused := s.checkReceipt(c, amount); refused != nil {
		return nil, refused
	}
	if c.has("Receipt") {
		p.Receipt = c.root["Receipt"]
	}
	p.Paid, p.Refunded = amount, 0
	s.confirmed(p)
	s.notify(p, s.paymentNotice(p, StatusConfirmed, amount))
	return c.ok(answer{"Message": "OK", "Details": "None", "Status": p.Status, "PaymentId": p.ID,
		"OrderId": p.OrderID, "Params": params(p)}), nil
}

// confirmed moves the payment to CONFIRMED; the caller holds the lock.
func (s *Server) confirmed(p *payment) {
	s.become(p, StatusConfirming)
	s.become(p, StatusConfirmed)
	p.PaidAt = s.now()
	if p.Receipt != nil && s.terminals[p.Terminal].CashRegister || s.mischief.Fiscal {
		s.notifyFiscal(p, "Income", p.Paid)
	}
}

package tbanktest

// storedCard is what a RebillId stands for.
type storedCard struct {
	terminal, customer string
	rebillID, cardID   string
	card               Card
	deleted            bool
}

// charge is POST /v2/Charge: pays a fresh payment with a stored card. A declined charge burns the payment.
func (s *Server) charge(c *call) (any, *refusal) {
	if !c.terminal.Charge {
		return nil, s.refuse("10")
	}
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	rebill := c.str("RebillId")
	if !digits(rebill) {
		return nil, s.breach("RebillId", "is not a number", "223", "{integer}", "20", "{fraction}", "0")
	}
	if refused := s.checkCharge(c, p); refused != nil {
		return nil, refused
	}
	stored := s.rebills[rebill]
	p.charged = true
	state := func() answer {
		return answer{"Status": p.Status, "PaymentId": p.ID, "OrderId": p.OrderID, "Amount": p.Amount}
	}
	if stored == nil || stored.terminal != c.terminal.Key || stored.deleted {
		s.decline(p, "104")
		return nil, s.refuse("104").with(c.ok(state())).failed()
	}
	p.RebillID, p.CardID = stored.rebillID, stored.cardID
	if code := stored.card.onCharge(); code != "" {
		s.become(p, StatusAuthorizing)
		s.decline(p, code)
		return nil, s.refuse(code).with(c.ok(state())).failed()
	}
	s.take(p, stored.card, p.Amount)
	return c.ok(state()), nil
}

// checkCharge: only a fresh payment that was not made as a parent (code 1126), see API 1.80,
// "OperationInitiatorType".
func (s *Server) checkCharge(c *call, p *payment) *refusal {
	if p.Status != StatusNew {
		return s.refuse("8").with(answer{"Status": p.Status, "PaymentId": p.ID})
	}
	if p.Recurrent || p.initiator == "0" || p.initiator == "1" {
		return s.breach("RebillId", "does not go with Recurrent or OperationInitiatorType of this payment", "1126")
	}
	if c.terminal.AFT && (p.initiator == "2" || p.initiator == "R") {
		return s.breach("RebillId", "does not go with OperationInitiatorType of this terminal", "1126")
	}
	if c.has("SendEmail") && c.str("SendEmail") == "true" && !c.has("InfoEmail") {
		return checker{s, c.method}.missing("InfoEmail")
	}
	return nil
}

// failed takes the fields of success out of Extra.
func (r *refusal) failed() *refusal {
	delete(r.Extra, "Success")
	delete(r.Extra, "ErrorCode")
	return r
}

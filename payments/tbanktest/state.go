package tbanktest

import "strconv"

// getState is POST /v2/GetState.
func (s *Server) getState(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	amount := p.Amount
	if p.Paid > 0 {
		amount = p.Paid
	}
	return c.ok(answer{"Message": "OK", "Status": p.Status, "PaymentId": p.ID, "OrderId": p.OrderID,
		"Amount": amount, "Params": params(p)}), nil
}

// checkOrder is POST /v2/CheckOrder: all payments of an order. In the list Success is a string and ErrorCode
// a number (T-Bank API 1.80, CheckOrder).
func (s *Server) checkOrder(c *call) (any, *refusal) {
	order := c.str("OrderId")
	list := []answer{}
	for _, p := range s.payments {
		if p.Terminal != c.terminal.Key || p.OrderID != order {
			continue
		}
		s.expire(p)
		code, _ := strconv.Atoi(p.ErrorCode)
		row := answer{"PaymentId": p.ID, "Amount": p.Amount, "Status": p.Status, "Message": "None",
			"Success": strconv.FormatBool(p.Status != StatusRejected), "ErrorCode": code}
		if isPaid(p.Status) {
			row["RRN"], row["Amount"] = p.ID, p.Paid
		}
		list = append(list, row)
	}
	if len(list) == 0 {
		r := s.refuse("335")
		r.Details = "OrderId " + order + " не найден для TerminalKey " + c.terminal.Key + "."
		return nil, r
	}
	return c.ok(answer{"Message": "OK", "Details": "None", "OrderId": order, "Payments": list}), nil
}

// asked finds the payment of PaymentId.
func (s *Server) asked(c *call) (*payment, *refusal) {
	id := c.str("PaymentId")
	if refused := (checker{s, c.method}).checkDigits("PaymentId", id); refused != nil {
		return nil, refused
	}
	if p := s.byID(c.terminal.Key, id); p != nil {
		return p, nil
	}
	return nil, s.refuse("255")
}

func params(p *payment) []answer {
	source := "cards"
	if p.SBP {
		source = "qrsbp"
	}
	return []answer{{"Key": "Route", "Value": "ACQ"}, {"Key": "Source", "Value": source}}
}

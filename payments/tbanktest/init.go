package tbanktest

import (
	"fmt"
	"slices"
	"strconv"
)

// initPayment is POST /v2/Init: a new payment and its link.
func (s *Server) initPayment(c *call) (any, *refusal) {
	amount := c.kopecks("Amount")
	if amount < c.terminal.MinAmount {
		return nil, s.breach("Amount", "is below the minimum", "251", "{value}", strconv.FormatInt(c.terminal.MinAmount, 10))
	}
	if refused := s.checkInit(c, amount); refused != nil {
		return nil, refused
	}
	due, refused := s.dueDate(c)
	if refused != nil {
		return nil, refused
	}
	p := s.newPayment(c, amount)
	p.Expires = due
	s.payments = append(s.payments, p)
	s.become(p, StatusNew)
	return c.ok(answer{"Status": p.Status, "PaymentId": p.ID, "OrderId": p.OrderID, "Amount": p.Amount, "PaymentURL": p.URL}), nil
}

func (s *Server) checkInit(c *call, amount int64) *refusal {
	if lang := c.str("Language"); lang != "" && lang != "ru" && lang != "en" {
		return s.breach("Language", "is neither ru nor en", "1")
	}
	switch recurrent := c.str("Recurrent"); {
	case recurrent != "" && recurrent != "Y" && recurrent != "N":
		return s.breach("Recurrent", "is not Y", "1")
	case recurrent == "Y" && c.str("CustomerKey") == "" && c.data()["QR"] != "true":
		return checker{s, c.method}.missing("CustomerKey")
	}
	if refused := s.checkData(c); refused != nil {
		return refused
	}
	if refused := s.checkReceipt(c, amount); refused != nil {
		return refused
	}
	if !c.terminal.ReuseOrders && slices.ContainsFunc(s.payments, func(p *payment) bool {
		return p.Terminal == c.terminal.Key && p.OrderID == c.str("OrderId")
	}) {
		return s.refuse("20")
	}
	return nil
}

func (s *Server) newPayment(c *call, amount int64) *payment {
	t := c.terminal
	p := &payment{
		Payment: Payment{
			ID: s.newPaymentID(), Terminal: t.Key, OrderID: c.str("OrderId"), Amount: amount,
			Description: c.str("Description"), CustomerKey: c.str("CustomerKey"), Language: c.str("Language"),
			TwoStage: t.TwoStage, Recurrent: c.str("Recurrent") == "Y", Created: c.now, Receipt: c.root["Receipt"],
		},
		short: s.newShort(), merchant: t.Merchant, initiator: c.data()["OperationInitiatorType"], byQR: c.data()["QR"] == "true",
		notificationURL: or(c.str("NotificationURL"), t.NotificationURL),
		successURL:      or(c.str("SuccessURL"), t.SuccessURL), failURL: or(c.str("FailURL"), t.FailURL),
		cancels: map[string]answer{},
	}
	if kind := c.str("PayType"); kind != "" {
		p.TwoStage = kind == "T"
	}
	p.Language = or(p.Language, "ru")
	p.URL = c.base + "/new/" + p.short
	return p
}

// newPaymentID makes a number of 12 digits, beyond 32 bits as the bank's are.
func (s *Server) newPaymentID() string {
	for {
		id := fmt.Sprint(700_000_000_000 + s.rand.Int64N(100_000_000_000))
		if !slices.ContainsFunc(s.payments, func(p *payment) bool { return p.ID == id }) {
			return id
		}
	}
}

func (s *Server) newShort() string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	short := make([]byte, 8)
	for i := range short {
		short[i] = letters[s.rand.IntN(len(letters))]
	}
	return string(short)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

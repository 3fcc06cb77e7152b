package tbanktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// notice is a notification before it is signed.
type notice struct {
	status     string
	fields     answer
	toTerminal bool // goes to the terminal's own address, whatever Init said
}

// paymentNotice has the fields of API 1.80 "Уведомления об операциях": PaymentId, CardId and RebillId are
// numbers, ErrorCode is a string. The caller holds the lock.
func (s *Server) paymentNotice(p *payment, status string, amount int64) notice {
	source := "cards"
	if p.SBP {
		source = "qrsbp"
	}
	n := notice{status: status, fields: answer{
		"TerminalKey": p.Terminal, "OrderId": p.OrderID, "Success": true, "Status": status,
		"PaymentId": json.Number(p.ID), "ErrorCode": "0", "Amount": amount,
		"Data": answer{"Route": "ACQ", "Source": source},
	}}
	if mask := p.card.mask(); mask != "" {
		n.fields["Pan"], n.fields["ExpDate"] = mask, p.card.expiry()
	} else if p.SBP && isPaid(p.Status) {
		n.fields["Pan"] = "+7*****0000"
	}
	if p.CardID != "" {
		n.fields["CardId"] = json.Number(p.CardID)
	}
	if p.RebillID != "" {
		n.fields["RebillId"] = json.Number(p.RebillID)
	}
	if p.CustomerKey != "" {
		n.fields["CustomerKey"] = p.CustomerKey
	}
	return n
}

func (s *Server) rejectedNotice(p *payment, code string) notice {
	n := s.paymentNotice(p, StatusRejected, p.Amount)
	why := s.refuse(code)
	n.fields["Success"], n.fields["ErrorCode"], n.fields["Message"] = false, code, why.Message
	if why.Details != "" {
		n.fields["Details"] = why.Details
	}
	return n
}

// notifyFiscal tells the shop that a receipt was registered: Status RECEIPT, to the terminal's address only.
func (s *Server) notifyFiscal(p *payment, kind string, amount int64) {
	n := notice{status: statusReceipt, fields: answer{
		"TerminalKey": p.Terminal, "OrderId": p.OrderID, "Success": true, "Status": statusReceipt,
		"PaymentId": json.Number(p.ID), "ErrorCode": "0", "ErrorMessage": "", "Amount": amount,
		"FiscalNumber": len(p.Notifications) + 1, "ShiftNumber": 1, "ReceiptDatetime": s.now().Format("2006-01-02T15:04:05-07:00"),
		"FnNumber": "9999078900001234", "EcrRegNumber": "0000000001002292", "FiscalDocumentNumber": 1 + s.rand.IntN(99999),
		"FiscalDocumentAttribute": 1_000_000_000 + s.rand.Int64N(1_000_000_000), "Type": kind,
		"Ofd": "demo-ofd.example", "Url": "https://demo-ofd.example/", "QrCodeUrl": "https://demo-ofd.example/qr",
		"CalculationPlace": "demo.example", "SettlePlace": "demo.example",
	}}
	if p.Receipt != nil {
		n.fields["Receipt"] = p.Receipt
	}
	s.notify(p, n)
}

// notify signs notices and sends them: at once, or one after another where mischief wants an order. The
// caller holds the lock.
func (s *Server) notify(p *payment, notices ...notice) {
	m := &s.mischief
	inOrder := m.Reorder
	if last := len(notices) - 1; m.RejectedFirst && notices[last].status == StatusConfirmed {
		notices = []notice{s.rejectedNotice(p, "1051"), notices[last]}
		inOrder = true
	} else if m.Reorder {
		slices.Reverse(notices)
	}
	var sent []*delivery
	for _, n := range notices {
		url := p.notificationURL
		if n.status == statusReceipt || n.toTerminal {
			url = s.terminals[p.Terminal].NotificationURL
		}
		if url == "" {
			continue
		}
		body := s.sign(p, n)
		for range 1 + m.Duplicate {
			if d := s.record(p, n.status, url, body); d != nil {
				sent = append(sent, d)
			}
		}
	}
	s.dispatch(sent, inOrder)
}

func (s *Server) sign(p *payment, n notice) []byte {
	m := &s.mischief
	if m.Amount != 0 && n.status != statusReceipt && !n.toTerminal {
		n.fields["Amount"] = m.Amount
	}
	for name, v := range m.Extra {
		n.fields[name] = v
	}
	if data, ok := n.fields["Data"]; ok && m.DataString {
		n.fields["Data"] = string(encode(data))
	}
	body := signed(n.fields, s.terminals[p.Terminal].Password)
	if m.BadTokens > 0 {
		m.BadTokens--
		n.fields["Token"] = strings.Repeat("0123456789abcdef", 4)
		body = encode(n.fields)
	}
	return body
}

package tbanktest

import (
	"fmt"
	"slices"
	"strconv"
)

// addAccountQr is POST /v2/AddAccountQr: an address where a buyer lets the shop charge their account.
func (s *Server) addAccountQr(c *call) (any, *refusal) {
	if !c.terminal.SBP {
		return nil, s.refuse("3001")
	}
	if !c.terminal.Charge {
		return nil, s.refuse("3013")
	}
	b := s.newBinding(c, c.str("Description"))
	b.isAccount, b.request = true, s.newAccountKey()
	b.URL = c.base + "/bind/" + b.short
	data := b.URL + "?type=03"
	if c.str("DataType") == "IMAGE" {
		data = qrPicture(b.ID)
	}
	key, _ := strconv.ParseInt(b.request, 10, 64)
	return c.ok(answer{"Message": "OK", "Data": data, "RequestKey": key}), nil
}

// newAccountKey makes the RequestKey of an account's binding: a number (T-Bank API 1.80, GetQr and AddAccountQr).
func (s *Server) newAccountKey() string {
	return strconv.FormatInt(200_000+s.rand.Int64N(9_000_000), 10)
}

// storesAccount says that whoever pays by the faster payment system lets the shop charge that account later
// (T-Bank API 1.80, Init: Recurrent and DATA.QR; a charge of a bound account looks the same until ChargeQr).
func (p *payment) storesAccount() bool { return p.Recurrent && p.byQR && !p.charged }

// bindByPaying makes the binding that goes with a payment's QR code (T-Bank API 1.80, "Таблица статусов привязки
// счёта"). The document does not say what a second GetQr does to the first key: here the last one counts.
func (s *Server) bindByPaying(c *call, p *payment) *binding {
	b := s.newBinding(c, p.Description)
	b.isAccount, b.request, b.paying = true, s.newAccountKey(), p
	s.become(b.payment, AccountProcessing)
	return b
}

// takeBySBP is a buyer who paid in a bank's app. With storesAccount the account is bound by that, or its bank
// does not want to; the caller holds the lock.
func (s *Server) takeBySBP(p *payment, agreed bool) {
	p.SBP, p.TwoStage = true, false
	s.take(p, "", p.Amount)
	for _, b := range slices.Backward(s.bindings) {
		if b.paying == p && p.storesAccount() {
			s.bindAccount(b, agreed)
			return
		}
	}
}

// PayByQR is a buyer who pays a payment (its link, id or order id) in their bank's app by the code of GetQr. bound
// is whether the bank lets the shop charge the account later, where the payment wants that.
func (s *Server) PayByQR(link string, bound bool) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.open(link)
	if err != nil {
		return Payment{}, err
	}
	if p.Status == StatusNew {
		return Payment{}, fmt.Errorf("pay %s by a code that nobody asked for: %w", p.ID, ErrClosed)
	}
	s.takeBySBP(p, bound)
	return p.snapshot(), nil
}

// getAddAccountQrState is POST /v2/GetAddAccountQrState.
func (s *Server) getAddAccountQrState(c *call) (any, *refusal) {
	b := s.accountBy(c, func(b *binding) bool { return b.request == c.str("RequestKey") })
	if b == nil {
		return nil, s.refuse("3012")
	}
	out := c.ok(accountFields(b))
	out["RequestKey"], _ = strconv.ParseInt(b.request, 10, 64)
	out["Message"] = "OK"
	return out, nil
}

// getAccountQrList is POST /v2/GetAccountQrList.
func (s *Server) getAccountQrList(c *call) (any, *refusal) {
	list := []answer{}
	for _, b := range s.bindings {
		if b.isAccount && b.Terminal == c.terminal.Key && b.account != "" {
			row := accountFields(b)
			row["RequestKey"] = b.request
			list = append(list, row)
		}
	}
	return c.ok(answer{"Message": "OK", "AccountTokens": list}), nil
}

func accountFields(b *binding) answer {
	out := answer{"Status": b.Status}
	if b.Status == AccountActive || b.Status == AccountInactive {
		out["BankMemberId"], out["BankMemberName"] = "100000000004", "Т-Банк"
	}
	if b.account != "" {
		out["AccountToken"] = b.account
	}
	return out
}

func (s *Server) accountBy(c *call, match func(*binding) bool) *binding {
	for _, b := range s.bindings {
		if b.isAccount && b.Terminal == c.terminal.Key && match(b) {
			return b
		}
	}
	return nil
}

// BindAccount is a buyer who agrees to charges of their account (the link, or RequestKey, of AddAccountQr), or
// does not.
func (s *Server) BindAccount(link string, agreed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bindings {
		if !b.isAccount || b.URL != link && b.URL+"?type=03" != link && b.request != link {
			continue
		}
		if b.Status != BindingNew && b.Status != BindingShowed || b.paying != nil {
			return fmt.Errorf("bind %s: %w", link, ErrClosed)
		}
		s.bindAccount(b, agreed)
		return nil
	}
	return fmt.Errorf("bind %q: %w", link, ErrUnknownPayment)
}

// bindAccount ends an account's binding and tells the terminal's address (LINKACCOUNT); the caller holds the lock.
func (s *Server) bindAccount(b *binding, agreed bool) {
	status := AccountInactive
	if agreed {
		status = AccountActive
		b.account = fmt.Sprintf("%016x%016x", s.rand.Uint64(), s.rand.Uint64())
	}
	s.become(b.payment, status)
	fields := accountFields(b)
	fields["TerminalKey"], fields["RequestKey"], fields["NotificationType"] = b.Terminal, b.request, "LINKACCOUNT"
	fields["Success"], fields["ErrorCode"], fields["Message"] = agreed, "0", "OK"
	s.notify(b.payment, notice{status: status, fields: fields, toTerminal: true})
}

// chargeQr is POST /v2/ChargeQr: pays a fresh payment, made with Recurrent and DATA.QR, from a bound account.
func (s *Server) chargeQr(c *call) (any, *refusal) {
	if !c.terminal.Charge {
		return nil, s.refuse("3013")
	}
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	switch {
	case p.charged:
		return nil, s.refuse("3037")
	case p.Status != StatusNew:
		return nil, s.refuse("8").with(answer{"Status": p.Status, "PaymentId": p.ID})
	case !p.Recurrent || !p.byQR:
		return nil, s.breach("PaymentId", "was not made with Recurrent=Y and DATA.QR=true", "3013")
	}
	b := s.accountBy(c, func(b *binding) bool { return b.account != "" && b.account == c.str("AccountToken") })
	if b == nil {
		return nil, s.refuse("3014")
	}
	p.charged, p.SBP, p.TwoStage = true, true, false
	s.take(p, "", p.Amount)
	return c.ok(answer{"Message": "OK", "Status": p.Status, "PaymentId": p.ID, "OrderId": p.OrderID, "Amount": p.Amount, "Currency": 643}), nil
}

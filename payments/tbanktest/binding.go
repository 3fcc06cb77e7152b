package tbanktest

import (
	"fmt"
	"strconv"
	"time"
)

// Statuses of a card's binding (T-Bank API 1.80, GetAddCardState) and of an account's (GetAddAccountQrState).
const (
	BindingNew       = "NEW"
	BindingShowed    = "FORM_SHOWED"
	BindingCompleted = "COMPLETED"
	BindingRejected  = "REJECTED"

	AccountProcessing = "PROCESSING"
	AccountActive     = "ACTIVE"
	AccountInactive   = "INACTIVE"
)

// bindingLife is how long the page of AddCard lives (T-Bank API 1.80, "Привязка карты").
const bindingLife = 48 * time.Hour

// binding is a request to store a card, or an account of the faster payment system, without paying.
type binding struct {
	*payment            // its notifications and PaymentId; it is in no list of payments
	request   string    // RequestKey
	checkType string    // of AddCard
	account   string    // AccountToken once an account is bound
	isAccount bool      // AddAccountQr made it, or GetQr
	paying    *payment  // by which GetQr binds it
	until     time.Time // when the page closes
}

// addCard is POST /v2/AddCard: a page that stores a card.
func (s *Server) addCard(c *call) (any, *refusal) {
	who, key := s.customerOf(c)
	if who == nil {
		return nil, s.noCustomer()
	}
	b := s.newBinding(c, "")
	b.CustomerKey, b.checkType, b.request = key.key, or(c.str("CheckType"), "NO"), s.newRequestKey()
	b.URL = c.base + "/bind/" + b.short
	id, _ := strconv.ParseInt(b.ID, 10, 64)
	return c.ok(answer{"Message": "OK", "PaymentId": id, "CustomerKey": key.key, "RequestKey": b.request, "PaymentURL": b.URL}), nil
}

func (s *Server) newBinding(c *call, description string) *binding {
	b := &binding{until: c.now.Add(bindingLife), payment: &payment{
		Payment: Payment{ID: s.newPaymentID(), Terminal: c.terminal.Key, Description: description, Language: "ru", Status: BindingNew, Created: c.now},
		short:   s.newShort(), merchant: c.terminal.Merchant, successURL: c.terminal.SuccessURL, failURL: c.terminal.FailURL,
	}}
	b.Expires = b.until
	s.bindings = append(s.bindings, b)
	return b
}

// newRequestKey makes a UUID.
func (s *Server) newRequestKey() string {
	a, b := s.rand.Uint64(), s.rand.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}

// getAddCardState is POST /v2/GetAddCardState.
func (s *Server) getAddCardState(c *call) (any, *refusal) {
	for _, b := range s.bindings {
		if b.Terminal != c.terminal.Key || b.isAccount || b.request != c.str("RequestKey") {
			continue
		}
		out := c.ok(answer{"RequestKey": b.request, "Status": b.Status, "CustomerKey": b.CustomerKey})
		if b.CardID != "" {
			out["CardId"] = b.CardID
		}
		if b.RebillID != "" {
			out["RebillId"] = b.RebillID
		}
		if b.ErrorCode != "" {
			why := s.refuse(b.ErrorCode)
			out["Success"], out["ErrorCode"], out["Message"] = false, why.Code, why.Message
		}
		return out, nil
	}
	return nil, s.refuse("502")
}

// Bind is a buyer who stores a card on the page of AddCard (its link or RequestKey). A card that the issuer
// refuses is no error: the payment returned is REJECTED.
func (s *Server) Bind(link string, card Card) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bindings {
		if b.isAccount || b.URL != link && b.request != link {
			continue
		}
		if b.Status != BindingNew && b.Status != BindingShowed {
			return Payment{}, fmt.Errorf("bind %s: %w", link, ErrClosed)
		}
		if !s.now().Before(b.until) {
			return Payment{}, fmt.Errorf("bind %s: %w", link, ErrExpired)
		}
		s.bind(b, card)
		return b.snapshot(), nil
	}
	return Payment{}, fmt.Errorf("bind %q: %w", link, ErrUnknownPayment)
}

// bind ends a card's binding and tells the terminal's address; the caller holds the lock. Without a check
// (CheckType NO) the card gets no RebillId (T-Bank API 1.80, AddCard).
func (s *Server) bind(b *binding, card Card) {
	b.card = card
	if code := card.onPay(); code != "" {
		b.ErrorCode = code
		s.become(b.payment, BindingRejected)
	} else {
		b.Recurrent = b.checkType != "NO"
		s.storeCard(b.payment)
		s.become(b.payment, BindingCompleted)
	}
	fields := answer{
		"TerminalKey": b.Terminal, "CustomerKey": b.CustomerKey, "RequestKey": b.request, "Success": b.ErrorCode == "",
		"Status": b.Status, "ErrorCode": or(b.ErrorCode, "0"), "NotificationType": "LINKCARD",
		"Pan": card.mask(), "ExpDate": card.expiry(),
	}
	fields["PaymentId"], _ = strconv.ParseInt(b.ID, 10, 64)
	for name, value := range map[string]string{"CardId": b.CardID, "RebillId": b.RebillID} {
		if value != "" {
			fields[name] = value // strings here, numbers in a payment's notification
		}
	}
	s.notify(b.payment, notice{status: b.Status, fields: fields, toTerminal: true})
}

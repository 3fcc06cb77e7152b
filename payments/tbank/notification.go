package tbank

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Receive implements payments.Provider (T-Bank API 1.80, "Уведомления").
//
// The token is checked over every scalar that came, not over fields known
// here: the bank may add some at any time. Data as a string is such a scalar.
// A notification of a terminal that is not ours is forged. News about receipts,
// cards and accounts are of no consequence to a payment's life: their event has
// an empty State, and Fiscal or Binding.
func (p *Provider) Receive(_ *http.Request, body []byte) (payments.Event, error) {
	root, err := object(body)
	if err != nil {
		return payments.Event{}, err
	}
	shop, err := p.verify(root)
	if err != nil {
		return payments.Event{}, err
	}
	event := payments.Event{
		Payment: paymentID(value(root, "OrderId")), External: value(root, "PaymentId"), Shop: shop.name, Raw: redact(root),
	}
	switch kind(root) {
	case aboutReceipt:
		return shop.fiscal(event, root)
	case aboutCard, aboutAccount:
		return shop.binding(event, root), nil
	case aboutPayment:
		return shop.news(event, root)
	}
	return event, nil
}

// news reads a payment's notification.
func (s *shop) news(event payments.Event, root map[string]json.RawMessage) (_ payments.Event, err error) {
	event.State = value(root, "Status")
	event.Status, event.Released = status(event.State), released(event.State)
	if !paymentNumber(event.External) || !word(event.State) {
		return payments.Event{}, errors.New("read notification: PaymentId is no number, or Status no word")
	}
	if event.Amount, err = text(value(root, "Amount")).kopecks(); err != nil {
		return payments.Event{}, err
	}
	event.Key = eventKey(s.terminal, event.External, event.State, event.Amount)
	event.Message = buyerText(answer{
		ErrorCode: text(value(root, "ErrorCode")), Message: text(value(root, "Message")), Details: text(value(root, "Details")),
	})
	event.Code, event.Reason = decline(event.Status, value(root, "ErrorCode"))
	if event.Status == sales.PaymentHeld || event.Status == sales.PaymentPaid {
		event.Card = storedBy(root)
	}
	return event, nil
}

// storedBy is the card that a payment left behind; nil where it left none.
func storedBy(root map[string]json.RawMessage) *payments.Card {
	id, token := value(root, "CardId"), value(root, "RebillId")
	if id == "" && token == "" {
		return nil
	}
	return &payments.Card{
		ID: payments.Secret(id), Token: payments.Secret(token), Kind: payments.CardKind,
		Last: lastFour(value(root, "Pan")), Expires: expiry(value(root, "ExpDate")),
	}
}

// fiscal reads news about a receipt. Its scalars are signed as any others.
func (s *shop) fiscal(event payments.Event, root map[string]json.RawMessage) (payments.Event, error) {
	amount, err := text(value(root, "Amount")).kopecks()
	if err != nil {
		return payments.Event{}, err
	}
	said := &sales.Fiscal{
		Kind: value(root, "Type"), Amount: amount, URL: shown(value(root, "Url")), QR: shown(value(root, "QrCodeUrl")),
		Operator: value(root, "Ofd"), Drive: value(root, "FnNumber"),
		Document: value(root, "FiscalDocumentNumber"), Sign: value(root, "FiscalDocumentAttribute"),
	}
	if at, err := time.Parse("2006-01-02T15:04:05-07:00", value(root, "ReceiptDatetime")); err == nil {
		said.At = at
	}
	if value(root, "Success") != "true" {
		said.Error = or(value(root, "ErrorMessage"), "код "+digits(value(root, "ErrorCode")))
	}
	event.Fiscal = said
	event.Key = eventKey(s.terminal, event.External, "RECEIPT:"+said.Kind+":"+said.Document, amount)
	return event, nil
}

// binding reads news about a card or an account stored without paying.
func (s *shop) binding(event payments.Event, root map[string]json.RawMessage) payments.Event {
	bound := &payments.Binding{
		Request: value(root, "RequestKey"), CustomerKey: value(root, "CustomerKey"), Status: bindingStatus(value(root, "Status")),
		Card: payments.Card{
			ID: payments.Secret(value(root, "CardId")), Token: payments.Secret(value(root, "RebillId")), Kind: payments.CardKind,
			Last: lastFour(value(root, "Pan")), Expires: expiry(value(root, "ExpDate")),
		},
	}
	if kind(root) == aboutAccount {
		bound.Card = payments.Card{
			Token: payments.Secret(value(root, "AccountToken")), Kind: payments.AccountKind, Last: value(root, "BankMemberName"),
		}
	}
	event.Binding = bound
	event.Key = s.terminal + ":" + bound.Request + ":" + value(root, "Status")
	return event
}

// paymentNumber tells whether a text is a PaymentId: at most 20 digits (T-Bank
// API 1.80, GetState).
func paymentNumber(s string) bool { return decimal(s) && len(s) <= 20 }

// word tells whether a text can be a status, known or not: what is no word gets
// neither into a log nor into a key.
func word(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// shown keeps an address only where a person can open it.
func shown(address string) string {
	if page(address) {
		return address
	}
	return ""
}

// Acknowledge implements payments.Provider: exactly OK, without markup.
func (p *Provider) Acknowledge(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	io.WriteString(w, "OK")
}

// object reads one JSON object with its values as they stand on the wire.
func object(body []byte) (map[string]json.RawMessage, error) {
	var root map[string]json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&root); err != nil || root == nil {
		return nil, errors.New("read notification: not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read notification: something follows the JSON object")
	}
	return root, nil
}

// verify finds the terminal and compares tokens in constant time.
func (p *Provider) verify(root map[string]json.RawMessage) (*shop, error) {
	shop, ours := p.terminals[value(root, "TerminalKey")]
	if !ours {
		return nil, fmt.Errorf("notification of another terminal: %w", payments.ErrForged)
	}
	got, want := strings.ToLower(value(root, "Token")), shop.sign(root)
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return nil, fmt.Errorf("notification with a wrong token: %w", payments.ErrForged)
	}
	return shop, nil
}

// What a notification is about.
const (
	aboutPayment = "payment"
	aboutReceipt = "receipt"
	aboutCard    = "card"
	aboutAccount = "account"
)

// kind tells notifications apart (T-Bank API 1.80, "Уведомления": Status
// RECEIPT, NotificationType LINKCARD and LINKACCOUNT; older ones about a card
// have a RequestKey alone); empty where it is none of them.
func kind(root map[string]json.RawMessage) string {
	switch value(root, "NotificationType") {
	case "LINKCARD":
		return aboutCard
	case "LINKACCOUNT":
		return aboutAccount
	}
	switch {
	case value(root, "Status") == "RECEIPT":
		return aboutReceipt
	case value(root, "OrderId") != "" && value(root, "PaymentId") != "":
		return aboutPayment
	case value(root, "RequestKey") != "":
		return aboutCard
	}
	return ""
}

func value(root map[string]json.RawMessage, name string) string {
	v, _ := scalar(root[name])
	return v
}

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

	"voronka/payments"
)

// Receive implements payments.Provider (T-Bank API 1.80, "Уведомления").
//
// The token is checked over every scalar that came, not over fields known
// here: the bank may add some at any time. Data as a string is such a scalar.
// A notification of another terminal is forged. Genuine ones about receipts,
// cards and accounts are of no consequence to a payment's life: their event has
// an empty State.
func (p *Provider) Receive(_ *http.Request, body []byte) (payments.Event, error) {
	root, err := object(body)
	if err != nil {
		return payments.Event{}, err
	}
	if err := p.verify(root); err != nil {
		return payments.Event{}, err
	}
	event := payments.Event{Payment: paymentID(value(root, "OrderId")), External: value(root, "PaymentId"), Raw: redact(root)}
	if !aboutPayment(root) {
		return event, nil
	}
	event.State = value(root, "Status")
	event.Status = status(event.State)
	if event.Amount, err = text(value(root, "Amount")).kopecks(); err != nil {
		return payments.Event{}, err
	}
	event.Key = eventKey(p.terminal, event.External, event.State, event.Amount)
	event.Message = buyerText(answer{
		ErrorCode: text(value(root, "ErrorCode")), Message: text(value(root, "Message")), Details: text(value(root, "Details")),
	})
	return event, nil
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

// verify compares tokens in constant time.
func (p *Provider) verify(root map[string]json.RawMessage) error {
	if terminal := value(root, "TerminalKey"); terminal != p.terminal {
		return fmt.Errorf("notification of another terminal: %w", payments.ErrForged)
	}
	got, want := strings.ToLower(value(root, "Token")), p.sign(root)
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return fmt.Errorf("notification with a wrong token: %w", payments.ErrForged)
	}
	return nil
}

// aboutPayment tells a payment's notification from those about its receipt
// (Status RECEIPT), a bound card (LINKCARD) or account (LINKACCOUNT), which
// have no order.
func aboutPayment(root map[string]json.RawMessage) bool {
	switch value(root, "NotificationType") {
	case "LINKCARD", "LINKACCOUNT":
		return false
	}
	return value(root, "Status") != "RECEIPT" && value(root, "OrderId") != "" && value(root, "PaymentId") != ""
}

func value(root map[string]json.RawMessage, name string) string {
	v, _ := scalar(root[name])
	return v
}

package tbank

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"voronka/payments"
	"voronka/sales"
)

// text is a value that the bank writes now as a string, now as a number:
// PaymentId, ErrorCode, OrderId (T-Bank API 1.80 and older). Anything that is no
// scalar reads as empty.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	value, _ := scalar(raw)
	*t = text(value)
	return nil
}

// secret is a text that no print shows.
type secret struct{ payments.Secret }

// UnmarshalJSON implements json.Unmarshaler.
func (s *secret) UnmarshalJSON(raw []byte) error {
	value, _ := scalar(raw)
	s.Secret = payments.Secret(value)
	return nil
}

// kopecks reads an amount; an absent one is zero.
func (t text) kopecks() (sales.Money, error) {
	if t == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("read Amount: not whole kopecks")
	}
	return sales.Money(n), nil
}

// flag is a boolean that older answers and CheckOrder write as a string.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(raw []byte) error {
	value, _ := scalar(raw)
	*f = value == "true"
	return nil
}

// decimal tells whether a text is digits alone.
func decimal(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

var (
	_ json.Unmarshaler = (*text)(nil)
	_ json.Unmarshaler = (*flag)(nil)
	_ json.Unmarshaler = (*secret)(nil)
)

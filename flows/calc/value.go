package calc

import (
	"strings"

	"github.com/govalues/decimal"
)

// Value is a text, a number or a truth. The zero Value is the empty text.
type Value struct {
	kind   kind
	text   string
	number decimal.Decimal
	truth  bool
}

type kind byte

const (
	textual kind = iota
	numeric
	logical
)

// String writes the value as a variable keeps it: a number with a point and
// without trailing zeros, a truth as true or false.
func (v Value) String() string {
	switch v.kind {
	case numeric:
		return v.number.Trim(0).String()
	case logical:
		if v.truth {
			return "true"
		}
		return "false"
	}
	return v.text
}

// True tells whether the value counts as yes: a truth that is true, a number
// other than zero, a text other than "", "0" and "false".
func (v Value) True() bool {
	switch v.kind {
	case numeric:
		return !v.number.IsZero()
	case logical:
		return v.truth
	}
	return v.text != "" && v.text != "0" && !strings.EqualFold(v.text, "false")
}

func text(s string) Value { return Value{text: s} }

func number(d decimal.Decimal) Value { return Value{kind: numeric, number: d} }

func truth(b bool) Value { return Value{kind: logical, truth: b} }

// Number reads plain decimals such as 12, -0.5 or 4900.50. Signs of a phone
// number, spaces and exponents are no part of a number.
func Number(s string) (decimal.Decimal, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > decimal.MaxPrec+1 || digits[0] == '.' || digits[len(digits)-1] == '.' {
		return decimal.Decimal{}, false
	}
	for _, char := range []byte(digits) {
		if (char < '0' || char > '9') && char != '.' {
			return decimal.Decimal{}, false
		}
	}
	d, err := decimal.Parse(s)
	return d, err == nil
}

// asNumber gives the number in a value; a text counts when it looks like one,
// a truth as 1 or 0.
func (v Value) asNumber() (decimal.Decimal, bool) {
	switch v.kind {
	case numeric:
		return v.number, true
	case logical:
		if v.truth {
			return decimal.One, true
		}
		return decimal.Zero, true
	}
	return Number(v.text)
}

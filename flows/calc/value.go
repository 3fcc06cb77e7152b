package calc

import (
	"strings"

	"github.com/govalues/decimal"
)

// Value is a text, a number, a truth, a list or a dictionary. The zero Value
// is the empty text.
type Value struct {
	kind   kind
	truth  bool
	carry  int16 // days that a time of day has run past midnight
	text   string
	number decimal.Decimal
	whole  *compound
}

// compound is a list or a dictionary; it never changes once it is made.
type compound struct {
	items []Value
	pairs []pair
}

type pair struct {
	key   string
	value Value
}

type kind byte

const (
	textual kind = iota
	numeric
	logical
	listed
	keyed
)

// String writes the value as a variable keeps it: a number with a point and
// without trailing zeros, a truth as true or false, a list as JSON.
func (v Value) String() string {
	switch v.kind {
	case numeric:
		return v.number.Trim(0).String()
	case logical:
		if v.truth {
			return "true"
		}
		return "false"
	case listed, keyed:
		return v.json()
	}
	return v.text
}

// True tells whether the value counts as yes: a truth that is true, a number
// other than zero, a text other than "", "0" and "false", a list with something in it.
func (v Value) True() bool {
	switch v.kind {
	case numeric:
		return !v.number.IsZero()
	case logical:
		return v.truth
	case listed, keyed:
		return len(v.whole.items)+len(v.whole.pairs) > 0
	}
	return v.text != "" && v.text != "0" && !strings.EqualFold(v.text, "false")
}

// Zero tells whether it is the empty text, or None.
func (v Value) Zero() bool { return v.kind == textual && v.text == "" }

// Text makes a Value of a text.
func Text(s string) Value { return text(s) }

func text(s string) Value { return Value{text: s} }

func number(d decimal.Decimal) Value { return Value{kind: numeric, number: d} }

func whole(n int) Value {
	d, _ := decimal.New(int64(n), 0) // an int always fits
	return number(d)
}

func truth(b bool) Value { return Value{kind: logical, truth: b} }

func list(items []Value) Value { return Value{kind: listed, whole: &compound{items: items}} }

func dict(pairs []pair) Value { return Value{kind: keyed, whole: &compound{pairs: pairs}} }

// put sets a key, in the place it had; pairs itself may be changed.
func put(pairs []pair, key string, value Value) []pair {
	for i := range pairs {
		if pairs[i].key == key {
			pairs[i].value = value
			return pairs
		}
	}
	return append(pairs, pair{key, value})
}

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
	case textual:
		return Number(v.text)
	}
	return decimal.Decimal{}, false
}

// Decimal gives the number in a value; false when there is none.
func (v Value) Decimal() (decimal.Decimal, bool) { return v.asNumber() }

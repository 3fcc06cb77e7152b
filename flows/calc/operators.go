package calc

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/govalues/decimal"
)

func logic(or bool, left, right eval) eval {
	return func(f *frame) (Value, error) {
		v, err := left(f)
		if err != nil || v.True() == or {
			return truth(v.True()), err
		}
		v, err = right(f)
		return truth(v.True()), err
	}
}

// both computes two operands.
func both(left, right eval, f *frame) (a, b Value, err error) {
	if a, err = left(f); err != nil {
		return a, b, err
	}
	b, err = right(f)
	return a, b, err
}

// compare orders numbers as numbers, dates as dates, and everything else as text.
func compare(a, b Value) int {
	if a.kind == logical || b.kind == logical {
		if x, y := strings.ToLower(a.String()), strings.ToLower(b.String()); x == y {
			return 0
		}
	}
	x, okX := a.asNumber()
	y, okY := b.asNumber()
	if okX && okY {
		return x.Cmp(y)
	}
	if order, ok := compareMoments(a, b); ok {
		return order
	}
	return strings.Compare(a.String(), b.String())
}

func comparison(operator string, left, right eval) eval {
	return func(f *frame) (Value, error) {
		a, b, err := both(left, right, f)
		if err != nil {
			return Value{}, err
		}
		order := compare(a, b)
		switch operator {
		case "==":
			return truth(order == 0), nil
		case "!=":
			return truth(order != 0), nil
		case "<":
			return truth(order < 0), nil
		case ">":
			return truth(order > 0), nil
		case "<=":
			return truth(order <= 0), nil
		}
		return truth(order >= 0), nil
	}
}

func arithmetic(operator string, left, right eval) eval {
	return func(f *frame) (Value, error) {
		a, b, err := both(left, right, f)
		if err != nil {
			return Value{}, err
		}
		return f.arithmetic(operator, a, b)
	}
}

func (f *frame) arithmetic(operator string, a, b Value) (Value, error) {
	if operator == "+" || operator == "-" {
		if value, isMoment, err := reckonMoment(operator, a, b); isMoment || err != nil {
			return value, err
		}
	}
	x, errX := operand(a, operator)
	y, errY := operand(b, operator)
	if operator == "+" {
		if a.kind == listed && b.kind == listed {
			return f.keep(list(slices.Concat(a.whole.items, b.whole.items)))
		}
		if errX != nil || errY != nil || a.Zero() && b.Zero() {
			return f.join(a, b)
		}
	}
	if err := cmp.Or(errX, errY); err != nil {
		return Value{}, err
	}
	return calculate(operator, x, y)
}

// operand reads a number; in a difference or product the empty text is zero,
// so that a counter need not be set before it is counted.
func operand(v Value, operator string) (decimal.Decimal, error) {
	if d, ok := v.asNumber(); ok {
		return d, nil
	}
	if v.Zero() {
		return decimal.Zero, nil
	}
	return decimal.Decimal{}, fmt.Errorf("%w beside %s", ErrNotNumber, operator)
}

func calculate(operator string, x, y decimal.Decimal) (Value, error) {
	var result decimal.Decimal
	var err error
	switch operator {
	case "+":
		result, err = x.Add(y)
	case "-":
		result, err = x.Sub(y)
	case "*":
		result, err = x.Mul(y)
	case "**", "^":
		return power(x, y)
	default:
		if y.IsZero() {
			return Value{}, ErrDivisionByZero
		}
		if operator == "%" {
			_, result, err = x.QuoRem(y)
		} else {
			result, err = x.Quo(y)
		}
	}
	if err != nil {
		return Value{}, fmt.Errorf("compute %s: %w", operator, err)
	}
	return number(result), nil
}

// power is exact for whole exponents, and good to ten digits for others.
func power(x, y decimal.Decimal) (Value, error) {
	if exponent, _, ok := y.Int64(0); ok && y.IsInt() && exponent > -1000 && exponent < 1000 {
		if x.IsZero() && exponent < 0 {
			return Value{}, ErrDivisionByZero
		}
		if result, err := x.PowInt(int(exponent)); err == nil {
			return number(result), nil
		}
	}
	base, _ := x.Float64()
	exponent, _ := y.Float64()
	return fromFloat(math.Pow(base, exponent))
}

// fromFloat keeps ten decimals, which hides what floats get wrong.
func fromFloat(x float64) (Value, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Value{}, ErrNotNumber
	}
	d, err := decimal.NewFromFloat64(x)
	if err != nil {
		return Value{}, fmt.Errorf("compute: %w", err)
	}
	return number(halfUp(d, 10)), nil
}

func part(operator string, left, right eval) eval {
	holds := map[string]func(a, b string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	}[operator]
	return func(f *frame) (Value, error) {
		a, b, err := both(left, right, f)
		return truth(holds(fold(a), fold(b))), err
	}
}

// fold makes texts comparable as people compare them: case and ё do not count.
func fold(v Value) string {
	return strings.ReplaceAll(strings.ToLower(v.String()), "ё", "е")
}

// joined writes the parts of a text one behind the other.
func joined(parts []eval) eval {
	return func(f *frame) (Value, error) {
		whole := Value{}
		for _, part := range parts {
			value, err := part(f)
			if err != nil {
				return Value{}, err
			}
			if whole, err = f.join(whole, value); err != nil {
				return Value{}, err
			}
		}
		return whole, nil
	}
}

// join writes b behind a. A time of day that ran past midnight takes the date
// that stands before it along: "#{current_date} #{time}".
func (f *frame) join(a, b Value) (Value, error) {
	left := a.String()
	if b.carry != 0 {
		left = shiftDate(left, int(b.carry))
	}
	return f.bounded(left + b.String())
}

// bounded is a text within the bounds of a value and of the run.
func (f *frame) bounded(s string) (Value, error) {
	if len(s) > maxText {
		return Value{}, ErrTooLong
	}
	return text(s), f.spend(len(s))
}

// keep holds a list or dictionary to the same bounds.
func (f *frame) keep(v Value) (Value, error) {
	size := v.size(maxText)
	if size > maxText || len(v.elements())+len(v.pairs()) > maxItems {
		return Value{}, ErrTooLong
	}
	return v, f.spend(size)
}

// size is about the length of what String writes; counting stops at enough.
func (v Value) size(enough int) int {
	size := 2
	switch v.kind {
	case listed, keyed:
	case textual:
		return size + len(v.text)
	default:
		return size + 20
	}
	for _, item := range v.elements() {
		if size += item.size(enough-size) + 2; size > enough {
			break
		}
	}
	for _, one := range v.pairs() {
		if size += len(one.key) + one.value.size(enough-size) + 6; size > enough {
			break
		}
	}
	return size
}

// element is what stands in a list at a place counted from 0, in a dictionary
// under a key, or in a text as its character; nothing where there is none.
func element(f *frame, from, key Value) (Value, error) {
	found, err := f.compound(from)
	if err == nil && found.kind == keyed {
		for _, one := range found.pairs() {
			if one.key == key.String() {
				return one.value, nil
			}
		}
		return Value{}, nil
	}
	d, ok := key.asNumber()
	if !ok {
		return Value{}, ErrNotNumber
	}
	at, _, _ := d.Int64(0)
	if err == nil {
		items := found.elements()
		if at < 0 {
			at += int64(len(items))
		}
		if at < 0 || at >= int64(len(items)) {
			return Value{}, nil
		}
		return items[at], nil
	}
	chars := []rune(from.String())
	if at < 0 {
		at += int64(len(chars))
	}
	if at < 0 || at >= int64(len(chars)) {
		return Value{}, f.spend(len(chars))
	}
	return text(string(chars[at])), f.spend(len(chars))
}

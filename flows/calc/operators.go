package calc

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/govalues/decimal"
)

func logic(or bool, left, right eval) eval {
	return func(vars Lookup) (Value, error) {
		v, err := left(vars)
		if err != nil || v.True() == or {
			return truth(v.True()), err
		}
		v, err = right(vars)
		return truth(v.True()), err
	}
}

// both computes two operands.
func both(left, right eval, vars Lookup) (a, b Value, err error) {
	if a, err = left(vars); err != nil {
		return a, b, err
	}
	b, err = right(vars)
	return a, b, err
}

// compare orders numbers as numbers and everything else as text.
func compare(a, b Value) int {
	x, okX := a.asNumber()
	y, okY := b.asNumber()
	if okX && okY {
		return x.Cmp(y)
	}
	return strings.Compare(a.String(), b.String())
}

func comparison(operator string, left, right eval) eval {
	return func(vars Lookup) (Value, error) {
		a, b, err := both(left, right, vars)
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
	return func(vars Lookup) (Value, error) {
		a, b, err := both(left, right, vars)
		if err != nil {
			return Value{}, err
		}
		x, errX := operand(a, operator)
		y, errY := operand(b, operator)
		empty := a.String() == "" && b.String() == ""
		if operator == "+" && (errX != nil || errY != nil || empty) {
			return bounded(a.String() + b.String())
		}
		if err := cmp.Or(errX, errY); err != nil {
			return Value{}, err
		}
		return calculate(operator, x, y)
	}
}

// operand reads a number; in a difference or product the empty text is zero,
// so that a counter need not be set before it is counted.
func operand(v Value, operator string) (decimal.Decimal, error) {
	if d, ok := v.asNumber(); ok {
		return d, nil
	}
	if v.String() == "" {
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

func part(operator string, left, right eval) eval {
	holds := map[string]func(a, b string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	}[operator]
	return func(vars Lookup) (Value, error) {
		a, b, err := both(left, right, vars)
		return truth(holds(fold(a), fold(b))), err
	}
}

// fold makes texts comparable as people compare them: case and ё do not count.
func fold(v Value) string {
	return strings.ReplaceAll(strings.ToLower(v.String()), "ё", "е")
}

func bounded(s string) (Value, error) {
	if len(s) > maxText {
		return Value{}, ErrTooLong
	}
	return text(s), nil
}

package calc

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/govalues/decimal"
)

// function is one word that can be called with least to most arguments.
type function struct {
	least, most int
	make        func(args []eval) eval
}

// Functions are the words that can be called, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions())) }

// functions are looked up while a formula is compiled, never while it runs.
func functions() map[string]function {
	return map[string]function{
		"lower": {1, 1, onText(func(s string) (Value, error) { return text(strings.ToLower(s)), nil })},
		"upper": {1, 1, onText(func(s string) (Value, error) { return text(strings.ToUpper(s)), nil })},
		"len": {1, 1, onText(func(s string) (Value, error) {
			length, err := decimal.New(int64(utf8.RuneCountInString(s)), 0)
			return number(length), err
		})},
		"contains": {2, 2, func(args []eval) eval { return part("contains", args[0], args[1]) }},
		"round":    {1, 2, round},
		"if":       {3, 3, choose},
	}
}

func onText(fn func(string) (Value, error)) func([]eval) eval {
	return func(args []eval) eval {
		return func(vars Lookup) (Value, error) {
			v, err := args[0](vars)
			if err != nil {
				return Value{}, err
			}
			return fn(v.String())
		}
	}
}

// choose computes only the branch it takes.
func choose(args []eval) eval {
	return func(vars Lookup) (Value, error) {
		condition, err := args[0](vars)
		if err != nil {
			return Value{}, err
		}
		if condition.True() {
			return args[1](vars)
		}
		return args[2](vars)
	}
}

// round rounds halves away from zero, as prices are rounded, to the decimals
// of the second argument (none when it is absent).
func round(args []eval) eval {
	return func(vars Lookup) (Value, error) {
		v, err := args[0](vars)
		if err != nil {
			return Value{}, err
		}
		x, err := operand(v, "round")
		if err != nil {
			return Value{}, err
		}
		scale := 0
		if len(args) == 2 {
			places, err := args[1](vars)
			if err != nil {
				return Value{}, err
			}
			d, err := operand(places, "round")
			if err != nil {
				return Value{}, err
			}
			whole, _, _ := d.Int64(0)
			scale = int(max(0, min(whole, decimal.MaxScale)))
		}
		return number(halfUp(x, scale)), nil
	}
}

func halfUp(x decimal.Decimal, scale int) decimal.Decimal {
	down := x.Trunc(scale)
	if rest, err := x.Sub(down); err == nil {
		half := decimal.MustNew(5, min(scale+1, decimal.MaxScale))
		if rest.Abs().Cmp(half) >= 0 && scale < decimal.MaxScale {
			if up, err := down.Add(down.ULP().CopySign(x)); err == nil {
				return up
			}
		}
	}
	return down
}

package calc

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/govalues/decimal"
)

func mathematics() map[string]function {
	return map[string]function{
		"round": eager(1, 2, func(_ *frame, args []Value) (Value, error) {
			x, err := numbers(args[:1])
			if err != nil {
				return Value{}, err
			}
			scale, err := integer(args, 1, 0)
			return number(halfUp(x[0], max(0, min(scale, decimal.MaxScale)))), err
		}),
		"floor": onNumber(func(x decimal.Decimal) decimal.Decimal { return x.Floor(0) }),
		"ceil":  onNumber(func(x decimal.Decimal) decimal.Decimal { return x.Ceil(0) }),
		"int":   onNumber(func(x decimal.Decimal) decimal.Decimal { return x.Trunc(0) }),
		"float": onNumber(func(x decimal.Decimal) decimal.Decimal { return x }),
		"abs":   onNumber(decimal.Decimal.Abs),
		"sqrt": eager(1, 1, func(_ *frame, args []Value) (Value, error) {
			x, err := numbers(args)
			if err != nil || x[0].IsNeg() {
				return Value{}, ErrNotNumber
			}
			f, _ := x[0].Float64()
			return fromFloat(math.Sqrt(f))
		}),
		"pow": eager(2, 2, func(_ *frame, args []Value) (Value, error) {
			x, err := numbers(args)
			if err != nil {
				return Value{}, err
			}
			return power(x[0], x[1])
		}),
		"min":    eager(1, 100, extreme(-1)),
		"max":    eager(1, 100, extreme(1)),
		"random": eager(2, 2, random),
	}
}

func onNumber(fn func(decimal.Decimal) decimal.Decimal) function {
	return eager(1, 1, func(_ *frame, args []Value) (Value, error) {
		x, err := numbers(args)
		if err != nil {
			return Value{}, err
		}
		return number(fn(x[0])), nil
	})
}

// extreme is the least or the greatest of its arguments, or of a list.
func extreme(sign int) body {
	return func(f *frame, args []Value) (Value, error) {
		if len(args) == 1 {
			found, err := f.compound(args[0])
			if err != nil {
				return args[0], nil // a single value is its own extreme
			}
			args = found.elements()
		}
		best := Value{}
		for i, arg := range args {
			if i == 0 || compare(arg, best)*sign > 0 {
				best = arg
			}
		}
		return best, f.spend(len(args) * 8)
	}
}

// random is a whole number between two, both included, made of the seed.
func random(f *frame, args []Value) (Value, error) {
	least, err := integer(args, 0, 0)
	if err != nil {
		return Value{}, err
	}
	most, err := integer(args, 1, 0)
	if err != nil || most < least {
		return Value{}, ErrNotNumber
	}
	return whole(least + int(f.draw(uint64(most-least)+1))), nil
}

// draw is the next number below n that the seed gives.
func (f *frame) draw(n uint64) uint64 {
	f.drawn++
	sum := sha256.Sum256([]byte(f.Seed + " " + strconv.Itoa(f.drawn)))
	return binary.BigEndian.Uint64(sum[:8]) % n
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

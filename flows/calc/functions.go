package calc

import (
	"maps"
	"slices"

	"github.com/govalues/decimal"
)

// function is one word that can be called with least to most arguments.
type function struct {
	least, most int
	make        func(args []eval) eval
}

// body computes a function from its arguments.
type body func(f *frame, args []Value) (Value, error)

// eager is a function that needs all of its arguments.
func eager(least, most int, run body) function {
	return function{least, most, func(args []eval) eval {
		return func(f *frame) (Value, error) {
			values, err := computed(f, args)
			if err != nil {
				return Value{}, err
			}
			size := 0
			for _, value := range values {
				size += len(value.text)
			}
			if err := f.spend(size); err != nil {
				return Value{}, err
			}
			return run(f, values)
		}
	}}
}

// Functions are the words that can be called in any formula, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions())) }

// functions are looked up while a formula is compiled, never while it runs.
// Their names are salebot's; capitals do not count.
func functions() map[string]function {
	all := map[string]function{
		"if": {3, 3, choose},
		"contains": {2, 2, func(args []eval) eval {
			return part("contains", args[0], args[1])
		}},
		"startswith": {2, 2, func(args []eval) eval { return part("startsWith", args[0], args[1]) }},
		"endswith":   {2, 2, func(args []eval) eval { return part("endsWith", args[0], args[1]) }},
	}
	for _, family := range []map[string]function{mathematics(), texts(), dates(), lists(), digests(), customers(), likenesses(), insides()} {
		maps.Copy(all, family)
	}
	return all
}

// isEffect tells whether a word is known to do something in the world, which
// is for the step `calc` alone.
func isEffect(name string) bool { return slices.Contains(Effects(), name) }

// Effects are the functions that only the step `calc` can call.
func Effects() []string {
	return []string{
		"get_tinkoff_payment_url", "tinkoff_recurrent_payment",
		"add_label", "remove_label", "set_note", "set_client_name", "delete_pended_messages",
		"set_order_budget", "set_order_status_success", "set_order_status_fail",
	}
}

// choose computes only the branch it takes.
func choose(args []eval) eval {
	return func(f *frame) (Value, error) {
		condition, err := args[0](f)
		if err != nil {
			return Value{}, err
		}
		if condition.True() {
			return args[1](f)
		}
		return args[2](f)
	}
}

// numbers reads all arguments as numbers.
func numbers(args []Value) ([]decimal.Decimal, error) {
	all := make([]decimal.Decimal, len(args))
	for i, arg := range args {
		d, err := operand(arg, "(")
		if err != nil {
			return nil, ErrNotNumber
		}
		all[i] = d
	}
	return all, nil
}

// integer is the argument with an index, or otherwise where it was left out.
func integer(args []Value, i, otherwise int) (int, error) {
	if i >= len(args) || args[i].Zero() {
		return otherwise, nil
	}
	d, ok := args[i].asNumber()
	if !ok {
		return 0, ErrNotNumber
	}
	return wholeOf(d)
}

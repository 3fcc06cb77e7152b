package calc

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// likenesses compare, search and pick.
func likenesses() map[string]function {
	return map[string]function{
		"similar": eager(2, 2, similar),
		"findall": eager(2, 2, findAll),
		"urldecode": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			plain, err := url.QueryUnescape(args[0].String())
			if err != nil {
				return args[0], nil // what is no such code stays as it is
			}
			return f.bounded(plain)
		}),
		"is_int": eager(1, 1, func(_ *frame, args []Value) (Value, error) {
			d, ok := args[0].asNumber()
			return truth(ok && !args[0].Zero() && d.IsInt()), nil
		}),
		"is_float": eager(1, 1, func(_ *frame, args []Value) (Value, error) {
			_, ok := args[0].asNumber()
			return truth(ok && !args[0].Zero()), nil
		}),
		"select_random": eager(1, 100, func(f *frame, args []Value) (Value, error) {
			if len(args) == 1 {
				if found, err := f.compound(args[0]); err == nil {
					args = found.elements()
				}
			}
			if len(args) == 0 {
				return Value{}, nil
			}
			return args[f.draw(uint64(len(args)))], nil
		}),
	}
}

// similar is how alike two texts are, in percent, capitals aside: the share of
// letters that stay when the fewest are changed.
func similar(f *frame, args []Value) (Value, error) {
	a, b := []rune(strings.ToLower(args[0].String())), []rune(strings.ToLower(args[1].String()))
	if err := f.spend(8 * (len(a) + 1) * (len(b) + 1)); err != nil {
		return Value{}, err
	}
	long := max(len(a), len(b))
	if long == 0 {
		return whole(100), nil
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return whole((long - row[len(b)]) * 100 / long), nil
}

// findAll lists what a pattern (RE2) finds: the whole of it, or its one group.
func findAll(f *frame, args []Value) (Value, error) {
	pattern, where := args[0].String(), args[1].String()
	const longest = 500
	if len(pattern) > longest {
		return Value{}, ErrTooLong
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return Value{}, ErrPattern
	}
	if err := f.spend(8 * len(where)); err != nil {
		return Value{}, err
	}
	var items []Value
	for _, found := range compiled.FindAllStringSubmatch(where, maxItems) {
		items = append(items, text(found[min(1, len(found)-1)]))
	}
	return f.keep(list(items))
}

// insides look into lists and dictionaries.
func insides() map[string]function {
	return map[string]function{
		"exist_key": eager(2, 2, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			key := args[1].String()
			return truth(slices.ContainsFunc(found.pairs(), func(p pair) bool { return p.key == key })), nil
		}),
		"key_index": eager(2, 2, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			key := args[1].String()
			return whole(slices.IndexFunc(found.pairs(), func(p pair) bool { return p.key == key })), nil
		}),
		"count_occurrences": eager(2, 2, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			count := 0
			for _, item := range found.elements() {
				if compare(item, args[1]) == 0 {
					count++
				}
			}
			return whole(count), f.spend(8 * len(found.elements()))
		}),
		"dict_values_to_array": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			var values []Value
			for _, one := range found.pairs() {
				values = append(values, one.value)
			}
			return f.keep(list(values))
		}),
		"sort_by_value": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			pairs := slices.Clone(found.pairs())
			slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Or(compare(a.value, b.value), cmp.Compare(a.key, b.key)) })
			return f.keep(dict(pairs))
		}),
		"massive_to_text": eager(1, 2, glue),
	}
}

package calc

import (
	"slices"
)

func lists() map[string]function {
	return map[string]function{
		"get": eager(2, 3, func(f *frame, args []Value) (Value, error) {
			value, err := element(f, args[0], args[1])
			if err == nil && value.Zero() && len(args) == 3 {
				return args[2], nil
			}
			return value, err
		}),
		"set":      eager(3, 3, setElement),
		"append":   eager(2, 2, insert),
		"insert":   eager(3, 3, insert),
		"del":      eager(2, 2, remove),
		"remove":   eager(2, 2, without),
		"arr_len":  onList(func(items []Value) Value { return whole(len(items)) }),
		"in_array": eager(2, 2, inArray),
		"sort": onList(func(items []Value) Value {
			sorted := slices.Clone(items)
			slices.SortStableFunc(sorted, compare)
			return list(sorted)
		}),
		"reverse": onList(func(items []Value) Value {
			turned := slices.Clone(items)
			slices.Reverse(turned)
			return list(turned)
		}),
		"remove_duplicates": onList(func(items []Value) Value {
			var once []Value
			seen := map[string]bool{}
			for _, item := range items {
				if !seen[item.String()] {
					seen[item.String()] = true
					once = append(once, item)
				}
			}
			return list(once)
		}),
		"sum_array": eager(1, 1, sum),
		"array_slice": eager(2, 3, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			from, to, err := span(args, len(found.elements()))
			if err != nil {
				return Value{}, err
			}
			return f.keep(list(found.elements()[from:to]))
		}),
		"except_arr": eager(2, 2, func(f *frame, args []Value) (Value, error) { return sieve(f, args, false) }),
		"cross_arr":  eager(2, 2, func(f *frame, args []Value) (Value, error) { return sieve(f, args, true) }),
		"shuffle_massive": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			mixed := slices.Clone(found.elements())
			for i := len(mixed) - 1; i > 0; i-- {
				j := int(f.draw(uint64(i + 1)))
				mixed[i], mixed[j] = mixed[j], mixed[i]
			}
			return f.keep(list(mixed))
		}),
		"dict_keys_to_array": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			found, err := f.compound(args[0])
			if err != nil {
				return Value{}, err
			}
			var keys []Value
			for _, one := range found.pairs() {
				keys = append(keys, text(one.key))
			}
			return f.keep(list(keys))
		}),
	}
}

func onList(fn func([]Value) Value) function {
	return eager(1, 1, func(f *frame, args []Value) (Value, error) {
		found, err := f.compound(args[0])
		if err != nil {
			return Value{}, err
		}
		items := found.elements()
		if found.kind == keyed {
			for _, one := range found.pairs() {
				items = append(items, one.value)
			}
		}
		if err := f.spend(found.size(maxText) * 4); err != nil {
			return Value{}, err
		}
		return f.keep(fn(items))
	})
}

// place is an index of a list; ok is false when nothing stands there.
func place(key Value, length int) (at int, ok bool) {
	d, isNumber := key.asNumber()
	if !isNumber {
		return 0, false
	}
	at, err := wholeOf(d)
	if at < 0 {
		at += length
	}
	return at, err == nil && at >= 0 && at < length
}

func setElement(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	switch {
	case err != nil:
		return Value{}, err
	case found.kind == keyed:
		return f.keep(dict(put(slices.Clone(found.pairs()), args[1].String(), args[2])))
	case args[0].Zero() && args[1].kind == textual:
		return f.keep(dict([]pair{{args[1].String(), args[2]}}))
	}
	at, ok := place(args[1], len(found.elements()))
	if !ok {
		return Value{}, ErrNotList
	}
	items := slices.Clone(found.elements())
	items[at] = args[2]
	return f.keep(list(items))
}

// insert puts an element at the end, or before the place named second.
func insert(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil || found.kind != listed {
		return Value{}, ErrNotList
	}
	items, value := slices.Clone(found.elements()), args[len(args)-1]
	at := len(items)
	if len(args) == 3 {
		if named, ok := place(args[1], len(items)); ok {
			at = named
		}
	}
	return f.keep(list(slices.Insert(items, at, value)))
}

// remove takes away what stands under a key or at a place.
func remove(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil {
		return Value{}, err
	}
	if found.kind == keyed {
		key := args[1].String()
		return f.keep(dict(slices.DeleteFunc(slices.Clone(found.pairs()), func(p pair) bool { return p.key == key })))
	}
	items := slices.Clone(found.elements())
	if at, ok := place(args[1], len(items)); ok {
		items = slices.Delete(items, at, at+1)
	}
	return f.keep(list(items))
}

// without takes a value away, wherever it stands.
func without(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil || found.kind != listed {
		return Value{}, ErrNotList
	}
	same := func(v Value) bool { return compare(v, args[1]) == 0 }
	return f.keep(list(slices.DeleteFunc(slices.Clone(found.elements()), same)))
}

func inArray(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil {
		return Value{}, err
	}
	if err := f.spend(8 * (len(found.elements()) + len(found.pairs()))); err != nil {
		return Value{}, err
	}
	key := args[1].String()
	return truth(slices.ContainsFunc(found.elements(), func(v Value) bool { return compare(v, args[1]) == 0 }) ||
		slices.ContainsFunc(found.pairs(), func(p pair) bool { return p.key == key })), nil
}

func sum(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil {
		return Value{}, err
	}
	total := whole(0)
	for _, item := range found.elements() {
		x, err := numbers([]Value{total, item})
		if err != nil {
			return Value{}, err
		}
		if total, err = calculate("+", x[0], x[1]); err != nil {
			return Value{}, err
		}
	}
	return total, f.spend(16 * len(found.elements()))
}

// sieve keeps the elements of the first list that the second has, or has not.
func sieve(f *frame, args []Value, both bool) (Value, error) {
	a, errA := f.compound(args[0])
	b, errB := f.compound(args[1])
	if errA != nil || errB != nil {
		return Value{}, ErrNotList
	}
	known := map[string]bool{}
	for _, item := range b.elements() {
		known[item.String()] = true
	}
	var kept []Value
	for _, item := range a.elements() {
		if known[item.String()] == both {
			kept = append(kept, item)
		}
	}
	if err := f.spend(a.size(maxText) + b.size(maxText)); err != nil {
		return Value{}, err
	}
	return f.keep(list(kept))
}

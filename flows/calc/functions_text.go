package calc

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

func texts() map[string]function {
	return map[string]function{
		"lower":      onText(strings.ToLower),
		"upper":      onText(strings.ToUpper),
		"title":      onText(titled),
		"capitalize": onText(func(s string) string { return capital(strings.ToLower(s)) }),
		"strip":      onText(strings.TrimSpace),
		"str":        onText(func(s string) string { return s }),
		"urlencode":  onText(url.QueryEscape),
		"len": eager(1, 1, func(f *frame, args []Value) (Value, error) {
			if found := args[0]; found.kind == listed || found.kind == keyed {
				return whole(len(found.elements()) + len(found.pairs())), nil
			}
			return whole(len([]rune(args[0].String()))), nil
		}),
		"concat": eager(1, 50, func(f *frame, args []Value) (Value, error) {
			joined := Value{}
			for _, arg := range args {
				var err error
				if joined, err = f.join(joined, arg); err != nil {
					return Value{}, err
				}
			}
			return joined, nil
		}),
		"replace": eager(3, 3, func(f *frame, args []Value) (Value, error) {
			whole, old, with := args[0].String(), args[1].String(), args[2].String()
			if old == "" {
				return text(whole), nil
			}
			if grown := len(whole) + strings.Count(whole, old)*(len(with)-len(old)); grown > maxText {
				return Value{}, ErrTooLong
			}
			return f.bounded(strings.ReplaceAll(whole, old, with))
		}),
		"substring":      eager(2, 3, substring),
		"splitter":       eager(1, 2, split),
		"split":          eager(1, 2, split),
		"join":           eager(1, 2, glue),
		"index":          eager(2, 2, index),
		"normalizephone": eager(1, 1, normalizePhone),
	}
}

func onText(fn func(string) string) function {
	return eager(1, 1, func(f *frame, args []Value) (Value, error) { return f.bounded(fn(args[0].String())) })
}

func capital(s string) string {
	chars := []rune(s)
	if len(chars) > 0 {
		chars[0] = unicode.ToUpper(chars[0])
	}
	return string(chars)
}

// titled gives each word a capital.
func titled(s string) string {
	before := ' '
	return strings.Map(func(char rune) rune {
		start := !unicode.IsLetter(before) && before != '\'' && !unicode.IsDigit(before)
		before = char
		if start {
			return unicode.ToUpper(char)
		}
		return unicode.ToLower(char)
	}, s)
}

// substring is what stands from a character on, counted from 0, up to another.
func substring(f *frame, args []Value) (Value, error) {
	chars := []rune(args[0].String())
	from, to, err := span(args, len(chars))
	if err != nil {
		return Value{}, err
	}
	return f.bounded(string(chars[from:to]))
}

// span reads the second and third argument as a range of something long; a
// negative place is counted from its end.
func span(args []Value, length int) (from, to int, err error) {
	if from, err = integer(args, 1, 0); err != nil {
		return 0, 0, err
	}
	if to, err = integer(args, 2, length); err != nil {
		return 0, 0, err
	}
	if from < 0 {
		from += length
	}
	if to < 0 {
		to += length
	}
	from = max(0, min(from, length))
	return from, max(from, min(to, length)), nil
}

func split(f *frame, args []Value) (Value, error) {
	whole := args[0].String()
	by := ","
	if len(args) > 1 {
		by = args[1].String()
	}
	if by == "" || strings.Count(whole, by) >= maxItems {
		return Value{}, ErrTooLong
	}
	var items []Value
	for one := range strings.SplitSeq(whole, by) {
		items = append(items, text(strings.TrimSpace(one)))
	}
	return f.keep(list(items))
}

func glue(f *frame, args []Value) (Value, error) {
	found, err := f.compound(args[0])
	if err != nil {
		return Value{}, err
	}
	by := ", "
	if len(args) > 1 {
		by = args[1].String()
	}
	var out strings.Builder
	for i, item := range found.elements() {
		if i > 0 {
			out.WriteString(by)
		}
		out.WriteString(item.String())
		if out.Len() > maxText {
			return Value{}, ErrTooLong
		}
	}
	return f.bounded(out.String())
}

// index is the place of a part in a text or of an element in a list, from 0;
// -1 when it is not there.
func index(f *frame, args []Value) (Value, error) {
	if found, err := f.compound(args[0]); err == nil && !args[0].Zero() {
		return whole(slices.IndexFunc(found.elements(), func(v Value) bool { return compare(v, args[1]) == 0 })), nil
	}
	before, _, found := strings.Cut(args[0].String(), args[1].String())
	if !found {
		return whole(-1), nil
	}
	return whole(len([]rune(before))), nil
}

// normalizePhone writes a number of Russia, or one with its country's code, as
// 79991234567; an empty text when it is no number.
func normalizePhone(_ *frame, args []Value) (Value, error) {
	parsed, err := phonenumbers.Parse(args[0].String(), "RU")
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return Value{}, nil
	}
	return text(strings.TrimPrefix(phonenumbers.Format(parsed, phonenumbers.E164), "+")), nil
}

package calc

import (
	"bytes"
	"encoding/json"
	"strings"
)

// json writes a list or a dictionary as a variable keeps it, keys in their order.
func (v Value) json() string {
	var out bytes.Buffer
	v.encode(&out)
	return out.String()
}

func (v Value) encode(out *bytes.Buffer) {
	switch v.kind {
	case listed:
		out.WriteByte('[')
		for i, item := range v.whole.items {
			if i > 0 {
				out.WriteString(", ")
			}
			item.encode(out)
		}
		out.WriteByte(']')
	case keyed:
		out.WriteByte('{')
		for i, one := range v.whole.pairs {
			if i > 0 {
				out.WriteString(", ")
			}
			quote(out, one.key)
			out.WriteString(": ")
			one.value.encode(out)
		}
		out.WriteByte('}')
	case textual:
		quote(out, v.text)
	default:
		out.WriteString(v.String())
	}
}

func quote(out *bytes.Buffer, s string) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	out.Truncate(out.Len() - 1)
}

const maxDepth = 20

// decode reads a list or a dictionary from the text of a variable.
func decode(s string) (Value, bool) {
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	value, ok := decodeNext(decoder, 0)
	if !ok || decoder.More() {
		return Value{}, false
	}
	return value, value.kind == listed || value.kind == keyed
}

func decodeNext(decoder *json.Decoder, depth int) (Value, bool) {
	token, err := decoder.Token()
	if err != nil || depth > maxDepth {
		return Value{}, false
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return decodeList(decoder, depth)
		}
		return decodeDict(decoder, depth)
	case string:
		return text(token), true
	case bool:
		return truth(token), true
	case json.Number:
		if d, ok := Number(token.String()); ok {
			return number(d), true
		}
		return text(token.String()), true
	}
	return Value{}, true
}

func decodeList(decoder *json.Decoder, depth int) (Value, bool) {
	var items []Value
	for decoder.More() {
		item, ok := decodeNext(decoder, depth+1)
		if !ok || len(items) >= maxItems {
			return Value{}, false
		}
		items = append(items, item)
	}
	_, err := decoder.Token()
	return list(items), err == nil
}

func decodeDict(decoder *json.Decoder, depth int) (Value, bool) {
	var pairs []pair
	for decoder.More() {
		key, err := decoder.Token()
		name, isText := key.(string)
		if err != nil || !isText || len(pairs) >= maxItems {
			return Value{}, false
		}
		value, ok := decodeNext(decoder, depth+1)
		if !ok {
			return Value{}, false
		}
		pairs = put(pairs, name, value)
	}
	_, err := decoder.Token()
	return dict(pairs), err == nil
}

// compound gives the list or dictionary in a value; a text counts when it is
// JSON of one. An empty text is an empty list.
func (f *frame) compound(v Value) (Value, error) {
	if v.kind == listed || v.kind == keyed {
		return v, nil
	}
	if v.Zero() {
		return list(nil), nil
	}
	if err := f.spend(8 * len(v.text)); err != nil {
		return Value{}, err
	}
	if value, ok := decode(v.text); ok && v.kind == textual {
		return value, nil
	}
	return Value{}, ErrNotList
}

// Items are the elements of a list, or of a text that is JSON of one.
func (v Value) Items() ([]Value, bool) {
	found, err := (&frame{}).compound(v)
	return found.elements(), err == nil && found.kind == listed
}

// Get is the element of a dictionary under a key, zero when there is none.
func (v Value) Get(key string) Value {
	found, err := (&frame{}).compound(v)
	if err != nil {
		return Value{}
	}
	for _, one := range found.pairs() {
		if one.key == key {
			return one.value
		}
	}
	return Value{}
}

// Keys are those of a dictionary, in their order.
func (v Value) Keys() []string {
	found, err := (&frame{}).compound(v)
	if err != nil {
		return nil
	}
	var keys []string
	for _, one := range found.pairs() {
		keys = append(keys, one.key)
	}
	return keys
}

// IsDict tells whether it is a dictionary, or a text that is JSON of one.
func (v Value) IsDict() bool {
	found, err := (&frame{}).compound(v)
	return err == nil && found.kind == keyed
}

func (v Value) elements() []Value {
	if v.kind != listed {
		return nil
	}
	return v.whole.items
}

func (v Value) pairs() []pair {
	if v.kind != keyed {
		return nil
	}
	return v.whole.pairs
}

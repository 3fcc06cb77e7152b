package salebot

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// fields is one object of the file; it remembers which names were asked for.
type fields struct {
	values map[string]any
	asked  map[string]bool
}

func newFields(value any) (fields, bool) {
	values, ok := value.(map[string]any)
	return fields{values, map[string]bool{}}, ok && len(values) > 0
}

// text is the first of some names that holds something.
func (f fields) text(names ...string) string {
	found := ""
	for _, name := range names {
		f.asked[name] = true
		if text := plain(f.values[name]); found == "" {
			found = text
		}
	}
	return found
}

// flag is true when any of some names is.
func (f fields) flag(names ...string) bool {
	switch f.text(names...) {
	case "", "0", "false", "False", "null":
		return false
	}
	return true
}

func (f fields) number(otherwise int, names ...string) int {
	if n, err := strconv.Atoi(f.text(names...)); err == nil {
		return n
	}
	return otherwise
}

// list is the first of some names that holds a list; a text may be a list
// written as JSON, an object one of its values.
func (f fields) list(names ...string) []any {
	var found []any
	for _, name := range names {
		f.asked[name] = true
		if items := items(f.values[name]); found == nil {
			found = items
		}
	}
	return found
}

// unknown are the names nobody asked for, with something in them.
func (f fields) unknown() (names []string) {
	for name, value := range f.values {
		if !f.asked[name] && !empty(value) && !drawn(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func items(value any) []any {
	switch value := value.(type) {
	case []any:
		return value
	case map[string]any:
		keys := make([]string, 0, len(value))
		for key := range value {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		var all []any
		for _, key := range keys {
			if inner, ok := value[key].(map[string]any); ok && inner["id"] == nil {
				inner["id"] = key
			}
			all = append(all, value[key])
		}
		return all
	case string:
		var inner any
		if trimmed := strings.TrimSpace(value); strings.HasPrefix(trimmed, "[") && json.Unmarshal([]byte(trimmed), &inner) == nil {
			return items(inner)
		}
	}
	return nil
}

// plain is a scalar as text, without characters that a flow may not hold.
func plain(value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(strings.Map(func(char rune) rune {
			switch {
			case char == '\n' || char == '\t':
				return char
			case unicode.IsControl(char), unicode.Is(unicode.Co, char), char == unicode.ReplacementChar, char == '\ufeff':
				return -1
			}
			return char
		}, value))
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	return ""
}

func empty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	text := plain(value)
	return text == "" || text == "0" || text == "false" || text == "[]" || text == "{}"
}

// drawn tells of fields that only place a block on the sheet, or keep its age.
func drawn(name string) bool {
	return slices.Contains([]string{
		"x", "y", "pos", "position", "pos_x", "pos_y", "left", "top", "width", "height", "color", "colour", "sheet", "sheet_id", "list_id",
		"created_at", "updated_at", "project_id", "project", "uuid", "points", "z", "order", "index",
	}, name)
}

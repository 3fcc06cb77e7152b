package amocrmtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

type kind int

const (
	anything kind = iota
	integer
	number
	text
	boolean
	record     // an object with its own schema
	collection // an array of objects with their own schema
	values     // custom_fields_values
)

func (k kind) String() string {
	return [...]string{"mixed", "int", "float", "string", "bool", "array", "array", "array"}[k]
}

// rule says what one key of a request may hold. null counts as absent, except
// where need is set.
type rule struct {
	kind  kind
	need  bool
	of    schema
	known func(*call, map[string]any, any) bool
}

type schema map[string]rule

// check compares an item with its schema: unknown keys, missing keys, wrong
// types, choices that the account does not have.
func (c *call) check(path string, item map[string]any, sc schema) []flaw {
	var flaws []flaw
	for _, key := range sortedKeys(item) {
		if _, known := sc[key]; !known {
			flaws = append(flaws, notExpected(path+key))
		}
	}
	for _, key := range sortedKeys(sc) {
		value, given := item[key]
		if !given || value == nil {
			if sc[key].need {
				flaws = append(flaws, missing(path+key))
			}
			continue
		}
		flaws = append(flaws, c.checkValue(path+key, item, value, sc[key])...)
	}
	return flaws
}

func (c *call) checkValue(path string, item map[string]any, value any, r rule) []flaw {
	switch r.kind {
	case record:
		inner, fits := value.(map[string]any)
		if !fits {
			return []flaw{wrongType(path, "array")}
		}
		return c.check(path+".", inner, r.of)
	case collection:
		return c.checkList(path, value, r)
	case values:
		return c.checkFields(path, value)
	}
	if !fits(value, r.kind) {
		return []flaw{wrongType(path, r.kind.String())}
	}
	if r.known != nil && !r.known(c, item, value) {
		return []flaw{notSupported(path)}
	}
	return nil
}

func (c *call) checkList(path string, value any, r rule) []flaw {
	list, isList := value.([]any)
	if !isList {
		return []flaw{wrongType(path, "array")}
	}
	var flaws []flaw
	for i, entry := range list {
		at := fmt.Sprintf("%s.%d", path, i)
		inner, isObject := entry.(map[string]any)
		if !isObject {
			flaws = append(flaws, wrongType(at, "array"))
			continue
		}
		flaws = append(flaws, c.check(at+".", inner, r.of)...)
	}
	return flaws
}

func fits(value any, k kind) bool {
	switch k {
	case integer:
		_, isInt := asInt(value)
		return isInt
	case number:
		_, isNumber := value.(json.Number)
		return isNumber
	case text:
		_, isText := value.(string)
		return isText
	case boolean:
		_, isBool := value.(bool)
		return isBool
	}
	return true
}

func asInt(value any) (int64, bool) {
	n, isNumber := value.(json.Number)
	if !isNumber {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

func intAt(item map[string]any, key string) (int64, bool) { return asInt(item[key]) }

func textAt(item map[string]any, key string) (string, bool) {
	s, isText := item[key].(string)
	return s, isText
}

// setInt and setText write a given key into its place and leave the rest alone.
func setInt(item map[string]any, key string, into *int64) {
	if n, given := intAt(item, key); given {
		*into = n
	}
}

func setText(item map[string]any, key string, into *string) {
	if s, given := textAt(item, key); given {
		*into = s
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func lower(s string) string { return strings.ToLower(s) }

// merge joins schemas.
func merge(parts ...schema) schema {
	out := schema{}
	for _, part := range parts {
		for key, r := range part {
			out[key] = r
		}
	}
	return out
}

func isUser(c *call, _ map[string]any, v any) bool {
	id, _ := asInt(v)
	return c.s.knownUser(id)
}

// isAuthor also allows 0, the robot (API v4, leads-api).
func isAuthor(c *call, item map[string]any, v any) bool {
	id, _ := asInt(v)
	return id == 0 || c.s.knownUser(id)
}

// number64 is an id as a decoded request has it.
func number64(n int64) json.Number { return json.Number(digits(n)) }

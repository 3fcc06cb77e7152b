package amocrmtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// differ compares the shapes of two JSON values: key sets and types, not
// contents. null fits anything, and so does PHP's empty array.
func differ(path string, want, got any) []string {
	if vague(want) || vague(got) {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, isObject := got.(map[string]any)
		if !isObject {
			return []string{fmt.Sprintf("%s: %s instead of object", path, typeOf(got))}
		}
		return differObjects(path, w, g)
	case []any:
		g, isList := got.([]any)
		if !isList {
			return []string{fmt.Sprintf("%s: %s instead of array", path, typeOf(got))}
		}
		return differ(path+"[]", union(w), union(g))
	}
	if typeOf(want) != typeOf(got) {
		return []string{fmt.Sprintf("%s: %s instead of %s", path, typeOf(got), typeOf(want))}
	}
	return nil
}

func differObjects(path string, want, got map[string]any) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, there := got[key]; !there {
			out = append(out, fmt.Sprintf("-%s.%s", path, key))
			continue
		}
		out = append(out, differ(path+"."+key, want[key], got[key])...)
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[key]; !there {
			out = append(out, fmt.Sprintf("+%s.%s", path, key))
		}
	}
	return out
}

func vague(v any) bool {
	list, isList := v.([]any)
	return v == nil || (isList && len(list) == 0)
}

func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "bool"
	case json.Number:
		return "number"
	case float64:
		return "number"
	}
	return fmt.Sprintf("%T", v)
}

// union is one value with everything that the list's entries have.
func union(list []any) any {
	var out any
	for _, entry := range list {
		out = join(out, entry)
	}
	return out
}

func join(a, b any) any {
	if vague(a) {
		return b
	}
	x, first := a.(map[string]any)
	y, second := b.(map[string]any)
	if first && second {
		both := maps.Clone(x)
		for key, value := range y {
			both[key] = join(both[key], value)
		}
		return both
	}
	l, firstList := a.([]any)
	r, secondList := b.([]any)
	if firstList && secondList {
		return append(slices.Clone(l), r...)
	}
	return a
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

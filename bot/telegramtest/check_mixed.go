package telegramtest

import (
	"fmt"
	"strings"
)

// itemTypes are the items of a parameter that the description gives as several
// arrays: it means one array that holds any of them (Bot API, sendMediaGroup).
func itemTypes(types []string) (items []string, arrays bool) {
	for _, typ := range types {
		item, isArray := strings.CutPrefix(typ, "Array of ")
		if !isArray {
			return nil, false
		}
		items = append(items, item)
	}
	return items, len(items) > 1
}

// checkMixed checks each item of such an array.
func (s *spec) checkMixed(items []string, p param, path string, f field) *fault {
	value, err := decodeJSON(p.text)
	if err != nil {
		return &fault{path, "not JSON for " + strings.Join(f.Types, " or "), cannotParse(f.Name)}
	}
	list, ok := value.([]any)
	if !ok {
		return &fault{path, "not an array", wrongType(f.Name)}
	}
	for i, one := range list {
		if bad := s.checkUnion(named(items, one), one, fmt.Sprintf("%s[%d]", path, i)); bad != nil {
			return bad
		}
	}
	return nil
}

// named narrows the types of an item down to the one that its field `type`
// names, so that what is wrong is told of that one.
func named(items []string, value any) []string {
	object, _ := value.(map[string]any)
	word, _ := object["type"].(string)
	for _, item := range items {
		if word != "" && strings.EqualFold(item, "InputMedia"+word) {
			return []string{item}
		}
	}
	return items
}

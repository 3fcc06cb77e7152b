package amocrmtest

import "slices"

// legalEntitySchema is the value of a legal_entity (API v4, custom-fields).
func legalEntitySchema() schema {
	kinds := func(_ *call, _ map[string]any, v any) bool {
		kind, _ := asInt(v)
		return kind == 1 || kind == 2
	}
	return schema{
		"name": {kind: text, need: true}, "entity_type": {kind: integer, known: kinds}, "vat_id": {kind: text}, "kpp": {kind: text},
		"tax_registration_reason_code": {}, "address": {kind: text}, "external_uid": {kind: text}, "bank_code": {}, "unp": {}, "bin": {},
		"egrpou": {}, "mfo": {}, "bank_account_number": {}, "oked": {}, "director": {},
	}
}

// addressPart is the part of an address that a value names by its number or
// code; 0 for none (API v4, custom-fields, smart_address).
func addressPart(one map[string]any) (number int64, code string) {
	codes := []string{"address_line_1", "address_line_2", "city", "state", "zip", "country"}
	number, byID := intAt(one, "enum_id")
	if !byID {
		named, _ := textAt(one, "enum_code")
		number = int64(slices.Index(codes, named)) + 1
	}
	if number < 1 || number > int64(len(codes)) {
		return 0, ""
	}
	return number, codes[number-1]
}

// checkShape checks values that are more than a text (API v4, custom-fields,
// examples of each type).
func (c *call) checkShape(path string, f *Field, one map[string]any) []flaw {
	switch f.Type {
	case "smart_address":
		if _, isText := one["value"].(string); !isText {
			return []flaw{wrongType(path+".value", "string")}
		}
		if number, _ := addressPart(one); number == 0 {
			return []flaw{notSupported(path + ".enum_code")}
		}
	case "legal_entity":
		entity, isObject := one["value"].(map[string]any)
		if !isObject {
			return []flaw{wrongType(path+".value", "array")}
		}
		return c.check(path+".value.", entity, legalEntitySchema())
	case "file":
		file, isObject := one["value"].(map[string]any)
		if !isObject {
			return []flaw{wrongType(path+".value", "array")}
		}
		return c.check(path+".value.", file, schema{
			"file_uuid": {kind: text, need: true}, "version_uuid": {kind: text}, "file_name": {kind: text}, "file_size": {kind: integer},
		})
	case "chained_list":
		list, _ := intAt(one, "catalog_id")
		row, _ := intAt(one, "catalog_element_id")
		if len(f.Chain) > 0 && !slices.Contains(f.Chain, list) {
			return []flaw{notSupported(path + ".catalog_id")}
		}
		if c.s.element(list, row) == nil {
			return []flaw{notSupported(path + ".catalog_element_id")}
		}
	}
	return nil
}

// chainView is chained_lists of a field; null for other types.
func chainView(f *Field) any {
	if len(f.Chain) == 0 {
		return nil
	}
	var out []object
	for i, list := range f.Chain {
		parent := int64(0)
		if i > 0 {
			parent = f.Chain[i-1]
		}
		out = append(out, object{"title": nil, "catalog_id": list, "parent_catalog_id": parent})
	}
	return out
}

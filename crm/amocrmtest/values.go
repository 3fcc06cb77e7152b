package amocrmtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// entityOf is whose fields a path inside a request speaks about: a contact
// embedded in a complex deal has the contacts' fields.
func (c *call) entityOf(path string) string {
	for _, entity := range []string{"contacts", "companies"} {
		if strings.HasPrefix(path, "_embedded."+entity+".") {
			return entity
		}
	}
	return c.entity
}

func fieldValueSchema() schema {
	return schema{"field_id": {kind: integer}, "field_code": {kind: text}, "field_name": {}, "field_type": {}, "values": {}}
}

func valueSchema() schema {
	return schema{"value": {}, "enum_id": {}, "enum_code": {}, "catalog_id": {}, "catalog_element_id": {}}
}

// checkFields checks custom_fields_values (API v4, custom-fields).
func (c *call) checkFields(path string, value any) []flaw {
	list, isList := value.([]any)
	if !isList {
		return []flaw{wrongType(path, "array")}
	}
	var flaws []flaw
	for i, entry := range list {
		at := fmt.Sprintf("%s.%d", path, i)
		data, isObject := entry.(map[string]any)
		if !isObject {
			flaws = append(flaws, wrongType(at, "array"))
			continue
		}
		flaws = append(flaws, c.checkField(at, c.entityOf(path), data)...)
	}
	return flaws
}

func (c *call) checkField(at, entity string, data map[string]any) []flaw {
	flaws := c.check(at+".", data, fieldValueSchema())
	f := c.s.fieldOf(entity, data)
	if f == nil {
		key := ".field_id"
		if _, byID := data["field_id"]; !byID && data["field_code"] != nil {
			key = ".field_code"
		}
		return append(flaws, notSupported(at+key))
	}
	if data["values"] == nil {
		return flaws // null clears the field
	}
	list, isList := data["values"].([]any)
	if !isList {
		return append(flaws, wrongType(at+".values", "array"))
	}
	for i, entry := range list {
		path := fmt.Sprintf("%s.values.%d", at, i)
		one, isObject := entry.(map[string]any)
		if !isObject {
			flaws = append(flaws, wrongType(path, "array"))
			continue
		}
		flaws = append(flaws, c.check(path+".", one, valueSchema())...)
		flaws = append(flaws, checkOne(path, f, one)...)
		flaws = append(flaws, c.checkShape(path, f, one)...)
	}
	return flaws
}

func (s *Server) fieldOf(entity string, data map[string]any) *Field {
	id, _ := intAt(data, "field_id")
	code, _ := textAt(data, "field_code")
	return s.field(entity, id, code)
}

// checkOne checks one value against its field's type.
func checkOne(path string, f *Field, one map[string]any) []flaw {
	value := one["value"]
	if hasChoices(f) {
		if key, found := f.choose(one); !found {
			return []flaw{notSupported(path + "." + key)}
		}
	}
	want := ""
	switch f.Type {
	case "text", "textarea", "url", "streetaddress", "tracking_data", "multitext":
		want = typed(value, "string", text)
	case "numeric", "price", "monetary":
		if !fits(value, number) {
			want = typed(value, "string", text)
		}
	case "checkbox":
		want = typed(value, "bool", boolean)
	case "date", "date_time", "birthday":
		if !fits(value, integer) && !isMoment(value) {
			want = "int"
		}
	}
	if want != "" {
		return []flaw{wrongType(path+".value", want)}
	}
	return nil
}

func typed(value any, name string, k kind) string {
	if value == nil || fits(value, k) {
		return ""
	}
	return name
}

func isMoment(value any) bool {
	s, isText := value.(string)
	if !isText {
		return value == nil
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

func hasChoices(f *Field) bool {
	return slices.Contains([]string{"select", "multiselect", "radiobutton", "category", "multitext"}, f.Type)
}

// choose finds the enum that enum_id, enum_code or the exact text names, or the
// key that named none. A multitext value without an enum takes the first.
func (f *Field) choose(one map[string]any) (string, bool) {
	key := "value"
	if one["enum_id"] != nil {
		key = "enum_id"
	} else if one["enum_code"] != nil {
		key = "enum_code"
	}
	return key, f.enum(one) != nil || len(f.Enums) == 0
}

func (f *Field) enum(one map[string]any) *Enum {
	id, byID := intAt(one, "enum_id")
	code, byCode := textAt(one, "enum_code")
	value, _ := textAt(one, "value")
	for i := range f.Enums {
		e := &f.Enums[i]
		switch {
		case byID && e.ID == id, !byID && byCode && e.Code == code:
			return e
		case !byID && !byCode && (f.Type == "multitext" || e.Value == value):
			return e
		}
	}
	return nil
}

// applyFields replaces the values of each named field and leaves other fields alone.
func (s *Server) applyFields(entity string, have []FieldValue, data map[string]any) []FieldValue {
	for _, entry := range objects(data, "custom_fields_values") {
		f := s.fieldOf(entity, entry)
		next := FieldValue{FieldID: f.ID, Code: f.Code, Name: f.Name, Type: f.Type}
		for _, one := range objects(entry, "values") {
			if v, filled := f.value(one); filled {
				next.Values = append(next.Values, v)
			}
		}
		at := slices.IndexFunc(have, func(v FieldValue) bool { return v.FieldID == f.ID })
		switch {
		case len(next.Values) == 0 && at >= 0:
			have = slices.Delete(have, at, at+1)
		case len(next.Values) == 0:
		case at >= 0:
			have[at] = next
		default:
			have = append(have, next)
		}
	}
	return have
}

// value is what the account keeps: numbers become strings, choices get their enum.
func (f *Field) value(one map[string]any) (Value, bool) {
	v := Value{Value: one["value"]}
	if n, isNumber := v.Value.(json.Number); isNumber && (f.Type == "numeric" || f.Type == "price" || f.Type == "monetary") {
		v.Value = n.String()
	}
	if f.Type == "date" || f.Type == "date_time" || f.Type == "birthday" {
		if s, isText := v.Value.(string); isText {
			if at, err := time.Parse(time.RFC3339, s); err == nil {
				v.Value = at.Unix()
			}
		}
	}
	if hasChoices(f) {
		if e := f.enum(one); e != nil {
			v.EnumID, v.EnumCode = e.ID, e.Code
			if f.Type != "multitext" {
				v.Value = e.Value
			}
		}
	}
	if f.Type == "smart_address" {
		v.EnumID, v.EnumCode = addressPart(one)
	}
	if f.Type == "chained_list" {
		v.Value = object{"catalog_id": one["catalog_id"], "catalog_element_id": one["catalog_element_id"]}
	}
	return v, v.Value != nil && v.Value != ""
}

// fieldsView is custom_fields_values of an answer; null when nothing is filled.
func fieldsView(have []FieldValue) any {
	if len(have) == 0 {
		return nil
	}
	return views(have, func(f FieldValue) object {
		return object{
			"field_id": f.FieldID, "field_name": f.Name, "field_code": orNull(f.Code), "field_type": f.Type,
			"values": views(f.Values, func(v Value) object { return valueView(f.Type, v) }),
		}
	})
}

func valueView(kind string, v Value) object {
	if chain, isChain := v.Value.(object); isChain && kind == "chained_list" {
		return chain
	}
	view := object{"value": v.Value}
	if v.EnumID != 0 {
		view["enum_id"] = v.EnumID
		view["enum_code"] = orNull(v.EnumCode)
	}
	return view
}

func plain(v any) string {
	if s, isText := v.(string); isText {
		return s
	}
	return fmt.Sprint(v)
}

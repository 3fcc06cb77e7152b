package amocrmtest

import (
	"slices"
	"strconv"
)

// Field is a custom field of deals, contacts, companies or a list.
type Field struct {
	ID         int64
	Entity     string // leads, contacts, companies or catalogs/{id}
	Name       string
	Code       string
	Type       string // text, numeric, multitext, select, tracking_data, …
	Sort       int64
	Predefined bool // made by amoCRM, not to be deleted
	APIOnly    bool
	Enums      []Enum
	// Chain are the lists of a chained_list, each behind its parent.
	Chain    []int64
	required []any
}

// Enum is one choice of a select or multitext field.
type Enum struct {
	ID    int64
	Value string
	Code  string
	Sort  int64
}

// fieldTypes are the kinds of fields that may be made (API v4, custom-fields).
func fieldTypes() []string {
	return []string{"text", "numeric", "checkbox", "select", "multiselect", "multitext", "date", "url",
		"date_time", "textarea", "radiobutton", "streetaddress", "smart_address", "birthday", "legal_entity",
		"price", "category", "items", "linked_entity", "payer", "supplier", "tracking_data", "chained_list",
		"monetary", "file"}
}

func (s *Server) fieldsOf(entity string) []*Field {
	var out []*Field
	for _, f := range s.fields {
		if f.Entity == entity {
			out = append(out, f)
		}
	}
	return out
}

// field finds what field_id or field_code name.
func (s *Server) field(entity string, id int64, code string) *Field {
	for _, f := range s.fieldsOf(entity) {
		if (id != 0 && f.ID == id) || (id == 0 && code != "" && f.Code == code) {
			return f
		}
	}
	return nil
}

func listFields(c *call) reply { return c.fieldList(c.entity) }

func (c *call) fieldList(entity string) reply {
	fields := c.s.fieldsOf(entity)
	if kinds := c.query.all("filter[type]"); len(kinds) > 0 {
		fields = slices.DeleteFunc(fields, func(f *Field) bool { return !slices.Contains(kinds, f.Type) })
	}
	part, page, size, more := window(c, fields, pageLimit)
	if len(part) == 0 {
		return nothing()
	}
	path := entity + "/custom_fields"
	pages := (len(fields) + size - 1) / size
	links := object{"self": c.pageLink(path, page, size), "last": c.pageLink(path, pages, size)}
	if more {
		links["next"] = c.pageLink(path, page+1, size)
	}
	if page > 1 {
		links["first"] = c.pageLink(path, 1, size)
		links["prev"] = c.pageLink(path, page-1, size)
	}
	return ok(object{
		"_total_items": len(fields), "_page": page, "_page_count": pages, "_links": links,
		"_embedded": object{"custom_fields": views(part, c.fieldView)},
	})
}

func getField(c *call) reply {
	f := c.s.field(c.entity, c.ids[0], "")
	if f == nil {
		return notFound()
	}
	return ok(c.fieldView(f))
}

func fieldSchema() schema {
	return schema{
		"name": {kind: text, need: true}, "type": {kind: text, need: true, known: isFieldType},
		"code": {kind: text}, "sort": {kind: integer}, "group_id": {}, "is_api_only": {kind: boolean},
		"required_statuses": {kind: collection, of: schema{"status_id": {kind: integer}, "pipeline_id": {kind: integer}}},
		"enums":             {kind: collection, of: schema{"value": {kind: text, need: true}, "sort": {kind: integer}, "code": {kind: text}}},
		"settings":          {}, "remind": {}, "is_visible": {}, "is_required": {}, "is_deletable": {},
		"tracking_callback": {}, "search_in": {}, "currency": {}, "nested": {}, "request_id": {kind: text},
	}
}

func isFieldType(c *call, _ map[string]any, v any) bool {
	name, _ := v.(string)
	if name == "tracking_data" && c.entity != "leads" {
		return false
	}
	return slices.Contains(fieldTypes(), name)
}

func addFields(c *call) reply {
	items, refusal := c.batch(fieldSchema(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		f := &Field{ID: c.s.nextID("fields"), Entity: c.entity}
		setText(it.data, "name", &f.Name)
		setText(it.data, "code", &f.Code)
		setText(it.data, "type", &f.Type)
		setInt(it.data, "sort", &f.Sort)
		f.APIOnly, _ = it.data["is_api_only"].(bool)
		f.required, _ = it.data["required_statuses"].([]any)
		for _, e := range objects(it.data, "enums") {
			enum := Enum{ID: c.s.nextID("enums")}
			setText(e, "value", &enum.Value)
			setText(e, "code", &enum.Code)
			setInt(e, "sort", &enum.Sort)
			f.Enums = append(f.Enums, enum)
		}
		c.s.fields = append(c.s.fields, f)
		out[i] = c.fieldView(f)
		if _, given := it.data["request_id"]; given {
			out[i]["request_id"] = it.request
		}
	}
	return created(object{"_total_items": len(out), "_embedded": object{"custom_fields": out}})
}

func (c *call) fieldView(f *Field) object {
	view := object{
		"id": f.ID, "name": f.Name, "type": f.Type, "account_id": c.s.cfg.AccountID, "code": orNull(f.Code),
		"sort": f.Sort, "is_api_only": f.APIOnly, "enums": nil, "group_id": nil, "required_statuses": []any{},
		"is_deletable": !f.Predefined, "is_predefined": f.Predefined, "entity_type": f.Entity,
		"remind": nil, "settings": nil,
		"_links": c.self("%s/custom_fields/%d", f.Entity, f.ID),
	}
	if f.required != nil {
		view["required_statuses"] = f.required
	}
	if f.Enums != nil {
		view["enums"] = views(f.Enums, enumView)
	}
	if f.Type == "chained_list" {
		view["chained_lists"] = chainView(f)
	}
	return view
}

// enumView is without a code for multitext, whose value is its code (API v4, custom-fields).
func enumView(e Enum) object {
	view := object{"id": e.ID, "value": e.Value, "sort": e.Sort}
	if e.Code != "" && e.Code != e.Value {
		view["code"] = e.Code
	}
	return view
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNullInt(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

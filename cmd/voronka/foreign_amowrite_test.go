package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// write takes POST and PATCH as the amoCRM documents describe them: POST an
// array, PATCH by id an object, one bad item fails all.
func (s *foreignAmo) write(w http.ResponseWriter, r *http.Request, path string) {
	parts := amoPath.FindStringSubmatch(path)
	if parts == nil || (r.Method != http.MethodPost && r.Method != http.MethodPatch) {
		s.fault("%s %s is not expected of a mirror", r.Method, path)
		problem(w, 404, "Not Found", nil)
		return
	}
	id, _ := strconv.Atoi(parts[2])
	var items []object
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	var err error
	if single := r.Method == http.MethodPatch && id != 0; single {
		items = make([]object, 1)
		err = decoder.Decode(&items[0])
	} else {
		err = decoder.Decode(&items)
	}
	if err != nil || len(items) == 0 || len(items) > 50 {
		s.fault("%s %s: a body of %d items: %v", r.Method, path, len(items), err)
		problem(w, 400, "Bad Request", nil)
		return
	}
	var complaints []object
	for i, item := range items {
		if code, where := s.check(parts, r.Method, id, item); code != "" {
			s.fault("%s %s: %s at %s of %v", r.Method, path, code, where, item)
			complaints = append(complaints, object{"request_id": requestID(item, i), "errors": []object{{"code": code, "path": where, "detail": "x"}}})
		}
	}
	if complaints != nil {
		problem(w, 400, "Bad Request", complaints)
		return
	}
	s.apply(w, r, parts, id, items)
}

func requestID(item object, index int) string {
	if given, ok := item["request_id"].(string); ok {
		return given
	}
	return strconv.Itoa(index)
}

// check reads one item; it names the code and the place of the first fault.
func (s *foreignAmo) check(parts []string, method string, id int, item object) (code, where string) {
	common := " id name responsible_user_id created_by updated_by created_at updated_at custom_fields_values tags_to_add tags_to_delete _embedded request_id "
	switch {
	case parts[3] == "link":
		return onlyKeys(item, " to_entity_id to_entity_type metadata ")
	case parts[2] == "notes" || parts[3] == "notes":
		if _, ok := item["params"].(object); !ok || item["note_type"] == nil {
			return "FieldMissing", "params"
		}
		if id == 0 && s.find(s.of(parts[1]), intOf(item["entity_id"])) == nil {
			return "NotSupportedChoice", "entity_id"
		}
		return onlyKeys(item, " entity_id note_type params created_by responsible_user_id request_id is_need_to_trigger_digital_pipeline id ")
	case parts[1] == "tasks":
		if method == http.MethodPost && (item["text"] == nil || item["complete_till"] == nil) {
			return "FieldMissing", "text"
		}
		if kind := item["entity_type"]; kind != nil && s.find(s.of(fmt.Sprint(kind)), intOf(item["entity_id"])) == nil {
			return "NotSupportedChoice", "entity_id"
		}
		return onlyKeys(item, " id text complete_till entity_id entity_type task_type_id responsible_user_id duration is_completed result created_by updated_by created_at updated_at request_id ")
	case parts[1] == "contacts":
		if code, where = onlyKeys(item, common+"first_name last_name "); code != "" {
			return code, where
		}
		return checkValues(item, s.contactFields())
	}
	if code, where = onlyKeys(item, common+"price status_id pipeline_id closed_at loss_reason_id visitor_uid "); code != "" {
		return code, where
	}
	if code, where = checkStage(item); code != "" {
		return code, where
	}
	if contacts, ok := embeddedContacts(item); ok && parts[2] == "complex" {
		if code, where = checkValues(contacts, s.contactFields()); code != "" {
			return code, "_embedded.contacts.0." + where
		}
	}
	return checkValues(item, leadFields())
}

func onlyKeys(item object, known string) (code, where string) {
	for key := range item {
		if !strings.Contains(known, " "+key+" ") {
			return "FieldNotExpected", key
		}
	}
	return "", ""
}

func checkStage(item object) (code, where string) {
	if price, ok := item["price"]; ok {
		if _, err := strconv.ParseInt(fmt.Sprint(price), 10, 64); err != nil {
			return "InvalidType", "price"
		}
	}
	status, pipeline := intOf(item["status_id"]), intOf(item["pipeline_id"])
	if item["status_id"] == nil {
		return "", ""
	}
	for _, one := range amoPipelines() {
		for _, stage := range one["_embedded"].(object)["statuses"].([]object) {
			if stage["id"] == status && (pipeline == 0 || one["id"] == pipeline) {
				return "", ""
			}
		}
	}
	return "NotSupportedChoice", "status_id"
}

// checkValues is the documents' table of values by type of the field.
func checkValues(item object, fields []amoField) (code, where string) {
	values, _ := item["custom_fields_values"].([]any)
	for i, raw := range values {
		value, _ := raw.(object)
		at := fmt.Sprintf("custom_fields_values.%d", i)
		if code, where = onlyKeys(value, " field_id field_code values "); code != "" {
			return code, at + "." + where
		}
		f := fieldOf(value, fields)
		if f == nil {
			return "NotSupportedChoice", at + ".field_id"
		}
		rows, _ := value["values"].([]any)
		for _, raw := range rows {
			row, _ := raw.(object)
			if code, where = onlyKeys(row, " value enum_id enum_code "); code != "" {
				return code, at + ".values.0." + where
			}
			if _, text := row["value"].(string); !text {
				return "InvalidType", at + ".values.0.value"
			}
			if enum, ok := row["enum_code"].(string); ok && !slices.Contains(f.enums, enum) {
				return "NotSupportedChoice", at + ".values.0.enum_code"
			}
		}
	}
	return "", ""
}

func fieldOf(value object, fields []amoField) *amoField {
	for _, f := range fields {
		if (f.code != "" && value["field_code"] == f.code) || intOf(value["field_id"]) == f.id {
			return &f
		}
	}
	return nil
}

func embeddedContacts(item object) (object, bool) {
	embedded, _ := item["_embedded"].(object)
	contacts, _ := embedded["contacts"].([]any)
	if len(contacts) == 0 {
		return nil, false
	}
	contact, ok := contacts[0].(object)
	return contact, ok
}

func intOf(value any) int {
	n, _ := strconv.Atoi(fmt.Sprint(value))
	return n
}

func (s *foreignAmo) of(kind string) []*amoEntity {
	if kind == "leads" {
		return s.leads
	}
	return s.contacts
}

func (s *foreignAmo) find(all []*amoEntity, id int) *amoEntity {
	for _, one := range all {
		if one.id == id {
			return one
		}
	}
	return nil
}

// apply does what was checked and answers in the documents' shapes.
func (s *foreignAmo) apply(w http.ResponseWriter, r *http.Request, parts []string, id int, items []object) {
	name := parts[1]
	if parts[2] == "notes" || parts[3] != "" {
		name = map[bool]string{true: "links", false: "notes"}[parts[3] == "link"]
	}
	var models []object
	for i, item := range items {
		switch {
		case name == "links":
			if s.find(s.leads, id) == nil || s.find(s.contacts, intOf(item["to_entity_id"])) == nil {
				s.fault("a link of lead %d to %v", id, item)
			} else if lead := s.find(s.leads, id); !slices.Contains(lead.linked, intOf(item["to_entity_id"])) {
				lead.linked = append(lead.linked, intOf(item["to_entity_id"]))
			}
			models = append(models, object{"entity_id": id, "entity_type": name, "to_entity_id": intOf(item["to_entity_id"]), "to_entity_type": item["to_entity_type"],
				"metadata": object{"main_contact": true}})
		case name == "notes" || name == "tasks":
			models = append(models, s.add(name, id, item, i))
		case r.Method == http.MethodPost:
			models = append(models, s.create(name, item, i))
		default:
			if models = append(models, s.patch(name, id, item)); models[0] == nil {
				s.fault("PATCH of %s %d that is not there", name, id)
				problem(w, 404, "Not Found", nil)
				return
			}
		}
	}
	switch {
	case parts[2] == "complex":
		var results []object
		for i, model := range models {
			lead := s.find(s.leads, model["id"].(int))
			result := object{"id": lead.id, "contact_id": nil, "company_id": nil, "request_id": []string{requestID(items[i], i)}, "merged": false}
			if len(lead.linked) > 0 {
				result["contact_id"] = lead.linked[0]
			}
			results = append(results, result)
		}
		hal(w, results)
	case r.Method == http.MethodPatch && id != 0:
		hal(w, models[0])
	default:
		hal(w, object{"_links": object{"self": object{"href": r.URL.String()}}, "_embedded": object{name: models}})
	}
}

func (s *foreignAmo) add(name string, id int, item object, index int) object {
	s.lastID += 2
	kept := object{"id": s.lastID, "result": []any{}}
	for key, value := range item {
		kept[key] = value
	}
	kept["entity_id"] = intOf(kept["entity_id"])
	if id != 0 {
		kept["entity_id"] = id
	}
	if name == "notes" {
		s.notes = append(s.notes, kept)
	} else {
		s.tasks = append(s.tasks, kept)
	}
	return object{"id": s.lastID, "entity_id": kept["entity_id"], "request_id": requestID(item, index), "_links": object{}}
}

func (s *foreignAmo) create(kind string, item object, index int) object {
	s.lastID += 2
	one := &amoEntity{id: s.lastID, born: time.Now(), plain: object{"name": "", "created_at": time.Now().Unix()}, fields: map[int][]object{}}
	if kind == "leads" {
		one.plain = object{"name": "Сделка", "price": 0, "status_id": 72_000_005, "pipeline_id": 8_800_077, "loss_reason_id": nil, "score": nil}
		if contact, ok := embeddedContacts(item); ok {
			id := intOf(contact["id"])
			if id == 0 {
				id = s.create("contacts", contact, 0)["id"].(int)
			} else if s.find(s.contacts, id) == nil {
				s.fault("a lead of contact %d that is not there", id)
			}
			one.linked = []int{id}
		}
		s.leads = append(s.leads, one)
	} else {
		s.contacts = append(s.contacts, one)
	}
	s.change(kind, one, item)
	return object{"id": one.id, "request_id": requestID(item, index), "_links": object{}}
}

func (s *foreignAmo) patch(kind string, id int, item object) object {
	if id == 0 {
		id = intOf(item["id"])
	}
	one := s.find(s.of(kind), id)
	if one == nil {
		return nil
	}
	one.patches++
	s.change(kind, one, item)
	return object{"id": id, "updated_at": time.Now().Unix(), "_links": object{}}
}

// change writes fields (each replaced as a whole) and tags.
func (s *foreignAmo) change(kind string, one *amoEntity, item object) {
	fields := s.contactFields()
	if kind == "leads" {
		fields = leadFields()
	}
	for key, value := range item {
		if number, ok := value.(json.Number); ok {
			one.plain[key] = intOf(number)
		} else if text, ok := value.(string); ok && key != "request_id" {
			one.plain[key] = text
		}
	}
	values, _ := item["custom_fields_values"].([]any)
	for _, raw := range values {
		f := fieldOf(raw.(object), fields)
		var rows []object
		body, _ := json.Marshal(raw.(object)["values"])
		json.NewDecoder(bytes.NewReader(body)).Decode(&rows)
		one.fields[f.id] = rows
	}
	embedded, _ := item["_embedded"].(object)
	if tags, ok := embedded["tags"].([]any); ok {
		one.tags = tagNames(tags)
	}
	added, _ := item["tags_to_add"].([]any)
	for _, tag := range tagNames(added) {
		if !slices.Contains(one.tags, tag) {
			one.tags = append(one.tags, tag)
		}
	}
}

func tagNames(tags []any) []string {
	var names []string
	for _, raw := range tags {
		if tag, ok := raw.(object); ok && tag["name"] != nil {
			names = append(names, fmt.Sprint(tag["name"]))
		}
	}
	return names
}

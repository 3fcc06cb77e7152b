package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const foreignAmoToken = "eyJhbGciOiJSUzI1NiJ9.foreign.token"

// foreignAmo is an amoCRM account written from the API v4 documents alone: an
// account of somebody who sold before, with a second pipeline, fields of their
// own, no field for Telegram, and filters that are not paid for.
type foreignAmo struct {
	witness
	messengers bool // the account has the IM field
	calls      []time.Time
	throttled  int
	stalled    bool
	lastID     int
	contacts   []*amoEntity
	leads      []*amoEntity
	notes      []object
	tasks      []object
}

// amoEntity is a contact or a lead.
type amoEntity struct {
	id      int
	born    time.Time
	plain   object           // name, price, status_id, pipeline_id, …
	fields  map[int][]object // by field id
	tags    []string
	linked  []int // a lead's contacts
	patches int
}

type amoField struct {
	id               int
	code, kind, name string
	enums            []string
}

func newForeignAmo(messengers bool) *foreignAmo {
	s := &foreignAmo{messengers: messengers, lastID: 91_000_000}
	s.contacts = []*amoEntity{{id: 5_000_001, plain: object{"name": "Старый клиент 9125550001"},
		fields: map[int][]object{2_210_002: {{"value": "anna1@mail.ru.example", "enum_id": 771, "enum_code": "WORK"}}}}}
	return s
}

func (s *foreignAmo) contactFields() []amoField {
	phones := []string{"WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER"}
	all := []amoField{{2_210_000, "POSITION", "text", "Должность", nil}, {2_210_001, "PHONE", "multitext", "Телефон", phones},
		{2_210_002, "EMAIL", "multitext", "Email", []string{"WORK", "PRIV", "OTHER"}}, {2_210_009, "", "date", "День рождения кота", nil}}
	if s.messengers {
		all = append(all, amoField{2_210_003, "IM", "multitext", "Мгн. сообщения", []string{"SKYPE", "ICQ", "JABBER", "GTALK", "MSN", "OTHER"}})
	}
	return all
}

func leadFields() []amoField {
	var all []amoField
	for i, code := range []string{"UTM_CONTENT", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_SOURCE", "UTM_TERM"} {
		all = append(all, amoField{3_310_000 + i, code, "tracking_data", strings.ToLower(code), nil})
	}
	return append(all, amoField{3_310_100, "", "select", "Цвет", []string{"RED"}})
}

// Stages of the main pipeline and of another one that stands before it.
func amoPipelines() []object {
	status := func(pipeline, id, sort, kind int, name string) object {
		return object{"id": id, "name": name, "sort": sort, "type": kind, "pipeline_id": pipeline, "is_editable": kind == 0 && id > 143, "color": "#99ccff"}
	}
	pipeline := func(id, sort int, name string, main bool, statuses ...object) object {
		return object{"id": id, "name": name, "sort": sort, "is_main": main, "is_unsorted_on": true, "is_archive": false, "account_id": 31_313_131,
			"_links": object{"self": object{"href": "x"}}, "_embedded": object{"statuses": statuses}}
	}
	return []object{
		pipeline(8_800_001, 1, "Опт", false, status(8_800_001, 71_000_001, 10, 1, "Неразобранное"), status(8_800_001, 71_000_002, 20, 0, "Знакомство"),
			status(8_800_001, 142, 10000, 0, "Успешно реализовано"), status(8_800_001, 143, 11000, 0, "Закрыто и не реализовано")),
		pipeline(8_800_077, 2, "Розница", true, status(8_800_077, 72_000_001, 10, 1, "Неразобранное"), status(8_800_077, 72_000_005, 20, 0, "Первый контакт"),
			status(8_800_077, 72_000_003, 30, 0, "Знакомство"), status(8_800_077, 72_000_009, 40, 0, "Выбор"), status(8_800_077, 72_000_002, 50, 0, "Ждём оплату"),
			status(8_800_077, 142, 10000, 0, "Ура"), status(8_800_077, 143, 11000, 0, "Увы")),
	}
}

func (s *foreignAmo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.moved()
	if r.Header.Get("Authorization") != "Bearer "+foreignAmoToken || r.Header.Get("Cookie") != "" {
		s.fault("%s %s is not authorised", r.Method, r.URL.Path)
		problem(w, 401, "Unauthorized", nil)
		return
	}
	now := time.Now()
	s.calls = append(slices.DeleteFunc(s.calls, func(t time.Time) bool { return now.Sub(t) >= time.Second }), now)
	if len(s.calls) > 7 {
		s.throttled++
		answer(w, 429, "text/html", "<html><head><title>429 Too Many Requests</title></head></html>")
		return
	}
	if !s.stalled && r.Method == http.MethodPost {
		s.stalled = true // a bad moment that nothing here caused
		answer(w, 429, "text/html", "<html><head><title>429 Too Many Requests</title></head></html>")
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/api/v4/")
	if !ok {
		s.fault("path %s", r.URL.Path)
		problem(w, 404, "Not Found", nil)
		return
	}
	if r.Method == http.MethodGet {
		s.get(w, r, path)
		return
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		s.fault("%s %s with content type %q", r.Method, path, r.Header.Get("Content-Type"))
	}
	s.write(w, r, path)
}

func problem(w http.ResponseWriter, status int, title string, errors []object) {
	body := object{"title": title, "type": fmt.Sprintf("https://httpstatus.es/%d", status), "status": status, "detail": "Request validation failed"}
	if errors != nil {
		body["validation-errors"] = errors
	}
	answer(w, status, "application/problem+json", body)
}

func hal(w http.ResponseWriter, body any) { answer(w, 200, "application/hal+json", body) }

// list wraps models as HAL, or answers 204 when there are none.
func list(w http.ResponseWriter, r *http.Request, name string, models []object) {
	if page := r.URL.Query().Get("page"); len(models) == 0 || (page != "" && page != "1") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	hal(w, object{"_page": 1, "_links": object{"self": object{"href": "https://foreign.amocrm.example" + r.URL.String()}},
		"_embedded": object{name: models}})
}

func (s *foreignAmo) get(w http.ResponseWriter, r *http.Request, path string) {
	if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && (limit < 1 || limit > 250) {
		s.fault("limit %d of %s", limit, path)
	}
	switch path {
	case "account":
		hal(w, object{"id": 31_313_131, "name": "Суслик", "subdomain": "foreign", "current_user_id": 11_001, "country": "RU",
			"is_unsorted_on": true, "is_loss_reason_enabled": true, "is_api_filter_enabled": false, "version": 16, "x_new": nil,
			"_links": object{}, "_embedded": object{"task_types": []object{{"id": 1, "name": "Связаться", "code": "FOLLOW_UP", "color": nil},
				{"id": 2, "name": "Встреча", "code": "MEETING"}}}})
	case "leads/pipelines":
		list(w, r, "pipelines", amoPipelines())
	case "users":
		list(w, r, "users", []object{{"id": 11_001, "name": "Хозяйка", "email": "owner@example.ru"}})
	case "contacts/custom_fields":
		list(w, r, "custom_fields", showFields(s.contactFields()))
	case "leads/custom_fields":
		list(w, r, "custom_fields", showFields(leadFields()))
	case "leads/loss_reasons", "tasks":
		w.WriteHeader(http.StatusNoContent)
	case "contacts":
		list(w, r, "contacts", s.search(r, s.contacts, s.contactFields()))
	case "leads":
		list(w, r, "leads", s.search(r, s.leads, leadFields()))
	default:
		s.getOne(w, r, path)
	}
}

func (s *foreignAmo) getOne(w http.ResponseWriter, r *http.Request, path string) {
	kind, rest, _ := strings.Cut(path, "/")
	text, sub, _ := strings.Cut(rest, "/")
	id, err := strconv.Atoi(text)
	all, fields := s.contacts, s.contactFields()
	if kind == "leads" {
		all, fields = s.leads, leadFields()
	}
	switch {
	case kind == "leads" && strings.HasPrefix(rest, "pipelines/"):
		for _, pipeline := range amoPipelines() {
			if fmt.Sprint(pipeline["id"]) == sub {
				hal(w, pipeline)
				return
			}
		}
		problem(w, 404, "Not Found", nil)
	case (kind != "leads" && kind != "contacts") || err != nil || (sub != "" && sub != "notes" && sub != "links"):
		s.fault("GET %s is not expected of a mirror", path)
		problem(w, 404, "Not Found", nil)
	case sub == "notes":
		list(w, r, "notes", slices.DeleteFunc(slices.Clone(s.notes), func(n object) bool { return n["entity_id"] != id }))
	default:
		for _, one := range all {
			if one.id == id {
				hal(w, s.show(one, fields, kind, r.URL.Query().Get("with")))
				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func showFields(fields []amoField) []object {
	var all []object
	for _, f := range fields {
		model := object{"id": f.id, "name": f.name, "type": f.kind, "sort": 500, "code": nil, "enums": nil, "is_api_only": false, "required_statuses": nil}
		if f.code != "" {
			model["code"] = f.code
		}
		if f.enums != nil {
			var enums []object
			for i, code := range f.enums {
				enums = append(enums, object{"id": f.id*10 + i, "value": code, "code": code, "sort": i})
			}
			model["enums"] = enums
		}
		all = append(all, model)
	}
	return all
}

// search is the query over all filled fields; its index is two seconds behind.
// A filter is ignored: the account has not paid for it.
func (s *foreignAmo) search(r *http.Request, all []*amoEntity, fields []amoField) []object {
	kind := strings.TrimPrefix(r.URL.Path, "/api/v4/")
	query := strings.ToLower(r.URL.Query().Get("query"))
	var found []object
	for _, one := range all {
		model := s.show(one, fields, kind, r.URL.Query().Get("with"))
		text, _ := json.Marshal([]any{model["name"], model["custom_fields_values"], one.tags})
		if time.Since(one.born) > 2*time.Second && (query == "" || strings.Contains(strings.ToLower(string(text)), query)) {
			found = append(found, model)
		}
	}
	return found
}

func (s *foreignAmo) show(one *amoEntity, fields []amoField, kind, with string) object {
	model := object{"id": one.id, "responsible_user_id": 11_001, "group_id": 0, "created_by": 11_001, "is_deleted": false, "account_id": 31_313_131,
		"custom_fields_values": nil, "_links": object{}}
	for key, value := range one.plain {
		model[key] = value
	}
	var values []object
	for _, f := range fields {
		if len(one.fields[f.id]) > 0 {
			values = append(values, object{"field_id": f.id, "field_name": f.name, "field_code": f.code, "field_type": f.kind, "values": one.fields[f.id]})
		}
	}
	if values != nil {
		model["custom_fields_values"] = values
	}
	tags := []object{}
	for i, tag := range one.tags {
		tags = append(tags, object{"id": 400 + i, "name": tag, "color": nil})
	}
	embedded := object{"tags": tags, "companies": []object{}}
	if kind == "leads" && strings.Contains(with, "contacts") {
		contacts := []object{}
		for i, id := range one.linked {
			contacts = append(contacts, object{"id": id, "is_main": i == 0})
		}
		embedded["contacts"] = contacts
	}
	if kind == "contacts" && strings.Contains(with, "leads") {
		leads := []object{}
		for _, lead := range s.leads {
			if slices.Contains(lead.linked, one.id) {
				leads = append(leads, object{"id": lead.id})
			}
		}
		embedded["leads"] = leads
	}
	model["_embedded"] = embedded
	return model
}

// values are what the account shows under a field's code.
func (s *foreignAmo) values(one *amoEntity, fields []amoField, code string) []string {
	var all []string
	for _, f := range fields {
		for _, value := range one.fields[f.id] {
			if f.code == code {
				all = append(all, fmt.Sprint(value["value"]))
			}
		}
	}
	return all
}

var amoPath = regexp.MustCompile(`^(leads|contacts|tasks)(?:/(complex|notes|\d+))?(?:/(notes|link))?$`)

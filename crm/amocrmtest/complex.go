package amocrmtest

import (
	"fmt"
	"net/http"
	"slices"
)

// complexSchema is POST /leads/complex: contacts and companies may be whole
// models or ids, metadata makes an unsorted deal (API v4, leads-api).
func complexSchema() schema {
	known := func(entity string) rule {
		r := exists(entity)
		r.need = false
		return r
	}
	contact := merge(contactSchema(), schema{"id": known("contacts"), "is_main": {kind: boolean}})
	company := merge(contactSchema(), schema{"id": known("companies")})
	return merge(leadSchema(), embedding(schema{
		"contacts":  {kind: collection, of: contact},
		"companies": {kind: collection, of: company},
		"metadata":  {},
		"source":    {kind: record, of: schema{"external_id": {kind: text, need: true}, "type": {kind: text, need: true}}},
	}))
}

// addComplex makes a deal with its contact and company; the answer is a bare array.
func addComplex(c *call) reply {
	items, refusal := c.batch(complexSchema(), complexLimit)
	if refusal != nil {
		return *refusal
	}
	for _, it := range items {
		if n := manyFields(it.data); n > complexFields {
			c.offend("TooManyFields", "custom_fields_values", fmt.Sprintf("%d values for one entity, %d at most", n, complexFields))
			return problem(http.StatusBadRequest, "Bad Request", "Too many custom fields values")
		}
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.addWhole(it)
	}
	return ok(out)
}

func manyFields(data map[string]any) int {
	most := len(objects(data, "custom_fields_values"))
	for _, entity := range []string{"contacts", "companies"} {
		for _, one := range objects(child(data, "_embedded"), entity) {
			most = max(most, len(objects(one, "custom_fields_values")))
		}
	}
	return most
}

func (c *call) addWhole(it item) object {
	embedded := child(it.data, "_embedded")
	contacts, companies := objects(embedded, "contacts"), objects(embedded, "companies")
	if l, contact := c.duplicate(contacts); l != nil {
		return c.mergeWhole(it, l, contact)
	}
	bare := map[string]any{}
	for key, value := range it.data {
		bare[key] = value
	}
	bare["_embedded"] = map[string]any{}
	if tags, given := embedded["tags"]; given {
		bare["_embedded"] = map[string]any{"tags": tags}
	}
	l := c.addLead(bare)
	if embedded["metadata"] != nil {
		l.StatusID = c.s.pipeline(l.PipelineID).unsorted(l.StatusID)
	}
	contact := c.whole("contacts", contacts, l)
	company := c.whole("companies", companies, l)
	if contact != 0 && company != 0 {
		c.s.join(link{from: "contacts", fromID: contact, to: "companies", toID: company})
	}
	return object{"id": l.ID, "contact_id": orNullInt(contact), "company_id": orNullInt(company),
		"request_id": []string{it.request}, "merged": false}
}

// whole makes or takes the first embedded person and links it to the deal.
func (c *call) whole(entity string, given []map[string]any, l *Lead) int64 {
	if len(given) == 0 {
		return 0
	}
	id, known := intAt(given[0], "id")
	if !known {
		id = c.addContact(entity, given[0]).ID
	}
	c.s.join(link{from: "leads", fromID: l.ID, to: entity, toID: id, main: entity == "contacts"})
	return id
}

// duplicate finds the newest open deal whose main contact has the same phone,
// e-mail or chosen field. Only /leads/complex looks, and only when the account has it switched on.
func (c *call) duplicate(contacts []map[string]any) (*Lead, *Contact) {
	if !c.s.cfg.DuplicateControl || len(contacts) == 0 {
		return nil, nil
	}
	probe := Card{Fields: c.s.applyFields("contacts", nil, contacts[0])}
	var best *Lead
	var owner *Contact
	for _, l := range c.s.leads {
		if l.Deleted || l.ClosedAt != 0 || (best != nil && l.ID < best.ID) {
			continue
		}
		main := c.s.mainContact(l.ID)
		if main != nil && c.s.samePerson(probe, main.Card) {
			best, owner = l, main
		}
	}
	return best, owner
}

// samePerson compares by e-mail, by phone, and by the fields that the account has chosen.
func (s *Server) samePerson(a, b Card) bool {
	same := func(code string, norm func(string) string) bool {
		return slices.ContainsFunc(a.Values(code), func(x string) bool {
			return slices.ContainsFunc(b.Values(code), func(y string) bool { return norm(x) != "" && norm(x) == norm(y) })
		})
	}
	return same("EMAIL", lower) || same("PHONE", lastTen) ||
		slices.ContainsFunc(s.cfg.DuplicateFields, func(code string) bool { return same(code, lower) })
}

func lastTen(phone string) string {
	number := onlyDigits(phone)
	return number[max(0, len(number)-10):]
}

func (c *call) mergeWhole(it item, l *Lead, contact *Contact) object {
	was := *l
	data := map[string]any{}
	for key, value := range it.data {
		if key != "_embedded" && key != "status_id" && key != "pipeline_id" {
			data[key] = value
		}
	}
	c.writeLead(l, data)
	c.s.leadChanged(l, was)
	return object{"id": l.ID, "contact_id": contact.ID, "company_id": nil, "request_id": []string{it.request}, "merged": true}
}

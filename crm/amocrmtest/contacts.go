package amocrmtest

import "strings"

// contactSchema are the keys of POST and PATCH /contacts; companies have the
// same without the two name parts (API v4, contacts-api and companies-api).
func contactSchema() schema {
	return merge(cardSchema(), schema{"first_name": {kind: text}, "last_name": {kind: text}})
}

func (c *call) contactUpdate() schema {
	entity := c.entity
	return forUpdate(contactSchema(), func(s *Server, id int64) bool { return s.exists(entity, id) })
}

// listContacts is GET /contacts or /companies.
func listContacts(c *call) reply {
	c.checkWith("leads", "customers", "catalog_elements", "contacts")
	var found []*Contact
	asked := c.search()
	for _, who := range c.s.people(c.entity) {
		if !who.Deleted && c.finds(asked, c.entity, &who.Card) && c.passesFilters(who.Card) {
			found = append(found, who)
		}
	}
	order(c, found, map[string]func(*Contact) int64{
		"id":         func(who *Contact) int64 { return who.ID },
		"updated_at": func(who *Contact) int64 { return who.UpdatedAt },
	})
	return list(c, c.entity, c.entity, found, c.contactView)
}

// getContact answers 204, not 404, for a contact that is not there.
func getContact(c *call) reply {
	c.checkWith("leads", "customers", "catalog_elements", "contacts")
	who := c.s.people(c.entity)[c.ids[0]]
	if who == nil || who.Deleted {
		return nothing()
	}
	return ok(c.contactView(who))
}

func (c *call) contactView(who *Contact) object {
	view := c.cardView(c.entity, who.Card)
	embedded := object{"tags": views(who.Tags, tagView)}
	if c.entity == "contacts" {
		view["first_name"], view["last_name"] = who.FirstName, who.LastName
		embedded["companies"] = views(c.s.linked("contacts", who.ID, "companies"),
			func(k link) object { return c.reference("companies", k.toID) })
	}
	if c.query.with("leads") {
		embedded["leads"] = views(c.s.leadsOf(c.entity, who.ID), func(id int64) object { return c.reference("leads", id) })
	}
	if c.query.with("contacts") && c.entity == "companies" {
		embedded["contacts"] = views(c.s.contactsOf(who.ID), func(id int64) object { return c.reference("contacts", id) })
	}
	if c.query.with("customers") {
		embedded["customers"] = []object{}
	}
	if c.query.with("catalog_elements") {
		embedded["catalog_elements"] = views(c.s.linked(c.entity, who.ID, "catalog_elements"), elementOfLead)
	}
	view["_embedded"] = embedded
	return view
}

// addContacts is POST /contacts. Nothing is looked up: a second post of the
// same person makes a second contact.
func addContacts(c *call) reply {
	items, refusal := c.batch(contactSchema(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		who := c.addContact(c.entity, it.data)
		out[i] = object{"id": who.ID, "request_id": it.request, "_links": c.self("%s/%d", c.entity, who.ID)}
	}
	return ok(object{"_links": c.self("%s", c.entity), "_embedded": object{c.entity: out}})
}

func (c *call) addContact(entity string, data map[string]any) *Contact {
	who := &Contact{Card: c.newCard(c.s.nextID(entity), data)}
	c.s.people(entity)[who.ID] = who
	c.writeContact(entity, who, data)
	c.s.happened(singular(entity)+"_added", entity, who.ID, who.CreatedBy, nil, nil)
	c.s.emitContact("add", entity, who)
	return who
}

func patchContacts(c *call) reply {
	items, refusal := c.batch(c.contactUpdate(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.changeContact(it.data)
	}
	return ok(object{"_links": c.self("%s", c.entity), "_embedded": object{c.entity: out}})
}

func patchContact(c *call) reply {
	it, refusal := c.single(c.ids[0], c.contactUpdate())
	if refusal != nil {
		return *refusal
	}
	return ok(c.changeContact(it.data))
}

func (c *call) changeContact(data map[string]any) object {
	id, _ := intAt(data, "id")
	who := c.s.people(c.entity)[id]
	c.writeContact(c.entity, who, data)
	c.s.emitContact("update", c.entity, who)
	return object{"id": id, "name": who.Name, "updated_at": who.UpdatedAt, "_links": c.self("%s/%d", c.entity, id)}
}

// writeContact composes the whole name when only its parts are given.
func (c *call) writeContact(entity string, who *Contact, data map[string]any) {
	c.writeCard(entity, &who.Card, data)
	setText(data, "first_name", &who.FirstName)
	setText(data, "last_name", &who.LastName)
	_, whole := textAt(data, "name")
	if parts := strings.TrimSpace(who.FirstName + " " + who.LastName); !whole && parts != "" {
		who.Name = parts
	}
}

func singular(entity string) string {
	return map[string]string{"leads": "lead", "contacts": "contact", "companies": "company"}[entity]
}

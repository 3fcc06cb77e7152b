package amocrmtest

import "slices"

// linkSchema is one row of POST …/link and …/unlink. Without an id in the path
// each row names its own entity_id (API v4, entity-links-api).
func (c *call) linkSchema() schema {
	sc := schema{
		"to_entity_type": {kind: text, need: true, known: isLinkable},
		"to_entity_id":   {kind: integer, need: true, known: isTarget},
		"metadata": {kind: record, of: schema{
			"is_main": {kind: boolean}, "main_contact": {kind: boolean}, "catalog_id": {kind: integer}, "quantity": {kind: number},
			"price_id": {kind: integer}, "updated_by": {kind: integer, known: isAuthor},
		}},
	}
	if len(c.ids) == 0 {
		sc["entity_id"] = exists(c.entity)
	}
	return sc
}

func isLinkable(c *call, _ map[string]any, v any) bool {
	allowed := map[string][]string{
		"leads":     {"contacts", "companies", "catalog_elements"},
		"contacts":  {"leads", "companies", "customers", "catalog_elements"},
		"companies": {"leads", "contacts", "customers", "catalog_elements"},
	}
	name, _ := v.(string)
	return slices.Contains(allowed[c.entity], name)
}

func isTarget(c *call, row map[string]any, v any) bool {
	id, _ := asInt(v)
	kind, _ := textAt(row, "to_entity_type")
	if kind != "catalog_elements" {
		return c.s.exists(kind, id)
	}
	catalog, given := intAt(child(row, "metadata"), "catalog_id")
	return given && c.s.element(catalog, id) != nil
}

// rows reads and checks the request; the entity of the path must exist.
func (c *call) rows() ([]item, *reply) {
	if len(c.ids) > 0 && !c.s.exists(c.entity, c.ids[0]) {
		answer := notFound()
		return nil, &answer
	}
	return c.batch(c.linkSchema(), batchLimit)
}

func (c *call) linkOf(data map[string]any) link {
	k := link{from: c.entity}
	if len(c.ids) > 0 {
		k.fromID = c.ids[0]
	}
	setInt(data, "entity_id", &k.fromID)
	setText(data, "to_entity_type", &k.to)
	setInt(data, "to_entity_id", &k.toID)
	meta := child(data, "metadata")
	k.main, _ = meta["is_main"].(bool)
	if k.to == "catalog_elements" {
		k.meta = object{}
		for _, key := range []string{"quantity", "catalog_id", "price_id"} {
			if value, given := meta[key]; given {
				k.meta[key] = value
			}
		}
	}
	return k
}

// stored turns a link to the side from which it is kept.
func (k link) stored() link {
	if k.to == "leads" || (k.from == "companies" && k.to == "contacts") {
		k.from, k.fromID, k.to, k.toID = k.to, k.toID, k.from, k.fromID
	}
	return k
}

func addLinks(c *call) reply {
	items, refusal := c.rows()
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		k := c.linkOf(it.data)
		c.s.join(k.stored())
		out[i] = c.linkView(k)
	}
	path := c.entity + "/links"
	if len(c.ids) > 0 {
		path = c.entity + "/" + digits(c.ids[0]) + "/links"
	}
	return ok(object{"_total_items": len(out), "_links": c.self("%s", path), "_embedded": object{"links": out}})
}

func removeLinks(c *call) reply {
	items, refusal := c.rows()
	if refusal != nil {
		return *refusal
	}
	for _, it := range items {
		c.s.part(c.linkOf(it.data).stored())
	}
	return nothing()
}

func (c *call) linkView(k link) object {
	return object{"entity_id": k.fromID, "entity_type": k.from, "to_entity_id": k.toID,
		"to_entity_type": k.to, "metadata": k.metadata()}
}

// listLinks is GET /leads/{id}/links and GET /leads/links?filter[entity_id][]=….
// Unlike the lists of cards, an entity without links answers an empty list (inferred).
func listLinks(c *call) reply {
	ids := c.query.ints("filter[entity_id]")
	path := c.entity + "/links"
	if len(c.ids) > 0 {
		ids = c.ids[:1]
		path = c.entity + "/" + digits(ids[0]) + "/links"
	}
	out := []object{}
	for _, id := range ids {
		for _, k := range c.s.linksOf(c.entity, id) {
			if !c.wantsLink(k) {
				continue
			}
			view := c.linkView(k)
			if len(c.ids) > 0 {
				delete(view, "entity_id")
				delete(view, "entity_type")
			}
			out = append(out, view)
		}
	}
	return ok(object{"_total_items": len(out), "_links": object{"self": c.pageLink(path, 1, pageSize)}, "_embedded": object{"links": out}})
}

func (c *call) wantsLink(k link) bool {
	kind := c.query.get("filter[to_entity_type]")
	return (kind == "" || kind == k.to) && c.query.oneOf("filter[to_entity_id]", k.toID)
}

// linksOf are the links of an entity seen from its own side.
func (s *Server) linksOf(entity string, id int64) []link {
	out := s.linked(entity, id, "")
	for _, k := range s.links.of[end{entity, id}] {
		if k.to == entity && k.toID == id {
			out = append(out, link{from: k.to, fromID: k.toID, to: k.from, toID: k.fromID})
		}
	}
	return out
}

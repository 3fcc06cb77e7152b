package amocrmtest

import (
	"slices"
	"strings"
)

func isTag(c *call, _ map[string]any, v any) bool {
	id, _ := asInt(v)
	for _, tags := range c.s.tags {
		if slices.ContainsFunc(tags, func(t Tag) bool { return t.ID == id }) {
			return true
		}
	}
	return false
}

// tag finds or makes the account's tag that id or name mean.
func (s *Server) tag(entity string, data map[string]any) Tag {
	id, byID := intAt(data, "id")
	name, _ := textAt(data, "name")
	for _, t := range s.tags[entity] {
		if (byID && t.ID == id) || (!byID && strings.EqualFold(t.Name, name)) {
			return t
		}
	}
	t := Tag{ID: s.nextID("tags"), Name: name}
	if entity == "leads" { // only deals have coloured tags (API v4, tags-api)
		setText(data, "color", &t.Color)
	}
	s.tags[entity] = append(s.tags[entity], t)
	return t
}

// writeTags applies tags_to_add and tags_to_delete, which add up, and
// _embedded.tags, which replaces the set; null there takes all tags away.
func (c *call) writeTags(entity string, card *Card, data map[string]any) {
	if embedded := child(data, "_embedded"); embedded != nil {
		if _, given := embedded["tags"]; given {
			card.Tags = nil
			c.attach(entity, card, objects(embedded, "tags"))
		}
	}
	c.attach(entity, card, objects(data, "tags_to_add"))
	for _, gone := range objects(data, "tags_to_delete") {
		t := c.s.tag(entity, gone)
		card.Tags = slices.DeleteFunc(slices.Clone(card.Tags), func(have Tag) bool { return have.ID == t.ID })
	}
}

func (c *call) attach(entity string, card *Card, tags []map[string]any) {
	for _, data := range tags {
		t := c.s.tag(entity, data)
		if !slices.Contains(card.Tags, t) {
			card.Tags = append(slices.Clone(card.Tags), t)
		}
	}
}

func listTags(c *call) reply {
	var found []Tag
	for _, t := range c.s.tags[c.entity] {
		names := c.query.all("filter[name]")
		if (len(names) == 0 || slices.Contains(names, t.Name)) && c.query.oneOf("filter[id]", t.ID) &&
			strings.Contains(lower(t.Name), lower(c.query.get("query"))) {
			found = append(found, t)
		}
	}
	return list(c, c.entity+"/tags", "tags", found, tagView)
}

// addTags answers the old id for a name that is there already.
func addTags(c *call) reply {
	items, refusal := c.batch(schema{"name": {kind: text, need: true}, "color": {kind: text}, "request_id": {kind: text}}, batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = tagView(c.s.tag(c.entity, it.data))
		out[i]["request_id"] = it.request
	}
	return ok(object{"_total_items": len(out), "_embedded": object{"tags": out}})
}

func tagView(t Tag) object {
	return object{"id": t.ID, "name": t.Name, "color": orNull(t.Color)}
}

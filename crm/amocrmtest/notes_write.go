package amocrmtest

func (c *call) noteUpdate() schema {
	sc := c.noteSchema()
	params := sc["params"]
	params.need = false
	kind := sc["note_type"]
	kind.need = false
	entity := sc["entity_id"]
	entity.need = false
	return merge(sc, schema{"params": params, "note_type": kind, "entity_id": entity, "id": {
		kind: integer, need: true, known: func(c *call, _ map[string]any, v any) bool {
			id, _ := asInt(v)
			n := c.s.notes.one(id)
			return n != nil && n.Entity == c.entity
		}}})
}

func patchNotes(c *call) reply {
	items, refusal := c.batch(c.noteUpdate(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		out[i] = c.changeNote(it.data)
	}
	return ok(object{"_links": c.self("%s/notes", c.entity), "_embedded": object{"notes": out}})
}

func patchNote(c *call) reply {
	it, refusal := c.single(c.ids[len(c.ids)-1], c.noteUpdate())
	if refusal != nil {
		return *refusal
	}
	return ok(c.changeNote(it.data))
}

func (c *call) changeNote(data map[string]any) object {
	id, _ := intAt(data, "id")
	n := c.s.notes.one(id)
	setText(data, "note_type", &n.Type)
	if params := child(data, "params"); params != nil {
		n.Params = params
	}
	n.UpdatedAt, n.UpdatedBy = c.now, c.user
	return object{"id": n.ID, "entity_id": n.EntityID, "updated_at": n.UpdatedAt, "_links": c.noteLinks(n)}
}

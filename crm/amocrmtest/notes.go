package amocrmtest

import (
	"maps"
	"slices"
)

// noteParams are the parameters that each note type must have (API v4,
// events-and-notes; invoice_paid and bill_paid: official PHP client).
func noteParams() map[string][]string {
	call := []string{"uniq", "duration", "source", "link", "phone"}
	return map[string][]string{
		"common": {"text"}, "service_message": {"service", "text"}, "extended_service_message": {"service", "text"},
		"call_in": call, "call_out": call, "sms_in": {"text", "phone"}, "sms_out": {"text", "phone"},
		"geolocation": {"text", "address", "longitude", "latitude"}, "message_cashier": {"status", "text"},
		"attachment": {"file_uuid", "file_name"}, "site_visit": {"url"}, "link_followed": {"url"},
		"invoice_paid": {"service", "text", "icon_url"}, "bill_paid": {"service", "text", "icon_url"},
	}
}

func (c *call) noteSchema() schema {
	sc := schema{
		"note_type":  {kind: text, need: true, known: isNoteType},
		"params":     {kind: anything, need: true, known: hasParams},
		"created_by": {kind: integer, known: isAuthor}, "responsible_user_id": {kind: integer, known: isUser},
		"updated_by": {kind: integer, known: isAuthor}, "created_at": {kind: integer}, "updated_at": {kind: integer},
		"request_id": {kind: text}, "is_need_to_trigger_digital_pipeline": {kind: boolean},
	}
	target := exists(c.entity)
	target.need = len(c.ids) == 0
	return merge(sc, schema{"entity_id": target})
}

func isNoteType(_ *call, _ map[string]any, v any) bool {
	name, _ := v.(string)
	_, known := noteParams()[name]
	return known
}

func hasParams(_ *call, data map[string]any, v any) bool {
	params, isObject := v.(map[string]any)
	kind, _ := textAt(data, "note_type")
	return isObject && !slices.ContainsFunc(noteParams()[kind], func(key string) bool { return params[key] == nil })
}

// addNotes is POST /{entity}/notes and /{entity}/{id}/notes.
func addNotes(c *call) reply {
	if len(c.ids) > 0 && !c.s.exists(c.entity, c.ids[0]) {
		return c.refuse(notSupported("entity_id"))
	}
	items, refusal := c.batch(c.noteSchema(), batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		n := c.addNote(it.data)
		out[i] = object{"id": n.ID, "entity_id": n.EntityID, "request_id": it.request, "_links": c.noteLinks(n)}
	}
	return ok(object{"_links": c.self("%s/notes", c.entity), "_embedded": object{"notes": out}})
}

func (c *call) addNote(data map[string]any) *Note {
	n := &Note{ID: c.s.nextID("notes"), Entity: c.entity, ResponsibleUserID: c.user,
		CreatedBy: c.user, CreatedAt: c.now, UpdatedAt: c.now}
	if len(c.ids) > 0 {
		n.EntityID = c.ids[0]
	}
	setInt(data, "entity_id", &n.EntityID)
	setText(data, "note_type", &n.Type)
	setInt(data, "responsible_user_id", &n.ResponsibleUserID)
	setInt(data, "created_by", &n.CreatedBy)
	setInt(data, "created_at", &n.CreatedAt)
	n.UpdatedBy = n.CreatedBy
	n.Params = child(data, "params")
	c.s.addNote(n)
	c.s.happened(n.Type+"_note_added", c.entity, n.EntityID, n.CreatedBy, nil, []object{{"note": object{"id": n.ID}}})
	c.s.emitNote(n)
	return n
}

func listNotes(c *call) reply {
	path := c.entity + "/notes"
	if len(c.ids) > 0 {
		path = c.entity + "/" + digits(c.ids[0]) + "/notes"
	}
	kinds := c.query.all("filter[note_type]")
	var found []*Note
	for _, n := range c.notesAsked() {
		if n.Entity == c.entity && (len(c.ids) == 0 || n.EntityID == c.ids[0]) &&
			(len(kinds) == 0 || slices.Contains(kinds, n.Type)) && c.query.oneOf("filter[id]", n.ID) &&
			c.query.oneOf("filter[entity_id]", n.EntityID) && c.query.within("filter[updated_at]", n.UpdatedAt) {
			found = append(found, n)
		}
	}
	order(c, found, map[string]func(*Note) int64{
		"id":         func(n *Note) int64 { return n.ID },
		"updated_at": func(n *Note) int64 { return n.UpdatedAt },
	})
	return list(c, path, "notes", found, c.noteView)
}

func (c *call) note() *Note {
	n := c.s.notes.one(c.ids[len(c.ids)-1])
	if n == nil || n.Entity != c.entity || len(c.ids) > 1 && n.EntityID != c.ids[0] {
		return nil
	}
	return n
}

// notesAsked are those of the path's entity, or all.
func (c *call) notesAsked() []*Note {
	if len(c.ids) > 0 {
		return c.s.notes.of[end{c.entity, c.ids[0]}]
	}
	return c.s.notes.all
}

func (s *Server) addNote(n *Note) { s.notes.add(n, end{id: n.ID}, end{n.Entity, n.EntityID}) }

func getNote(c *call) reply {
	n := c.note()
	if n == nil {
		return nothing()
	}
	return ok(c.noteView(n))
}

func (c *call) noteLinks(n *Note) object {
	return c.self("%s/%d/notes/%d", n.Entity, n.EntityID, n.ID)
}

func (c *call) noteView(n *Note) object {
	return object{
		"id": n.ID, "entity_id": n.EntityID, "created_by": n.CreatedBy, "updated_by": n.UpdatedBy,
		"created_at": n.CreatedAt, "updated_at": n.UpdatedAt, "responsible_user_id": n.ResponsibleUserID,
		"group_id": 0, "note_type": n.Type, "params": maps.Clone(n.Params), "account_id": c.s.cfg.AccountID,
		"_links": c.noteLinks(n),
	}
}

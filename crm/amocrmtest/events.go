package amocrmtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// event is one line of the account's history (API v4, events-and-notes).
type event struct {
	id            string
	kind          string
	entity        string
	entityID      int64
	by, at        int64
	before, after []object
}

func (s *Server) happened(kind, entity string, id, by int64, before, after []object) {
	e := event{
		id:   fmt.Sprintf("01pz58t6p04ymgsgfbm%07d", s.nextID("events")),
		kind: kind, entity: entity, entityID: id, by: by, at: s.now(), before: before, after: after,
	}
	s.events = keep(s.events, e)
}

// listEvents is GET /events, newest first, 100 on a page at most.
func listEvents(c *call) reply {
	kinds, entities := c.query.all("filter[type]"), c.query.all("filter[entity]")
	oldest, err := strconv.ParseInt(c.query.get("filter[created_at][from]"), 10, 64)
	var found []event
	for _, e := range slices.Backward(c.s.events) {
		if err == nil && e.at < oldest {
			break // they came in the order of their moments
		}
		if (len(kinds) == 0 || slices.Contains(kinds, e.kind)) &&
			(len(entities) == 0 || slices.Contains(entities, e.filed())) &&
			c.query.oneOf("filter[entity_id]", e.entityID) && c.query.within("filter[created_at]", e.at) {
			found = append(found, e)
		}
	}
	return list(c, "events", "events", found, c.eventView)
}

// filed is the entity that an event is found by: those of chats are the
// contact's, although they report the deal (API v4, events-and-notes).
func (e event) filed() string {
	if strings.HasSuffix(e.kind, "_chat_message") {
		return "contact"
	}
	return singular(e.entity)
}

// said writes a message of a chat into the history, as the newest deal's of its
// contact.
func (s *Server) said(kind string, m ChatMessage, contact, by int64) {
	if contact == 0 {
		return
	}
	entity, id := "contacts", contact
	for _, lead := range s.leadsOf("contacts", contact) {
		if entity == "contacts" || lead > id {
			entity, id = "leads", lead
		}
	}
	s.happened(kind, entity, id, by, nil, []object{{"message": object{"id": m.ID}}})
}

func getEvent(c *call) reply {
	id := c.r.URL.Path[strings.LastIndex(c.r.URL.Path, "/")+1:]
	for _, e := range c.s.events {
		if e.id == id {
			return ok(c.eventView(e))
		}
	}
	return nothing()
}

func (c *call) eventView(e event) object {
	values := func(v []object) []object {
		if v == nil {
			return []object{}
		}
		return v
	}
	return object{
		"id": e.id, "type": e.kind, "entity_id": e.entityID, "entity_type": singular(e.entity), "created_by": e.by,
		"created_at": e.at, "value_after": values(e.after), "value_before": values(e.before),
		"account_id": c.s.cfg.AccountID, "_links": c.self("events/%s", e.id),
		"_embedded": object{"entity": c.reference(e.entity, e.entityID)},
	}
}

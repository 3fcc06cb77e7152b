package amocrmtest

import (
	"fmt"
	"slices"
	"strings"
)

// cardSchema are the keys that deals, contacts and companies share on write
// (API v4, leads-api and contacts-api).
func cardSchema() schema {
	tags := rule{kind: collection, of: schema{
		"id":   {kind: integer, known: isTag},
		"name": {kind: text}, "color": {},
	}}
	return schema{
		"id": {kind: integer}, "name": {kind: text}, "request_id": {kind: text},
		"responsible_user_id": {kind: integer, known: isUser},
		"created_by":          {kind: integer, known: isAuthor}, "updated_by": {kind: integer, known: isAuthor},
		"created_at": {kind: integer}, "updated_at": {kind: integer},
		"custom_fields_values": {kind: values},
		"tags_to_add":          tags, "tags_to_delete": tags,
		"_embedded": {kind: record, of: schema{"tags": tags}},
	}
}

// embedding is cardSchema's _embedded with more keys.
func embedding(more schema) schema {
	base := cardSchema()["_embedded"]
	return schema{"_embedded": {kind: record, of: merge(base.of, more)}}
}

// forUpdate asks for the id of something the account has. That a missing id is
// NotSupportedChoice at "id" is inferred.
func forUpdate(sc schema, known func(*Server, int64) bool) schema {
	id := rule{kind: integer, need: true, known: func(c *call, _ map[string]any, v any) bool {
		n, _ := asInt(v)
		return known(c.s, n)
	}}
	return merge(sc, schema{"id": id})
}

func (c *call) newCard(id int64, data map[string]any) Card {
	card := Card{ID: id, ResponsibleUserID: c.user, CreatedBy: c.user, UpdatedBy: c.user, CreatedAt: c.now, UpdatedAt: c.now}
	setInt(data, "created_at", &card.CreatedAt)
	setInt(data, "created_by", &card.CreatedBy)
	return card
}

// writeCard puts what the item names into the card.
func (c *call) writeCard(entity string, card *Card, data map[string]any) {
	card.UpdatedAt, card.UpdatedBy = c.now, c.user
	setText(data, "name", &card.Name)
	setInt(data, "responsible_user_id", &card.ResponsibleUserID)
	setInt(data, "updated_at", &card.UpdatedAt)
	setInt(data, "updated_by", &card.UpdatedBy)
	card.Fields = c.s.applyFields(entity, card.Fields, data)
	c.writeTags(entity, card, data)
	c.s.rewritten(entity, card)
}

func (c *call) cardView(entity string, card Card) object {
	return object{
		"id": card.ID, "name": card.Name, "responsible_user_id": card.ResponsibleUserID, "group_id": 0,
		"created_by": card.CreatedBy, "updated_by": card.UpdatedBy,
		"created_at": card.CreatedAt, "updated_at": card.UpdatedAt,
		"closest_task_at": c.s.closestTask(entity, card.ID), "is_deleted": card.Deleted,
		"custom_fields_values": fieldsView(card.Fields), "account_id": c.s.cfg.AccountID,
		"_links": c.self("%s/%d", entity, card.ID),
	}
}

func (c *call) reference(entity string, id int64) object {
	return object{"id": id, "_links": c.self("%s/%d", entity, id)}
}

func isPhoneLike(s string) bool { return strings.Trim(s, "+0123456789 -()") == "" }

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// passesFilters applies filter[…] where the paid add-on is on; without it the
// filter is ignored and everything comes back.
func (c *call) passesFilters(card Card) bool {
	if !c.s.cfg.PaidFilters {
		return true
	}
	if names := c.query.all("filter[name]"); len(names) > 0 && !slices.Contains(names, card.Name) {
		return false
	}
	for _, f := range c.s.fields {
		wanted := c.query.all(fmt.Sprintf("filter[custom_fields_values][%d]", f.ID))
		if len(wanted) > 0 && !slices.ContainsFunc(card.Fields, func(v FieldValue) bool { return v.FieldID == f.ID && v.hasAny(wanted) }) {
			return false
		}
	}
	return c.query.oneOf("filter[id]", card.ID) &&
		c.query.oneOf("filter[responsible_user_id]", card.ResponsibleUserID) &&
		c.query.oneOf("filter[created_by]", card.CreatedBy) &&
		c.query.oneOf("filter[updated_by]", card.UpdatedBy) &&
		c.query.within("filter[created_at]", card.CreatedAt) &&
		c.query.within("filter[updated_at]", card.UpdatedAt)
}

func (f FieldValue) hasAny(wanted []string) bool {
	return slices.ContainsFunc(f.Values, func(v Value) bool {
		return slices.Contains(wanted, plain(v.Value)) || (v.EnumID != 0 && slices.Contains(wanted, digits(v.EnumID)))
	})
}

// exists tells whether the account has a living entity of that kind.
func (s *Server) exists(entity string, id int64) bool {
	switch entity {
	case "leads":
		return s.leads[id] != nil && !s.leads[id].Deleted
	case "contacts", "companies":
		who := s.people(entity)[id]
		return who != nil && !who.Deleted
	}
	return false
}

func (s *Server) people(entity string) map[int64]*Contact {
	if entity == "companies" {
		return s.companies
	}
	return s.contacts
}

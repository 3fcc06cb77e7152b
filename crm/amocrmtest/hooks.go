package amocrmtest

import (
	"net/http"
	"net/url"
	"slices"
)

// hook is a subscription to webhooks.
type hook struct {
	id          int64
	destination string
	settings    []string
	sort        int64
	createdAt   int64
	updatedAt   int64
	createdBy   int64
	disabled    bool
	failures    []int64 // times of invalid answers in the last two hours
}

// hookSettings are the events one can subscribe to (API v4, webhooks-api).
func hookSettings() []string {
	out := []string{"status_lead", "responsible_task", "add_talk", "update_talk", "add_chat_template_review",
		"responsible_lead", "responsible_contact", "responsible_company", "responsible_customer",
		"note_lead", "note_contact", "note_company", "note_customer",
		"add_customer", "update_customer", "delete_customer", "add_task", "update_task", "delete_task"}
	for _, verb := range []string{"add", "update", "delete", "restore"} {
		for _, noun := range []string{"lead", "contact", "company"} {
			out = append(out, verb+"_"+noun)
		}
	}
	return out
}

// maxHooks per account (API v4, webhooks-api).
const maxHooks = 100

func listHooks(c *call) reply {
	wanted := c.query.get("filter[destination]")
	found := slices.DeleteFunc(slices.Clone(c.s.hooks), func(h *hook) bool { return wanted != "" && h.destination != wanted })
	if len(found) == 0 {
		return nothing()
	}
	return ok(object{"_total_items": len(found), "_embedded": object{"webhooks": views(found, c.hookView)}})
}

// subscribe is POST /webhooks: one object; a known destination is changed.
func subscribe(c *call) reply {
	var data map[string]any
	if !decode(c.body, &data) {
		return c.refuse(wrongType("", "array"))
	}
	flaws := c.check("", data, schema{"destination": {kind: text, need: true}, "settings": {need: true, known: isSettings}, "sort": {kind: integer}})
	destination, _ := textAt(data, "destination")
	if u, err := url.Parse(destination); err != nil || u.Host == "" {
		flaws = append(flaws, notSupported("destination"))
	}
	if len(flaws) > 0 {
		return c.refuse(flaws...)
	}
	h := c.s.hookTo(destination)
	if h == nil {
		if len(c.s.hooks) >= maxHooks {
			return problem(http.StatusBadRequest, "Bad Request", "Too many webhooks")
		}
		h = &hook{id: c.s.nextID("webhooks"), destination: destination, createdAt: c.now, createdBy: c.user, sort: 1}
		c.s.hooks = append(c.s.hooks, h)
	}
	h.settings = nil
	for _, name := range data["settings"].([]any) {
		h.settings = append(h.settings, name.(string))
	}
	setInt(data, "sort", &h.sort)
	h.updatedAt, h.disabled, h.failures = c.now, false, nil
	c.s.post.start()
	return created(c.hookView(h))
}

func isSettings(_ *call, _ map[string]any, v any) bool {
	list, isList := v.([]any)
	return isList && len(list) > 0 && !slices.ContainsFunc(list, func(entry any) bool {
		name, isText := entry.(string)
		return !isText || !slices.Contains(hookSettings(), name)
	})
}

// unsubscribe is DELETE /webhooks with a JSON body.
func unsubscribe(c *call) reply {
	var data map[string]any
	if !decode(c.body, &data) {
		return c.refuse(wrongType("", "array"))
	}
	destination, _ := textAt(data, "destination")
	h := c.s.hookTo(destination)
	if h == nil {
		return notFound()
	}
	c.s.hooks = slices.DeleteFunc(c.s.hooks, func(o *hook) bool { return o == h })
	return nothing()
}

func (s *Server) hookTo(destination string) *hook {
	for _, h := range s.hooks {
		if h.destination == destination {
			return h
		}
	}
	return nil
}

func (c *call) hookView(h *hook) object {
	return object{
		"id": h.id, "destination": h.destination, "created_at": h.createdAt, "updated_at": h.updatedAt,
		"account_id": c.s.cfg.AccountID, "created_by": h.createdBy, "sort": h.sort, "disabled": h.disabled,
		"settings": slices.Clone(h.settings),
	}
}

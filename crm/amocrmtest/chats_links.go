package amocrmtest

import "slices"

// linkChats is POST /contacts/chats: ties chats to contacts, so that a message
// makes neither a contact nor an unsorted deal (API v4, contacts-api).
func linkChats(c *call) reply {
	items, refusal := c.batch(schema{
		"contact_id": exists("contacts"), "chat_id": {kind: text, need: true, known: isChat}, "request_id": {kind: text},
	}, batchLimit)
	if refusal != nil {
		return *refusal
	}
	out := make([]object, len(items))
	for i, it := range items {
		id, _ := textAt(it.data, "chat_id")
		one := c.s.chatByID(id)
		one.contact, _ = intAt(it.data, "contact_id")
		one.link = c.s.nextID("chat_links")
		out[i] = chatLinkView(one)
		out[i]["request_id"] = it.request
	}
	return ok(object{"_total_items": len(out), "_embedded": object{"chats": out}})
}

func isChat(c *call, _ map[string]any, v any) bool {
	id, _ := v.(string)
	return c.s.chatByID(id) != nil
}

// listChatLinks is GET /contacts/chats.
func listChatLinks(c *call) reply {
	var found []object
	for _, one := range c.s.chats {
		wanted := c.query.all("chat_id")
		if one.contact == 0 || !c.query.oneOf("contact_id", one.contact) || len(wanted) > 0 && !slices.Contains(wanted, one.id) {
			continue
		}
		found = append(found, chatLinkView(one))
	}
	if len(found) == 0 {
		return nothing()
	}
	return ok(object{"_total_items": len(found), "_embedded": object{"chats": found}})
}

func chatLinkView(one *chat) object {
	return object{"chat_id": one.id, "contact_id": one.contact, "id": one.link}
}

package amocrmtest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ChatMessage is a message of a chat.
type ChatMessage struct {
	// ID is the Chats API's own, ClientID the integration's msgid.
	ID, ClientID string
	// Chat is the chat's id, Conversation the integration's.
	Chat, Conversation string
	// From is who wrote it: client, bot or user.
	From, Name string
	Type       string
	Text       string
	Media      string
	Silent     bool
	At         time.Time
	// Status is 1 for delivered, 2 for read, -1 for an error (chat-api-reference).
	Status    int
	ErrorCode int
	Error     string
}

// chat is a conversation of the channel with one person.
type chat struct {
	id, conversation string
	// client is the person's id at the integration, user that of the Chats API.
	client, user, name string
	contact, link      int64
}

// channelCall is connect and disconnect (chat-api-reference).
func (c *call) channelCall(method, scope string) reply {
	switch {
	case method == "connect" && c.r.Method == http.MethodPost:
		data, refusal := c.strict(schema{
			"account_id": {kind: text, need: true, known: ours}, "hook_api_version": {kind: text, known: hookVersion},
			"title": {kind: text}, "is_time_window_disabled": {kind: boolean},
		})
		if refusal != nil {
			return *refusal
		}
		c.s.connected = true
		answer := object{"account_id": c.s.cfg.AmojoID, "scope_id": scope, "title": "Voronka", "hook_api_version": "v1", "is_time_window_disabled": false}
		for key, value := range data {
			answer[key] = value
		}
		c.s.hookVersion = answer["hook_api_version"].(string)
		return ok(answer)
	case method == "disconnect" && c.r.Method == http.MethodDelete:
		if _, refusal := c.strict(schema{"account_id": {kind: text, need: true, known: ours}}); refusal != nil {
			return *refusal
		}
		c.s.connected = false
		return reply{status: http.StatusOK}
	}
	return c.noSuchMethod()
}

func ours(c *call, _ map[string]any, v any) bool { return v == c.s.cfg.AmojoID }

func hookVersion(_ *call, _ map[string]any, v any) bool { return v == "v1" || v == "v2" }

func (c *call) noSuchMethod() reply {
	c.offend("NoSuchCall", c.r.Method+" "+c.r.URL.Path, "the Chats API has no such method")
	return chatsProblem(http.StatusNotFound, "method not found")
}

// scopeCall are the methods of a connected account (chat-api-reference).
func (c *call) scopeCall(rest string) reply {
	parts := strings.Split(rest, "/")
	get := c.r.Method == http.MethodGet
	switch {
	case rest == "" && !get:
		return c.newMessage()
	case rest == "chats" && !get:
		return c.newChat()
	case rest == "typing" && !get:
		return c.typing()
	case len(parts) == 2 && parts[1] == "delivery_status" && !get:
		return c.deliveryStatus(parts[0])
	case len(parts) == 3 && parts[0] == "chats" && parts[2] == "history" && get:
		return c.history(parts[1])
	}
	return c.noSuchMethod()
}

func person() schema {
	return schema{
		"id": {kind: text, need: true}, "name": {kind: text, need: true}, "ref_id": {kind: text}, "avatar": {kind: text},
		"profile":      {kind: record, of: schema{"phone": {kind: text}, "email": {kind: text}}},
		"profile_link": {kind: text},
	}
}

func chatSource() rule {
	return rule{kind: record, of: schema{"external_id": {kind: text}}}
}

// newChat makes a chat or gives the one there is; no deal comes of it.
func (c *call) newChat() reply {
	data, refusal := c.strict(schema{
		"conversation_id": {kind: text, need: true}, "source": chatSource(), "user": {kind: record, need: true, of: person()},
	})
	if refusal != nil {
		return *refusal
	}
	user := child(data, "user")
	one := c.s.chatFor(data["conversation_id"].(string), user)
	told := object{"id": one.user, "client_id": one.client, "name": one.name, "avatar": ""}
	setAny(user, "avatar", told)
	for _, key := range []string{"phone", "email"} {
		setAny(child(user, "profile"), key, told)
	}
	return ok(object{"id": one.id, "user": told})
}

func setAny(from map[string]any, key string, into object) {
	if value, given := from[key]; given {
		into[key] = value
	}
}

// chatFor finds the chat of a conversation, or makes it with that person.
func (s *Server) chatFor(conversation string, who map[string]any) *chat {
	for _, one := range s.chats {
		if one.conversation == conversation {
			return one
		}
	}
	one := &chat{id: s.uuid("chats"), user: s.uuid("chat_users"), conversation: conversation}
	setText(who, "id", &one.client)
	setText(who, "name", &one.name)
	s.chats = append(s.chats, one)
	return one
}

func (s *Server) chatByID(id string) *chat {
	for _, one := range s.chats {
		if one.id == id {
			return one
		}
	}
	return nil
}

// typing tells managers that the customer is writing.
func (c *call) typing() reply {
	_, refusal := c.strict(schema{
		"conversation_id": {kind: text, need: true}, "sender": {kind: record, need: true, of: schema{"id": {kind: text, need: true}}},
	})
	if refusal != nil {
		return *refusal
	}
	return nothing()
}

// deliveryStatus is about a message of a manager, by the id that the hook brought.
func (c *call) deliveryStatus(id string) reply {
	data, refusal := c.strict(schema{
		"msgid": {kind: text}, "status_code": {kind: integer, need: true, known: deliveryCode}, "error_code": {kind: integer}, "error": {kind: text},
	})
	if refusal != nil {
		return *refusal
	}
	code, _ := intAt(data, "status_code")
	fault, hasFault := intAt(data, "error_code")
	words, hasWords := textAt(data, "error")
	if code == -1 && (!hasFault || !hasWords || fault < 901 || fault > 905) {
		c.offend("NoReason", "error_code", "an error needs error_code 901 to 905 and error")
		return chatsProblem(http.StatusBadRequest, "error_code and error are required")
	}
	for i := range c.s.messages {
		if m := &c.s.messages[i]; m.ID == id {
			m.Status, m.ErrorCode, m.Error = int(code), int(fault), words
			return reply{status: http.StatusOK}
		}
	}
	return chatsProblem(http.StatusNotFound, "message not found")
}

func deliveryCode(_ *call, _ map[string]any, v any) bool {
	code, _ := asInt(v)
	return code == 1 || code == 2 || code == -1
}

// historyLimit is how many messages a page has at most (chat-api-reference).
const historyLimit = 50

// history lists a chat, the newest message first.
func (c *call) history(id string) reply {
	one := c.s.chatByID(id)
	if one == nil {
		return nothing()
	}
	messages := c.s.chatMessages(func(m ChatMessage) bool { return m.Chat == id })
	slices.SortStableFunc(messages, func(a, b ChatMessage) int { return cmp.Compare(b.At.UnixMilli(), a.At.UnixMilli()) })
	offset, _ := strconv.Atoi(c.query.get("offset"))
	limit := c.query.number("limit", historyLimit)
	if limit > historyLimit {
		c.offend("LimitTooLarge", "limit", "history has 50 messages at most")
		limit = historyLimit
	}
	offset = min(max(offset, 0), len(messages))
	messages = messages[offset:min(offset+limit, len(messages))]
	if len(messages) == 0 {
		return nothing()
	}
	return ok(object{"messages": views(messages, func(m ChatMessage) object { return historyView(one, m) })})
}

func historyView(one *chat, m ChatMessage) object {
	customer := object{"id": one.user, "client_id": one.client, "name": one.name}
	staff := object{"id": m.From, "name": m.Name}
	view := object{"timestamp": m.At.Unix(), "msec_timestamp": m.At.UnixMilli(), "sender": customer, "message": object{
		"id": m.ID, "client_id": m.ClientID, "type": m.Type, "text": m.Text, "media": m.Media, "thumbnail": "", "file_name": "", "file_size": 0,
	}}
	if m.From != fromClient {
		view["sender"], view["receiver"] = staff, customer
	}
	return view
}

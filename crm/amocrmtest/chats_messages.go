package amocrmtest

import (
	"net/http"
	"slices"
	"time"
)

// Who writes a message of a chat.
const (
	fromClient = "client"
	fromBot    = "bot"
	fromUser   = "user"
)

// messageSchema is the body of a message, new or edited (chat-api-reference).
func messageSchema() schema {
	content := schema{
		"type": {kind: text, need: true, known: messageType}, "text": {kind: text}, "media": {kind: text}, "file_name": {kind: text},
		"file_size": {kind: integer}, "sticker_id": {kind: text}, "media_duration": {kind: integer}, "callback_data": {kind: text},
		"location": {kind: record, of: schema{"lon": {kind: number, need: true}, "lat": {kind: number, need: true}}},
		"contact":  {kind: record, of: schema{"name": {kind: text, need: true}, "phone": {kind: text, need: true}}},
	}
	return schema{
		"event_type": {kind: text, need: true, known: eventType},
		"payload": {kind: record, need: true, of: schema{
			"timestamp": {kind: integer, need: true}, "msec_timestamp": {kind: integer, need: true},
			"msgid": {kind: text, need: true}, "conversation_id": {kind: text, need: true}, "conversation_ref_id": {kind: text},
			"silent": {kind: boolean}, "source": chatSource(), "id": {kind: text},
			"sender": {kind: record, of: person()}, "receiver": {kind: record, of: person()},
			"message": {kind: record, need: true, of: content}, "reply_to": {}, "forwards": {},
		}},
	}
}

func messageType(_ *call, _ map[string]any, v any) bool {
	kind, _ := v.(string)
	return slices.Contains([]string{"text", "contact", "file", "video", "picture", "voice", "audio", "sticker", "location"}, kind)
}

func eventType(_ *call, _ map[string]any, v any) bool {
	return v == "new_message" || v == "edit_message"
}

// newMessage takes a message of the customer, of the channel's bot or of a user.
func (c *call) newMessage() reply {
	data, refusal := c.strict(messageSchema())
	if refusal != nil {
		return *refusal
	}
	payload := child(data, "payload")
	content := child(payload, "message")
	m := ChatMessage{ClientID: payload["msgid"].(string), Conversation: payload["conversation_id"].(string), Type: content["type"].(string)}
	setText(content, "text", &m.Text)
	setText(content, "media", &m.Media)
	m.Silent, _ = payload["silent"].(bool)
	if fault := lacksContent(m, content); fault != "" {
		c.offend("FieldMissing", "payload.message."+fault, "it is required for this type")
		return chatsProblem(http.StatusBadRequest, "payload.message."+fault+" is required")
	}
	if data["event_type"] == "edit_message" {
		return c.editMessage(m)
	}
	msec, _ := intAt(payload, "msec_timestamp")
	m.At = time.UnixMilli(msec)
	customer, refusal := c.author(&m, payload)
	if refusal != nil {
		return *refusal
	}
	return c.keepMessage(m, customer)
}

// lacksContent names the key that a message of its type must have.
func lacksContent(m ChatMessage, content map[string]any) string {
	switch m.Type {
	case "text":
		if m.Text == "" {
			return "text"
		}
	case "file", "video", "picture":
		for _, key := range []string{"media", "file_name", "file_size"} {
			if content[key] == nil {
				return key
			}
		}
	case "location", "contact":
		if content[m.Type] == nil {
			return m.Type
		}
	}
	return ""
}

// author reads whose message it is: the customer's has a sender alone; the bot's
// and a user's have their ref_id, and the customer as the receiver.
func (c *call) author(m *ChatMessage, payload map[string]any) (customer map[string]any, refusal *reply) {
	sender, receiver := child(payload, "sender"), child(payload, "receiver")
	refuse := func(field, why string) (map[string]any, *reply) {
		c.offend("WrongAuthor", field, why)
		answer := chatsProblem(http.StatusBadRequest, field+": "+why)
		return nil, &answer
	}
	if sender == nil {
		return refuse("payload.sender", "it is required")
	}
	m.Name, _ = textAt(sender, "name")
	ref, hasRef := textAt(sender, "ref_id")
	switch {
	case receiver == nil && hasRef:
		return refuse("payload.receiver", "a message to the customer has one")
	case receiver == nil:
		m.From = fromClient
		return sender, nil
	case ref == c.s.cfg.Channel.Bot && ref != "":
		m.From = fromBot
	case c.s.userByAmojo(ref):
		m.From = fromUser
	default:
		return refuse("payload.sender.ref_id", "it is neither the channel's bot nor a user of the account")
	}
	return receiver, nil
}

// keepMessage refuses a msgid that was there before: the Chats API does not take
// several messages with one (chats/chat-step-by-step); how it says so is inferred.
func (c *call) keepMessage(m ChatMessage, customer map[string]any) reply {
	if slices.ContainsFunc(c.s.messages, func(o ChatMessage) bool { return o.ClientID == m.ClientID }) {
		return chatsProblem(http.StatusBadRequest, "message with this msgid already exists")
	}
	one := c.s.chatFor(m.Conversation, customer)
	m.ID, m.Chat = c.s.uuid("chat_messages"), one.id
	c.s.messages = keep(c.s.messages, m)
	if m.From == fromClient && !m.Silent {
		c.unsort(one)
	}
	if m.From == fromClient {
		c.s.said("incoming_chat_message", m, one.contact, 0)
	} else {
		c.s.said("outgoing_chat_message", m, one.contact, 0)
	}
	var receiver any
	if m.From != fromClient {
		receiver = one.user
	}
	return ok(object{"new_message": object{
		"conversation_id": m.Conversation, "sender_id": one.client, "receiver_id": receiver, "msgid": m.ID, "ref_id": m.ClientID,
	}})
}

func (c *call) editMessage(changed ChatMessage) reply {
	for i := range c.s.messages {
		if m := &c.s.messages[i]; m.ClientID == changed.ClientID && m.Conversation == changed.Conversation {
			m.Type, m.Text, m.Media = changed.Type, changed.Text, changed.Media
			return ok(object{})
		}
	}
	return chatsProblem(http.StatusBadRequest, "message not found")
}

// unsort is what a loud message of a customer does who has no open deal: a
// contact, where there is none, and an unsorted deal (chats/chat-capabilities).
func (c *call) unsort(one *chat) {
	if one.contact == 0 || !c.s.exists("contacts", one.contact) {
		one.contact = c.addContact("contacts", map[string]any{"name": one.name}).ID
	}
	for _, id := range c.s.leadsOf("contacts", one.contact) {
		if c.s.leads[id].ClosedAt == 0 {
			return
		}
	}
	p := c.s.mainPipeline()
	l := &Lead{Card: c.newCard(c.s.nextID("leads"), map[string]any{}), PipelineID: p.ID, StatusID: p.unsorted(p.first())}
	l.Name = "Заявка из чата: " + one.name
	c.s.leads[l.ID] = l
	c.s.join(link{from: "leads", fromID: l.ID, to: "contacts", toID: one.contact})
	c.s.emitLead("add", l, 0, 0)
}

// ChatMessages are the messages of the account's chats in the order they came.
func (s *Server) ChatMessages() []ChatMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chatMessages(func(ChatMessage) bool { return true })
}

func (s *Server) chatMessages(wanted func(ChatMessage) bool) []ChatMessage {
	var out []ChatMessage
	for _, m := range s.messages {
		if wanted(m) {
			out = append(out, m)
		}
	}
	return out
}

// ChatContact is the contact that a conversation is tied to; 0 for none.
func (s *Server) ChatContact(conversation string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.chats {
		if one.conversation == conversation {
			return one.contact
		}
	}
	return 0
}

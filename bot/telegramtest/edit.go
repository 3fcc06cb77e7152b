package telegramtest

import (
	"bytes"
	"slices"
	"time"
)

const notModified = "message is not modified: specified new message content and reply markup are exactly the same " +
	"as a current content and reply markup of the message"

// editMessageText plays the Bot API's editMessageText for messages of the bot's own.
func (s *Server) editMessageText(c *call) (any, *failure) {
	text, entities, fail := messageText(c)
	if fail != nil {
		return nil, fail
	}
	ch, m, fail := s.editable(c)
	if fail != nil {
		return nil, fail
	}
	if m.wire.Text == "" {
		return nil, badRequest("there is no text in the message to edit")
	}
	markup, fail := readMarkup(c)
	if fail != nil {
		return nil, fail
	}
	if m.wire.Text == text && slices.Equal(m.wire.Entities, entities) && bytes.Equal(m.wire.ReplyMarkup, markup.inlineJSON) {
		return nil, badRequest(notModified)
	}
	m.wire.Text, m.wire.Entities = text, entities
	return s.edited(ch, m, markup), nil
}

// editMessageReplyMarkup plays the Bot API's editMessageReplyMarkup; without a keyboard it takes the old one away.
func (s *Server) editMessageReplyMarkup(c *call) (any, *failure) {
	markup, fail := readMarkup(c)
	if fail != nil {
		return nil, fail
	}
	ch, m, fail := s.editable(c)
	if fail != nil {
		return nil, fail
	}
	if bytes.Equal(m.wire.ReplyMarkup, markup.inlineJSON) {
		return nil, badRequest(notModified)
	}
	return s.edited(ch, m, markup), nil
}

// edited stores a change. The caller holds s.mu.
func (s *Server) edited(ch *chat, m *message, markup markup) wireMessage {
	m.markup.inline, m.wire.ReplyMarkup = markup.inline, markup.inlineJSON
	m.wire.EditDate = s.cfg.Now().Unix()
	s.touch(ch, m)
	return m.wire
}

// editable finds the message an edit means.
func (s *Server) editable(c *call) (*chat, *message, *failure) {
	if c.has("inline_message_id") {
		return nil, nil, badRequest("MESSAGE_ID_INVALID")
	}
	if !c.has("message_id") {
		return nil, nil, badRequest("message identifier is not specified")
	}
	ch, fail := s.writable(c)
	if fail != nil {
		return nil, nil, fail
	}
	m := ch.byID[c.number("message_id")]
	switch {
	case m == nil || m.deleted:
		return nil, nil, badRequest("message to edit not found")
	case !m.fromBot:
		return nil, nil, badRequest("message can't be edited")
	}
	return ch, m, nil
}

// deleteMessage plays the Bot API's deleteMessage; messages older than 48 hours stay.
func (s *Server) deleteMessage(c *call) (any, *failure) {
	ch, fail := s.findChat(c, "chat_id")
	if fail != nil {
		return nil, fail
	}
	m := ch.byID[c.number("message_id")]
	switch {
	case m == nil || m.deleted:
		return nil, badRequest("message to delete not found")
	case s.cfg.Now().Sub(m.at) > 48*time.Hour:
		return nil, badRequest("message can't be deleted for everyone")
	}
	m.deleted = true
	s.touch(ch, m)
	return true, nil
}

package telegramtest

// sendMessage plays the Bot API's sendMessage.
func (s *Server) sendMessage(c *call) (any, *failure) {
	text, entities, fail := messageText(c)
	if fail != nil {
		return nil, fail
	}
	return s.send(c, &message{wire: wireMessage{Text: text, Entities: entities}})
}

// send does what all send methods share: markup, chat, reply, append.
func (s *Server) send(c *call, m *message) (any, *failure) {
	var fail *failure
	if m.markup, fail = readMarkup(c); fail != nil {
		return nil, fail
	}
	ch, fail := s.writable(c)
	if fail != nil {
		return nil, fail
	}
	if m.wire.ReplyTo, fail = replyTo(c, ch); fail != nil {
		return nil, fail
	}
	m.wire.Protected = c.flag("protect_content")
	return s.addFromBot(ch, m).wire, nil
}

// replyTo finds the message that reply_parameters name.
func replyTo(c *call, ch *chat) (*wireMessage, *failure) {
	if !c.has("reply_parameters") {
		return nil, nil
	}
	var reply struct {
		MessageID int64 `json:"message_id"`
		Anyway    bool  `json:"allow_sending_without_reply"`
	}
	c.decode("reply_parameters", &reply)
	to := ch.byID[reply.MessageID]
	if to == nil || to.deleted {
		if reply.Anyway {
			return nil, nil
		}
		return nil, badRequest("message to be replied not found")
	}
	wire := to.wire
	wire.ReplyTo = nil
	return &wire, nil
}

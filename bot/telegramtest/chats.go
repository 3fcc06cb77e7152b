package telegramtest

import (
	"strconv"
	"strings"
	"time"
)

// chat is a private chat with a customer, or a channel.
type chat struct {
	wire     wireChat
	messages []*message
	byID     map[int64]*message
	rev      int // grows with every change a screen has to show
	user     *User
	channel  *Channel

	keyboard    [][]Key // the reply keyboard on the customer's screen
	oneTime     bool
	placeholder string

	action      string // typing, upload_document, …
	actionUntil time.Time
	lastID      int64 // channels number their own posts
}

// message is one message of a chat and what a screen needs beside its JSON.
type message struct {
	wire    wireMessage
	fromBot bool
	deleted bool
	rev     int
	at      time.Time
	markup  markup
	file    *File
}

// content is the text or the caption with its entities.
func (m *message) content() (string, []Entity) {
	if m.wire.Text != "" {
		return m.wire.Text, m.wire.Entities
	}
	return m.wire.Caption, m.wire.CaptionEntities
}

// touch marks a message as changed. The caller holds s.mu.
func (s *Server) touch(c *chat, m *message) {
	c.rev++
	m.rev = c.rev
	s.broadcast()
}

// add appends a message to a chat and numbers it. The caller holds s.mu.
func (s *Server) add(c *chat, m *message) *message {
	m.at = s.cfg.Now()
	m.wire.Date = m.at.Unix()
	m.wire.Chat = c.wire
	if c.channel != nil {
		c.lastID++
		m.wire.MessageID = c.lastID
		m.wire.SenderChat = &c.wire
	} else {
		s.lastID++
		m.wire.MessageID = s.lastID
	}
	c.messages = append(c.messages, m)
	c.byID[m.wire.MessageID] = m
	s.touch(c, m)
	return m
}

// addFromBot appends what the bot sends, and puts its reply keyboard on the screen. The caller holds s.mu.
func (s *Server) addFromBot(c *chat, m *message) *message {
	m.fromBot = true
	if c.channel == nil {
		bot := s.bot
		m.wire.From = &bot
	}
	m.wire.ReplyMarkup = m.markup.inlineJSON
	c.actionUntil = time.Time{}
	switch {
	case m.markup.remove:
		c.keyboard = nil
	case m.markup.keys != nil:
		c.keyboard, c.oneTime, c.placeholder = m.markup.keys, m.markup.oneTime, m.markup.placeholder
	}
	return s.add(c, m)
}

// findChat reads a chat_id: a number, or @username of a channel. The caller holds s.mu.
func (s *Server) findChat(c *call, name string) (*chat, *failure) {
	text := c.text(name)
	if text == "" {
		return nil, badRequest("chat_id is empty")
	}
	if username, ok := strings.CutPrefix(text, "@"); ok {
		for _, ch := range s.chats {
			if ch.channel != nil && strings.EqualFold(ch.wire.Username, username) {
				c.chat = ch.wire.ID
				return ch, nil
			}
		}
		return nil, badRequest("chat not found")
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if to, gone := s.moved[id]; gone && err == nil {
		return nil, upgraded(to)
	}
	ch := s.chats[id]
	if err != nil || ch == nil || ch.user != nil && !ch.user.met {
		return nil, badRequest("chat not found")
	}
	c.chat = id
	return ch, nil
}

// writable is findChat for a chat the bot may write to now. The caller holds s.mu.
func (s *Server) writable(c *call) (*chat, *failure) {
	ch, fail := s.findChat(c, "chat_id")
	if fail != nil || ch.user == nil {
		return ch, fail
	}
	switch u := ch.user; {
	case u.blocked:
		return nil, forbidden("bot was blocked by the user")
	case !u.started && s.cfg.Now().After(u.writableUntil):
		return nil, forbidden("bot can't initiate conversation with a user")
	}
	return ch, nil
}

// getChat answers with the fields of ChatFullInfo that always come.
func (s *Server) getChat(c *call) (any, *failure) {
	ch, fail := s.findChat(c, "chat_id")
	if fail != nil {
		return nil, fail
	}
	out := map[string]any{
		"id": ch.wire.ID, "type": ch.wire.Type, "accent_color_id": 0, "max_reaction_count": 11,
		"accepted_gift_types": map[string]bool{
			"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
			"premium_subscription": false, "gifts_from_channels": false,
		},
	}
	for name, text := range map[string]string{
		"title": ch.wire.Title, "username": ch.wire.Username,
		"first_name": ch.wire.FirstName, "last_name": ch.wire.LastName,
	} {
		if text != "" {
			out[name] = text
		}
	}
	return out, nil
}

// sendChatAction shows "typing…" for five seconds or until the next message.
func (s *Server) sendChatAction(c *call) (any, *failure) {
	ch, fail := s.writable(c)
	if fail != nil {
		return nil, fail
	}
	switch action := c.text("action"); action {
	case "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
		"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note":
		ch.action = action
	default:
		return nil, badRequest("wrong parameter action in request")
	}
	ch.actionUntil = s.cfg.Now().Add(5 * time.Second)
	s.broadcast()
	return true, nil
}

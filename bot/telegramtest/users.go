package telegramtest

import (
	"strconv"
	"time"
)

// Profile is who a customer is. Only ID is required.
type Profile struct {
	ID           int64
	FirstName    string // default "Анна"
	LastName     string
	Username     string
	LanguageCode string // default "ru"
}

// User is a customer: the person on the other side of the bot's private chat.
// What a user does returns the id of the update it made, 0 when the bot did not ask for such updates.
type User struct {
	s             *Server
	wire          wireUser
	chat          *chat
	met           bool // the bot has seen this user
	started       bool
	blocked       bool
	writableUntil time.Time // five minutes after a join request (Bot API, ChatJoinRequest.user_chat_id)
	answers       []CallbackAnswer
}

// User finds or makes the customer with this id. Fields given for a known customer replace the old ones.
func (s *Server) User(p Profile) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[p.ID]
	if u == nil {
		u = &User{s: s, wire: wireUser{ID: p.ID, FirstName: "Анна", LanguageCode: "ru"}}
		u.chat = &chat{wire: wireChat{ID: p.ID, Type: "private"}, byID: map[int64]*message{}, user: u}
		s.users[p.ID], s.chats[p.ID] = u, u.chat
	}
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	set(&u.wire.FirstName, p.FirstName)
	set(&u.wire.LastName, p.LastName)
	set(&u.wire.Username, p.Username)
	set(&u.wire.LanguageCode, p.LanguageCode)
	w := &u.chat.wire
	w.FirstName, w.LastName, w.Username = u.wire.FirstName, u.wire.LastName, u.wire.Username
	return u
}

// ID is the customer's user id, which is also the id of the private chat.
func (u *User) ID() int64 { return u.wire.ID }

func (u *User) name() string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.wire.FirstName
}

// Start presses Start, with the payload of a deep link when there is one. A bot that was blocked is unblocked first.
func (u *User) Start(payload string) int64 {
	text := "/start"
	if payload != "" {
		text += " " + payload
	}
	return u.Send(text)
}

// Send types a text. A customer who has not pressed Start before has done so by writing.
func (u *User) Send(text string) int64 {
	text, _ = trimmed(text, nil)
	return u.say(&message{wire: wireMessage{Text: text, Entities: withDetected(text, nil)}})
}

// ShareContact shares the customer's own phone, as a request_contact key does.
func (u *User) ShareContact(phone string) int64 {
	return u.ShareForeignContact(phone, u.wire.ID)
}

// ShareForeignContact sends somebody's card. A userID of 0 is a card of somebody who is not in Telegram.
func (u *User) ShareForeignContact(phone string, userID int64) int64 {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	contact := u.ownContact(phone)
	if userID != u.wire.ID {
		contact = &wireContact{PhoneNumber: phone, FirstName: "Борис", UserID: userID}
	}
	return u.sayLocked(&message{wire: wireMessage{Contact: contact}})
}

// SendLocation shares a place in degrees.
func (u *User) SendLocation(latitude, longitude float64) int64 {
	return u.say(&message{wire: wireMessage{Location: &wireLocation{latitude, longitude}}})
}

// SendDocument sends a file.
func (u *User) SendDocument(name string, data []byte, caption string) int64 {
	f := u.keep(name, "", data)
	return u.say(&message{file: f, wire: wireMessage{Document: f.document(), Caption: caption}})
}

// SendPhoto sends a picture; what cannot be decoded goes as a document, as a Telegram client does it.
func (u *User) SendPhoto(name string, data []byte, caption string) int64 {
	f := u.keep(name, "", data)
	sizes, fail := f.photo()
	if fail != nil {
		return u.say(&message{file: f, wire: wireMessage{Document: f.document(), Caption: caption}})
	}
	return u.say(&message{file: f, wire: wireMessage{Photo: sizes, Caption: caption}})
}

// SendVoice sends a voice note.
func (u *User) SendVoice(data []byte, length time.Duration) int64 {
	f := u.keep("voice.ogg", "audio/ogg", data)
	f.kind = "VoiceNote"
	voice := &wireVoice{f.ID, f.UniqueID, int(length.Seconds()), f.MIME, len(data)}
	return u.say(&message{file: f, wire: wireMessage{Voice: voice}})
}

func (u *User) keep(name, contentType string, data []byte) *File {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.s.keep(name, contentType, data)
}

// say puts a message of the customer into the chat and tells the bot.
func (u *User) say(m *message) int64 {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.sayLocked(m)
}

func (u *User) sayLocked(m *message) int64 {
	u.setBlocked(false)
	u.met, u.started = true, true
	from := u.wire
	m.wire.From = &from
	u.s.add(u.chat, m)
	if u.chat.oneTime {
		u.chat.keyboard = nil
	}
	return u.s.enqueue("message", "chat:"+strconv.FormatInt(u.wire.ID, 10), keepMessages, m.wire)
}

// Block stops the bot: it gets my_chat_member, and 403 for what it sends.
func (u *User) Block() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.setBlocked(true)
}

// Unblock takes Block back.
func (u *User) Unblock() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.setBlocked(false)
}

// setBlocked tells the bot of a change (Bot API, Update.my_chat_member). The caller holds s.mu.
func (u *User) setBlocked(blocked bool) {
	if u.blocked == blocked {
		return
	}
	u.blocked = blocked
	member := map[string]any{"user": u.s.bot, "status": "member"}
	kicked := map[string]any{"user": u.s.bot, "status": "kicked", "until_date": 0}
	was, is := member, kicked
	if !blocked {
		was, is = kicked, member
	}
	u.s.enqueue("my_chat_member", "chat:"+strconv.FormatInt(u.wire.ID, 10), keepMessages, map[string]any{
		"chat": u.chat.wire, "from": u.wire, "date": u.s.cfg.Now().Unix(), "old_chat_member": was, "new_chat_member": is,
	})
	u.s.broadcast()
}

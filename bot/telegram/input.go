package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-telegram/bot/models"

	"voronka/flows"
	"voronka/internal/codec"
)

// Contact is the id under which the store knows a Telegram chat.
func Contact(chat int64) string { return "tg:" + strconv.FormatInt(chat, 10) }

// Update is one update as it came.
type Update struct {
	ID int64
	// Contact is empty for an update that concerns no customer.
	Contact string
	Input   flows.Input
	Raw     json.RawMessage
	// Err is why it could not be understood.
	Err error
}

// Read understands one raw update that was received at a moment. It never
// fails: an update that cannot be decoded, or that an oversight of ours makes
// panic, carries its error, so that it can be put aside without blocking those
// behind it.
func Read(raw json.RawMessage, at time.Time) Update { return read(raw, at, translate) }

func read(raw json.RawMessage, at time.Time, translate func(*wire) (flows.Input, bool)) (update Update) {
	defer func() {
		if r := recover(); r != nil {
			update = Update{Raw: raw}
			update.ID, update.Err = unread(raw, fmt.Errorf("panic: %v", r))
		}
	}()
	update.Raw = raw
	var known wire
	if err := codec.Unmarshal(raw, &known); err != nil {
		update.ID, update.Err = unread(raw, err)
		return update
	}
	update.ID = known.ID
	input, ok := translate(&known)
	if !ok {
		return update
	}
	input.ID = "tg:" + strconv.FormatInt(update.ID, 10)
	input.At = at
	input.Contact = Contact(input.Profile.ChatID)
	update.Contact, update.Input = input.Contact, input
	return update
}

// wire is what is understood of an update. The library's type has room for all
// there is, a kilobyte and a half, and half of an update's reading went into it.
type wire struct {
	ID            int64                     `json:"update_id"`
	Message       *said                     `json:"message"`
	CallbackQuery *models.CallbackQuery     `json:"callback_query"`
	MyChatMember  *models.ChatMemberUpdated `json:"my_chat_member"`
	ChatMember    *models.ChatMemberUpdated `json:"chat_member"`
}

// said is a message of a customer.
type said struct {
	ID       int64              `json:"message_id"`
	From     *models.User       `json:"from"`
	Chat     models.Chat        `json:"chat"`
	Text     string             `json:"text"`
	Caption  string             `json:"caption"`
	Contact  *models.Contact    `json:"contact"`
	Photo    []models.PhotoSize `json:"photo"`
	Document *models.Document   `json:"document"`
	Voice    *models.Voice      `json:"voice"`
	Location *models.Location   `json:"location"`
	// What was passed on, or came by another bot.
	ForwardOrigin *struct{}    `json:"forward_origin"`
	ViaBot        *models.User `json:"via_bot"`
}

// unread is the id of an update that cannot be decoded, as far as that can be.
func unread(raw json.RawMessage, cause error) (id int64, err error) {
	var head struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return 0, fmt.Errorf("read update id: %w", err)
	}
	return head.ID, fmt.Errorf("decode update %d: %w", head.ID, cause)
}

// translate reads what concerns a customer in a private chat, and who joins or
// leaves a channel; anything else (groups, posts, edits) is not ours.
func translate(u *wire) (flows.Input, bool) {
	switch {
	case u.Message != nil:
		return message(u.Message)
	case u.CallbackQuery != nil:
		return press(u.CallbackQuery)
	case u.MyChatMember != nil && u.MyChatMember.Chat.Type == models.ChatTypePrivate:
		return membership(u.MyChatMember), true
	case u.ChatMember != nil:
		return belonging(u.ChatMember)
	}
	return flows.Input{}, false
}

func message(m *said) (flows.Input, bool) {
	if m.Chat.Type != models.ChatTypePrivate || m.From == nil || m.From.IsBot {
		return flows.Input{}, false
	}
	in := flows.Input{Message: m.ID, Profile: profile(m.Chat.ID, m.From), Text: m.Text, Kind: flows.Other}
	switch {
	case m.Contact != nil:
		in.Kind, in.Phone = flows.Shared, m.Contact.PhoneNumber
		// A card of somebody else, or one that was passed on, proves nothing (Bot API, Contact).
		in.Own = m.Contact.UserID == m.From.ID && m.ForwardOrigin == nil && m.ViaBot == nil
	case len(m.Photo) > 0:
		in.Kind, in.File, in.Text = flows.Photo, m.Photo[len(m.Photo)-1].FileID, m.Caption
	case m.Document != nil:
		in.Kind, in.File, in.Text = flows.Document, m.Document.FileID, m.Caption
	case m.Voice != nil:
		in.Kind, in.File, in.Text = flows.Voice, m.Voice.FileID, m.Caption
	case m.Location != nil:
		in.Kind = flows.Location
		in.Text = fmt.Sprintf("%.6f, %.6f", m.Location.Latitude, m.Location.Longitude)
	case m.Text != "":
		in.Kind = flows.Text
		if name, argument := command(m.Text); name != "" {
			in.Kind, in.Text, in.Payload = flows.Command, name, argument
		}
	default:
		in.Text = m.Caption
	}
	return in, true
}

// command splits "/start@shop_bot promo" into "start" and "promo"; the name is
// empty where the text is no command.
func command(text string) (name, argument string) {
	name, slash := strings.CutPrefix(text, "/")
	if !slash {
		return "", ""
	}
	if end := strings.IndexFunc(name, unicode.IsSpace); end >= 0 {
		name, argument = name[:end], name[end:]
	}
	name, _, _ = strings.Cut(name, "@")
	return strings.ToLower(name), strings.TrimSpace(argument)
}

func press(q *models.CallbackQuery) (flows.Input, bool) {
	in := flows.Input{Kind: flows.Button, Payload: q.Data, Callback: q.ID}
	switch {
	case q.Message.Message != nil && q.Message.Message.Chat.Type == models.ChatTypePrivate:
		in.Message, in.Profile = int64(q.Message.Message.ID), profile(q.Message.Message.Chat.ID, &q.From)
	case q.Message.InaccessibleMessage != nil && q.Message.InaccessibleMessage.Chat.Type == models.ChatTypePrivate:
		in.Message, in.Profile = int64(q.Message.InaccessibleMessage.MessageID), profile(q.Message.InaccessibleMessage.Chat.ID, &q.From)
	default:
		return flows.Input{}, false
	}
	return in, true
}

func membership(m *models.ChatMemberUpdated) flows.Input {
	in := flows.Input{Kind: flows.Unblocked, Profile: profile(m.Chat.ID, &m.From)}
	if m.NewChatMember.Type == models.ChatMemberTypeBanned {
		in.Kind = flows.Blocked
	}
	return in
}

func profile(chat int64, from *models.User) flows.Profile {
	return flows.Profile{
		ChatID: chat, Name: from.FirstName, LastName: from.LastName,
		Username: from.Username, Language: from.LanguageCode,
	}
}

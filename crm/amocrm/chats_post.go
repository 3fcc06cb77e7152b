package amocrm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"voronka/crm"
	"voronka/internal/rest"
	"voronka/sales"
)

// chatPerson takes part in a chat (chats/chat-api-reference, sender and receiver).
// Phone and e-mail are left out: the contact has them.
type chatPerson struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Ref is the channel's bot, for what is said in our name.
	Ref  string `json:"ref_id,omitempty"`
	Link string `json:"profile_link,omitempty"`
}

type newChat struct {
	Conversation string     `json:"conversation_id"`
	User         chatPerson `json:"user"`
}

// newChatMessage is a message to write (chats/chat-api-reference, payload).
type newChatMessage struct {
	Event   string      `json:"event_type"`
	Payload chatPayload `json:"payload"`
}

type chatPayload struct {
	Timestamp    int64       `json:"timestamp"`
	Milliseconds int64       `json:"msec_timestamp"`
	ID           string      `json:"msgid"`
	Conversation string      `json:"conversation_id"`
	Sender       chatPerson  `json:"sender"`
	Receiver     *chatPerson `json:"receiver,omitempty"`
	Message      chatContent `json:"message"`
	Silent       bool        `json:"silent"`
}

type chatContent struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// customer is the person of a dialog; the id of the contact is that of the
// person and of the conversation.
func customer(who sales.Contact) chatPerson {
	one := chatPerson{ID: who.ID, Name: short(fullName(who))}
	if who.Username != "" {
		one.Link = "https://t.me/" + url.PathEscape(who.Username)
	}
	return one
}

// Post implements crm.Messenger.
func (c *Chats) Post(ctx context.Context, line crm.ChatLine, contact string, known crm.Chat) (crm.Chat, error) {
	ctx, cancel := context.WithTimeout(withRank(ctx, ofNotes), chatLife)
	defer cancel()
	scope, err := c.connect(ctx)
	if err != nil {
		return known, err
	}
	if known, err = c.tie(ctx, scope, line.Contact, contact, known); err != nil {
		return known, err
	}
	return known, c.post(ctx, scope, line, known)
}

// tie makes the chat and ties it to the contact before anything is said there:
// otherwise amoCRM makes a contact and an unsorted deal of its own
// (chats/chat-step-by-step, "Связывание нового чата").
func (c *Chats) tie(ctx context.Context, scope string, who sales.Contact, contact string, known crm.Chat) (crm.Chat, error) {
	if known.ID == "" {
		var made struct {
			ID string `json:"id"`
		}
		answer, err := c.call(ctx, http.MethodPost, scope+"/chats", nil, newChat{who.ID, customer(who)}, &made)
		if err != nil {
			c.gone(answer)
			return known, fmt.Errorf("make the chat: %w", err)
		}
		if made.ID == "" {
			return known, lost(http.MethodPost, "chats")
		}
		known.ID = made.ID
	}
	if known.Contact == contact {
		return known, nil
	}
	number, err := strconv.ParseInt(contact, 10, 64)
	if err != nil {
		return known, &sales.Error{Code: crm.CodeNoContact, Action: sales.Retry, Message: "the contact's id is no number"}
	}
	row := []any{map[string]any{"contact_id": number, "chat_id": known.ID}}
	answer, err := c.crm.api.call(ctx, http.MethodPost, "contacts/chats", nil, row, nil)
	if refused(answer) {
		return known, &sales.Error{Code: crm.CodeNoContact, Action: sales.Retry, Message: "amoCRM does not tie the chat to the contact", Err: err}
	}
	if err != nil {
		return known, fmt.Errorf("tie the chat to the contact: %w", err)
	}
	known.Contact = contact
	return known, nil
}

func refused(answer *rest.Response) bool {
	return answer != nil && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusUnprocessableEntity || answer.Status == http.StatusConflict)
}

// post writes a message. The Chats API takes a msgid once
// (chats/chat-step-by-step); how it refuses the second is not told, so after a
// refusal the chat is looked through for the message.
func (c *Chats) post(ctx context.Context, scope string, line crm.ChatLine, known crm.Chat) error {
	one := customer(line.Contact)
	payload := chatPayload{
		Timestamp: line.At.Unix(), Milliseconds: line.At.UnixMilli(), ID: messageID(line.ID), Conversation: line.Contact.ID,
		Sender: one, Message: chatContent{Type: "text", Text: cut(line.Text, longestText)}, Silent: !line.Loud,
	}
	if line.From == crm.Ours {
		payload.Sender = chatPerson{ID: "voronka", Name: cmp.Or(c.crm.cfg.Service, "Voronka"), Ref: c.channel.Bot}
		payload.Receiver, payload.Silent = &one, true
	}
	answer, err := c.call(ctx, http.MethodPost, scope, nil, newChatMessage{"new_message", payload}, nil)
	if err == nil {
		return nil
	}
	c.gone(answer)
	if refused(answer) {
		if there, looked := c.has(ctx, scope, known.ID, payload.ID); looked != nil || there {
			return looked
		}
	}
	return fmt.Errorf("write the message: %w", err)
}

// messageID is our id of a message: short, and the same however often it is sent.
func messageID(line string) string {
	sum := sha256.Sum256([]byte(line))
	return "voronka-" + hex.EncodeToString(sum[:16])
}

// historyPage is how many messages a page has at most (chats/chat-api-reference).
const (
	historyPage  = 50
	historyPages = 4
)

// has looks through the newest messages of a chat.
func (c *Chats) has(ctx context.Context, scope, chat, message string) (bool, error) {
	for page := range historyPages {
		var told struct {
			Messages []struct {
				Message struct {
					ClientID string `json:"client_id"`
				} `json:"message"`
			} `json:"messages"`
		}
		query := url.Values{"limit": {strconv.Itoa(historyPage)}, "offset": {strconv.Itoa(page * historyPage)}}
		_, err := c.call(ctx, http.MethodGet, scope+"/chats/"+url.PathEscape(chat)+"/history", query, nil, &told)
		if err != nil {
			return false, fmt.Errorf("read the chat: %w", err)
		}
		for _, one := range told.Messages {
			if one.Message.ClientID == message {
				return true, nil
			}
		}
		if len(told.Messages) < historyPage {
			break
		}
	}
	return false, nil
}

// chatFailed is the code for any failure that has a text of its own (chats/chat-capabilities).
const chatFailed = 905

// Tell implements crm.Messenger. A message that amoCRM does not know any more
// needs no telling.
func (c *Chats) Tell(ctx context.Context, message, failure string) error {
	ctx, cancel := context.WithTimeout(withRank(ctx, ofNotes), chatLife)
	defer cancel()
	status := map[string]any{"status_code": 1}
	if failure != "" {
		words := failure
		if c.channel.Words != nil {
			words = c.channel.Words(failure)
		}
		status = map[string]any{"status_code": -1, "error_code": chatFailed, "error": words}
	}
	for range 2 {
		scope, err := c.connect(ctx)
		if err != nil {
			return err
		}
		answer, err := c.call(ctx, http.MethodPost, scope+"/"+url.PathEscape(message)+"/delivery_status", nil, status, nil)
		if answer == nil || answer.Status != http.StatusNotFound {
			return err
		}
		c.gone(answer) // the channel, or the message: connected anew it is the message
	}
	return nil
}

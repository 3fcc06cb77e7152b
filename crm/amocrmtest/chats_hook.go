package amocrmtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// chatHookTime is how long an answer to a chat hook is waited for (chats/chat-step-by-step).
const chatHookTime = 5 * time.Second

// ErrNoChat is a conversation that nobody has begun.
var ErrNoChat = errors.New("there is no such chat")

// WriteInChat is a manager who writes to a customer: the message appears in the
// chat, and the channel's hook tells of it, once, whatever the answer is
// (chats/chat-webhooks). It gives the message and the answer's status, 0 for none.
// A media address makes it a picture.
func (s *Server) WriteInChat(ctx context.Context, conversation, words, media string) (ChatMessage, int, error) {
	s.mu.Lock()
	var one *chat
	for _, candidate := range s.chats {
		if candidate.conversation == conversation {
			one = candidate
		}
	}
	if one == nil {
		s.mu.Unlock()
		return ChatMessage{}, 0, ErrNoChat
	}
	manager := s.cfg.Users[0]
	m := ChatMessage{
		ID: s.uuid("chat_messages"), Chat: one.id, Conversation: conversation, From: fromUser, Name: manager.Name,
		Type: "text", Text: words, Media: media, At: s.cfg.Now(),
	}
	if media != "" {
		m.Type = "picture"
	}
	s.messages = keep(s.messages, m)
	s.said("outgoing_chat_message", m, one.contact, manager.ID)
	body, connected := s.chatHook(one, m, manager), s.connected && s.hookVersion == "v2"
	s.mu.Unlock()
	s.stream.bump()
	if !connected || s.cfg.Channel.Hook == "" {
		return m, 0, nil
	}
	return m, s.SendChatHook(ctx, body), nil
}

// chatHook is the body of a hook of version 2 (chats/chat-webhooks).
func (s *Server) chatHook(one *chat, m ChatMessage, manager User) []byte {
	body, err := json.Marshal(object{
		"account_id": s.cfg.AmojoID, "time": m.At.Unix(),
		"message": object{
			"receiver":     object{"id": one.user, "phone": "", "email": "", "client_id": one.client},
			"sender":       object{"id": amojoOf(manager)},
			"conversation": object{"id": one.id, "client_id": one.conversation},
			"timestamp":    m.At.Unix(), "msec_timestamp": m.At.UnixMilli(),
			"message": object{
				"id": m.ID, "type": m.Type, "text": m.Text, "markup": nil, "tag": "", "media": m.Media,
				"thumbnail": "", "file_name": "", "file_size": 0,
			},
		},
	})
	if err != nil {
		panic(err) // an object of texts and numbers
	}
	return body
}

// SendChatHook posts a body to the channel's hook, signed; 0 is no answer.
func (s *Server) SendChatHook(ctx context.Context, body []byte) int {
	ctx, cancel := context.WithTimeout(ctx, chatHookTime)
	defer cancel()
	address := strings.ReplaceAll(s.cfg.Channel.Hook, ":scope_id", s.cfg.Channel.ID+"_"+s.cfg.AmojoID)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature", chatSignature(s.cfg.Channel.Secret, body))
	client := *s.cfg.Client
	client.Timeout = chatHookTime
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode
}

// amojoOf is a user's id in the Chats API (API v4, users-api, with=amojo_id).
func amojoOf(u User) string { return fmt.Sprintf("76fc2bea-902f-425c-9a3d-%012d", u.ID) }

func (s *Server) userByAmojo(id string) bool {
	for _, u := range s.cfg.Users {
		if amojoOf(u) == id {
			return true
		}
	}
	return false
}

// SetChatHook registers another address for the channel's hooks, as support does.
func (s *Server) SetChatHook(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Channel.Hook = address
}

// Disconnect takes the channel off the account, as switching the integration off does.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connected = false
}

package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"voronka/internal/rest"
	"voronka/sales"
)

// Writable asks Telegram whether the bot with this token can write to a chat,
// without writing anything: in a channel it must be allowed to post (Bot API,
// getChatMember), elsewhere it shows for a moment that it types (sendChatAction,
// which channels do not have). That it cannot is a *sales.Error with the code
// telegram_chat and Telegram's own words. No error holds the token.
func Writable(ctx context.Context, client *http.Client, api, token string, chat int64) error {
	call := &rest.Client{Name: "telegram", Base: strings.TrimRight(api, "/") + "/bot" + token, HTTP: client, Refuse: unwritable}
	var found struct {
		Result struct {
			Type string `json:"type"`
		} `json:"result"`
	}
	if _, err := call.Do(ctx, http.MethodPost, "getChat", nil, map[string]any{"chat_id": chat}, &found); err != nil {
		return err
	}
	if found.Result.Type != "channel" {
		_, err := call.Do(ctx, http.MethodPost, "sendChatAction", nil, map[string]any{"chat_id": chat, "action": "typing"}, nil)
		return err
	}
	var me struct {
		Result struct {
			ID int64 `json:"id"`
		} `json:"result"`
	}
	if _, err := call.Do(ctx, http.MethodPost, "getMe", nil, nil, &me); err != nil {
		return err
	}
	var member struct {
		Result struct {
			Posts bool `json:"can_post_messages"`
		} `json:"result"`
	}
	_, err := call.Do(ctx, http.MethodPost, "getChatMember", nil, map[string]any{"chat_id": chat, "user_id": me.Result.ID}, &member)
	if err == nil && !member.Result.Posts {
		err = &sales.Error{Code: codeChat, Action: sales.Bury, Message: "the bot may not post in the channel"}
	}
	return err
}

// codeChat is a chat that cannot be written to.
const codeChat = "telegram_chat"

// unwritable reads what Telegram answers about a chat that the bot is not in,
// or may not write to: 400 and 403 with a description.
func unwritable(answer *rest.Response) *sales.Error {
	if answer.Status != http.StatusBadRequest && answer.Status != http.StatusForbidden {
		return unknownToken(answer)
	}
	var told struct {
		Description string `json:"description"`
	}
	if json.Unmarshal(answer.Body, &told) != nil || told.Description == "" {
		return nil
	}
	return &sales.Error{Code: codeChat, Action: sales.Bury, Message: told.Description}
}

package telegram

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"voronka/internal/rest"
	"voronka/sales"
)

// State is what Telegram says about a bot and where it takes the updates.
type State struct {
	Username string
	// Webhook is where updates are posted; empty: nowhere, the bot asks.
	Webhook string
	// Pending is how many updates wait.
	Pending int
	// LastError is the last failed delivery to the webhook, in Telegram's words.
	LastError   string
	LastErrorAt time.Time
	// Missing are kinds of updates that the bot understands and Telegram was
	// told not to send.
	Missing []string
}

// Look asks Telegram about the bot with this token and changes nothing (Bot API,
// getMe and getWebhookInfo). A token that Telegram does not know is a
// *sales.Error with the action Stop. No error holds the token.
func Look(ctx context.Context, client *http.Client, api, token string) (State, error) {
	api = strings.TrimRight(api, "/")
	call := &rest.Client{Name: "telegram", Base: api + "/bot" + token, HTTP: client, Refuse: unknownToken}
	var me struct {
		Result struct {
			Username string `json:"username"`
		} `json:"result"`
	}
	if _, err := call.Do(ctx, http.MethodGet, "getMe", nil, nil, &me); err != nil {
		return State{}, err
	}
	var hook struct {
		Result struct {
			URL              string   `json:"url"`
			Pending          int      `json:"pending_update_count"`
			LastErrorDate    int64    `json:"last_error_date"`
			LastErrorMessage string   `json:"last_error_message"`
			Allowed          []string `json:"allowed_updates"`
		} `json:"result"`
	}
	if _, err := call.Do(ctx, http.MethodGet, "getWebhookInfo", nil, nil, &hook); err != nil {
		return State{}, err
	}
	info := hook.Result
	state := State{Username: me.Result.Username, Webhook: info.URL, Pending: info.Pending}
	if info.LastErrorDate != 0 {
		state.LastError, state.LastErrorAt = info.LastErrorMessage, time.Unix(info.LastErrorDate, 0)
	}
	for _, kind := range allowedUpdates() {
		if len(info.Allowed) > 0 && !slices.Contains(info.Allowed, kind) {
			state.Missing = append(state.Missing, kind)
		}
	}
	return state, nil
}

// unknownToken reads what Telegram answers to a token it does not know: 401, and
// 404 where the token has not even the shape of one.
func unknownToken(answer *rest.Response) *sales.Error {
	if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusNotFound {
		return &sales.Error{Code: "telegram_token", Action: sales.Stop, Message: "Telegram does not know the token"}
	}
	return nil
}

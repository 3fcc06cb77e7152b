package telegram

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	core "voronka/bot"
	"voronka/internal/codec"
)

// callTime is how long a call that carries no file may take whose caller did
// not say so.
const callTime = 30 * time.Second

// direct calls methods with JSON. The library writes every call as a form,
// field by field through a pipe and with a goroutine of its own, and reads whole
// messages back: for the texts that are nearly all a funnel says, that was a
// sixth of a turn's time. Its errors are the library's, for sendError.
type direct struct {
	client httpClient
	base   url.URL
	cables *cables // nil: only the client knows the way
}

func newDirect(api, token string, client httpClient) (direct, error) {
	base, err := url.Parse(strings.TrimRight(api, "/") + "/bot" + token + "/")
	if err != nil {
		return direct{}, fmt.Errorf("the Bot API address cannot be used") // the cause holds the token
	}
	return direct{client, *base, newCables(*base, newTransport())}, nil
}

// answer is what every method gives (Bot API, "Making requests").
type answer[R any] struct {
	OK          bool   `json:"ok"`
	Result      R      `json:"result"`
	Code        int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
		Migrated   int `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// call gives a method's result.
func call[R any](ctx context.Context, d direct, method string, params any) (R, error) {
	var got answer[R]
	body, err := codec.Marshal(params)
	if err != nil {
		return got.Result, fmt.Errorf("encode %s: %w", method, err)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTime)
		defer cancel()
	}
	raw, err := d.post(ctx, method, body)
	if err != nil {
		return got.Result, err
	}
	if err := codec.Unmarshal(raw, &got); err != nil {
		return got.Result, fmt.Errorf("error decode response body for method %s", method)
	}
	if !got.OK {
		return got.Result, refused(method, got.Code, got.Description, got.Parameters.RetryAfter, got.Parameters.Migrated)
	}
	return got.Result, nil
}

// post gives the answer to a call as it came.
func (d direct) post(ctx context.Context, method string, body []byte) ([]byte, error) {
	if d.cables != nil {
		status, raw, err := d.cables.post(ctx, method, body)
		if err != nil {
			return nil, transportError(err)
		}
		return raw, fallen(status)
	}
	address := d.base
	address.Path += method
	req := (&http.Request{
		Method: http.MethodPost, URL: &address, Host: address.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body:    io.NopCloser(bytes.NewReader(body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}).WithContext(ctx)
	resp, err := d.client.once(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := readAll(resp, answerLimit)
	if err != nil {
		return nil, transportError(err)
	}
	return raw, nil
}

// readAll reads an answer into as much room as it says it needs.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	if resp.ContentLength < 0 || resp.ContentLength > limit {
		return io.ReadAll(io.LimitReader(resp.Body, limit))
	}
	raw := make([]byte, resp.ContentLength+1) // one more, for the body's end to be seen
	n, err := io.ReadFull(resp.Body, raw)
	if int64(n) == resp.ContentLength {
		err = nil
	}
	return raw[:n], err
}

// answerLimit is far above what any method without a list answers.
const answerLimit = 1 << 20

// refused is the error that the library makes of an answer (v1.24.0, raw_request.go).
func refused(method string, code int, description string, retryAfter, migrated int) error {
	switch code {
	case http.StatusTooManyRequests:
		return &bot.TooManyRequestsError{Message: description, RetryAfter: retryAfter}
	case http.StatusBadRequest:
		if migrated != 0 {
			return &bot.MigrateError{Message: description, MigrateToChatID: migrated}
		}
		return fmt.Errorf("%w, %s", bot.ErrorBadRequest, description)
	case http.StatusForbidden:
		return fmt.Errorf("%w, %s", bot.ErrorForbidden, description)
	case http.StatusUnauthorized:
		return fmt.Errorf("%w, %s", bot.ErrorUnauthorized, description)
	case http.StatusNotFound:
		return fmt.Errorf("%w, %s", bot.ErrorNotFound, description)
	case http.StatusConflict:
		return fmt.Errorf("%w, %s", bot.ErrorConflict, description)
	}
	return fmt.Errorf("error response from telegram for method %s, %d %s", method, code, description)
}

// text is sendMessage, with what a funnel uses of it.
type text struct {
	Chat      int64              `json:"chat_id"`
	Text      string             `json:"text"`
	ParseMode models.ParseMode   `json:"parse_mode,omitempty"`
	Preview   *preview           `json:"link_preview_options,omitempty"`
	Silent    bool               `json:"disable_notification,omitempty"`
	Protect   bool               `json:"protect_content,omitempty"`
	Paid      bool               `json:"allow_paid_broadcast,omitempty"`
	Markup    models.ReplyMarkup `json:"reply_markup,omitempty"`
}

type preview struct {
	Off bool `json:"is_disabled"`
}

// say sends a text and gives the message's id.
func (s *Sender) say(ctx context.Context, chat int64, m core.Message) (core.Sent, error) {
	sent, err := call[struct {
		ID int64 `json:"message_id"`
	}](ctx, s.direct, "sendMessage", text{
		Chat: chat, Text: m.Text, ParseMode: parseMode(m), Preview: &preview{Off: !m.Preview},
		Silent: m.Silent, Protect: m.Protect, Paid: s.paid(m), Markup: markup(m),
	})
	return core.Sent{Message: sent.ID}, err
}

package telegram

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	core "voronka/bot"
	"voronka/flows"
	"voronka/sales"
)

// Sender speaks to customers through the Bot API.
type Sender struct{ api *bot.Bot }

// NewSender makes a sender for the bot with this token; api is the Bot API's
// base address. No call is made yet.
func NewSender(api, token string) (*Sender, error) {
	client := httpClient{&http.Client{Transport: newTransport(), Timeout: 30 * time.Second}}
	library, err := bot.New(token,
		bot.WithServerURL(strings.TrimRight(api, "/")),
		bot.WithHTTPClient(time.Minute, client),
		bot.WithSkipGetMe())
	if err != nil {
		return nil, fmt.Errorf("prepare telegram client: %w", err)
	}
	return &Sender{api: library}, nil
}

// Username asks Telegram who the bot is; a wrong token is a coded error.
func (s *Sender) Username(ctx context.Context) (string, error) {
	me, err := s.api.GetMe(ctx)
	if err != nil {
		return "", sendError(err)
	}
	return me.Username, nil
}

// Send implements bot.Chat.
func (s *Sender) Send(ctx context.Context, chat int64, m core.Message) (core.Sent, error) {
	if len(m.Media) > 1 {
		return s.album(ctx, chat, m)
	}
	sent, err := s.send(ctx, chat, m)
	if err != nil {
		return core.Sent{}, sendError(err)
	}
	return core.Sent{Message: int64(sent.ID), File: fileID(sent)}, nil
}

func (s *Sender) send(ctx context.Context, chat int64, m core.Message) (*models.Message, error) {
	switch {
	case m.Document != nil:
		return s.api.SendDocument(ctx, &bot.SendDocumentParams{
			ChatID: chat, Document: inputFile(m.Document), Caption: m.Text, ParseMode: models.ParseModeHTML, ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent,
		})
	case m.Photo != nil:
		return s.api.SendPhoto(ctx, &bot.SendPhotoParams{
			ChatID: chat, Photo: inputFile(m.Photo), Caption: m.Text, ParseMode: models.ParseModeHTML, ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent,
		})
	}
	if len(m.Media) == 1 {
		return s.media(ctx, chat, m)
	}
	off := !m.Preview
	return s.api.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: chat, Text: m.Text, ParseMode: models.ParseModeHTML, ReplyMarkup: markup(m),
		ProtectContent: m.Protect, DisableNotification: m.Silent,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &off},
	})
}

// Acknowledge implements bot.Chat. Telegram forgets a press after minutes; then there is nothing left to stop.
func (s *Sender) Acknowledge(ctx context.Context, callback, text string) error {
	_, err := s.api.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: callback, Text: text})
	coded := sendError(err)
	if err != nil && sales.AsError(coded).Code == "telegram_late_answer" {
		return nil
	}
	return coded
}

// Invite implements bot.Chat. The name is cut to the 32 characters the Bot API
// allows (createChatInviteLink).
func (s *Sender) Invite(ctx context.Context, channel, name string, expires time.Time) (string, error) {
	if runes := []rune(name); len(runes) > 32 {
		name = string(runes[:32])
	}
	link, err := s.api.CreateChatInviteLink(ctx, &bot.CreateChatInviteLinkParams{
		ChatID: channelID(channel), Name: name, ExpireDate: int(expires.Unix()), MemberLimit: 1,
	})
	if err != nil {
		return "", channelError(sendError(err))
	}
	return link.InviteLink, nil
}

func channelID(channel string) any {
	if id, err := strconv.ParseInt(channel, 10, 64); err == nil {
		return id
	}
	return channel
}

func inputFile(f *core.File) models.InputFile {
	switch {
	case f.Known != "":
		return &models.InputFileString{Data: f.Known}
	case f.URL != "":
		return &models.InputFileString{Data: f.URL}
	}
	return &models.InputFileUpload{Filename: f.Name, Data: bytes.NewReader(f.Content)}
}

func markup(m core.Message) models.ReplyMarkup {
	switch {
	case len(m.Buttons) > 0:
		return &models.InlineKeyboardMarkup{InlineKeyboard: rows(m.Buttons, func(b flows.InlineButton) models.InlineKeyboardButton {
			return models.InlineKeyboardButton{Text: b.Text, CallbackData: b.Data, URL: b.URL}
		})}
	case len(m.Keyboard) > 0:
		return &models.ReplyKeyboardMarkup{ResizeKeyboard: true, Keyboard: rows(m.Keyboard, func(b flows.ReplyButton) models.KeyboardButton {
			return models.KeyboardButton{Text: b.Text, RequestContact: b.Contact}
		})}
	case m.RemoveKeyboard:
		return &models.ReplyKeyboardRemove{RemoveKeyboard: true}
	}
	return nil
}

func rows[A, B any](table [][]A, convert func(A) B) [][]B {
	out := make([][]B, len(table))
	for i, row := range table {
		out[i] = make([]B, len(row))
		for j, cell := range row {
			out[i][j] = convert(cell)
		}
	}
	return out
}

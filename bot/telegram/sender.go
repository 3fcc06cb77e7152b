package telegram

import (
	"bytes"
	"context"
	"errors"
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
type Sender struct {
	direct
	trouble
	// Now is the clock that limits are kept by (time.Now).
	Now func() time.Time

	api     *bot.Bot
	pace    *pace
	account string
}

// NewSender makes a sender for the bot with this token; api is the Bot API's
// base address. No call is made yet. Nothing is held back; see Keep.
func NewSender(api, token string) (*Sender, error) {
	client := httpClient{&http.Client{Transport: newTransport(), Timeout: 30 * time.Second}}
	library, err := bot.New(token,
		bot.WithServerURL(strings.TrimRight(api, "/")),
		bot.WithHTTPClient(time.Minute, client),
		bot.WithSkipGetMe())
	if err != nil {
		return nil, fmt.Errorf("prepare telegram client: %w", err)
	}
	own, err := newDirect(api, token, client)
	if err != nil {
		return nil, fmt.Errorf("prepare telegram client: %w", err)
	}
	s := &Sender{direct: own, Now: time.Now, api: library, account: BotID(token)}
	s.Keep(0)
	return s, nil
}

// Keep sets how many messages a second may leave that no customer waits for
// (30 in Telegram's FAQ), and with it the pace of each chat; zero holds nothing
// back. It is called before the first message.
func (s *Sender) Keep(perSecond float64) {
	s.pace = newPace(perSecond, func() time.Time { return s.Now() })
}

// Room implements bot.Pacer.
func (s *Sender) Room(of core.Urgency) int { return s.pace.room(of) }

// Rests implements bot.Rester.
func (s *Sender) Rests(of core.Urgency) time.Time { return s.pace.rests(of) }

// Account implements bot.Sleeper.
func (s *Sender) Account() string { return s.account }

// Resting implements bot.Sleeper.
func (s *Sender) Resting(of core.Urgency) time.Duration {
	return max(0, s.pace.rests(of).Sub(s.Now()))
}

// Rest implements bot.Sleeper.
func (s *Sender) Rest(of core.Urgency, wait time.Duration) { s.pace.prolong(of, wait) }

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
	if err := s.pace.enter(ctx, chat, m.Pace); err != nil {
		return core.Sent{}, err
	}
	sent, err := s.post(ctx, chat, m)
	s.pace.heard(chat, m.Pace.Urgency, waitOf(err))
	err = s.noted(err)
	if m.Pace.Urgency == core.Bulk && err != nil && sales.AsError(err).Code == core.ChatUnavailable {
		s.pace.rest() // each further one would be of unknown outcome
	}
	return sent, err
}

// paid tells whether a message may cost Stars: one of a broadcast, where the
// owner has set a pace above the free one (Bot API, allow_paid_broadcast).
func (s *Sender) paid(m core.Message) bool {
	return m.Pace.Urgency == core.Bulk && s.pace.per > freeRate
}

func (s *Sender) post(ctx context.Context, chat int64, m core.Message) (core.Sent, error) {
	if len(m.Media) > 1 {
		return s.album(ctx, chat, m)
	}
	if m.Document == nil && m.Photo == nil && len(m.Media) == 0 {
		return s.say(ctx, chat, m)
	}
	sent, err := s.send(ctx, chat, m)
	if err != nil {
		return core.Sent{}, err
	}
	return core.Sent{Message: int64(sent.ID), File: fileID(sent)}, nil
}

func (s *Sender) send(ctx context.Context, chat int64, m core.Message) (*models.Message, error) {
	switch {
	case m.Document != nil:
		return s.api.SendDocument(ctx, &bot.SendDocumentParams{
			ChatID: chat, Document: inputFile(m.Document), Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	case m.Photo != nil:
		return s.api.SendPhoto(ctx, &bot.SendPhotoParams{
			ChatID: chat, Photo: inputFile(m.Photo), Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	}
	return s.media(ctx, chat, m)
}

// Acknowledge implements bot.Chat. Telegram forgets a press after minutes; then there is nothing left to stop.
func (s *Sender) Acknowledge(ctx context.Context, chat int64, callback, text string) error {
	err := s.heedful("answerCallbackQuery/"+strconv.FormatInt(chat, 10), chat, func() error {
		_, err := call[bool](ctx, s.direct, "answerCallbackQuery", struct {
			Callback string `json:"callback_query_id"`
			Text     string `json:"text,omitempty"`
		}{callback, text})
		return err
	})
	coded := s.noted(err)
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
	var link *models.ChatInviteLink
	err := s.inChannel("createChatInviteLink", channel, func(id any) (err error) {
		link, err = s.api.CreateChatInviteLink(ctx, &bot.CreateChatInviteLinkParams{
			ChatID: id, Name: name, ExpireDate: int(expires.Unix()), MemberLimit: 1,
		})
		return err
	})
	if err != nil {
		return "", channelError(sendError(err))
	}
	return link.InviteLink, nil
}

// parseMode is how Telegram is to read a message's text.
func parseMode(m core.Message) models.ParseMode {
	if m.Plain {
		return ""
	}
	return models.ParseModeHTML
}

// inChannel calls Telegram about a channel or group, and once more by its new
// id when it became a supergroup.
func (s *Sender) inChannel(method, channel string, call func(id any) error) error {
	return s.heedful(method+"/"+channel, 0, func() error { return byEitherID(channel, call) })
}

func byEitherID(channel string, call func(id any) error) error {
	err := call(channelID(channel))
	var moved *bot.MigrateError
	if !errors.As(err, &moved) {
		return err
	}
	return call(int64(moved.MigrateToChatID))
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

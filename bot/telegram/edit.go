package telegram

import (
	"context"
	"strconv"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	core "voronka/bot"
	"voronka/sales"
)

// Edit implements bot.Editor (Bot API, editMessageText). A message that says
// the very same already is no error.
func (s *Sender) Edit(ctx context.Context, chat, message int64, to core.Message) error {
	if err := s.pace.enter(ctx, chat, to.Pace); err != nil {
		return err
	}
	off := !to.Preview
	_, err := s.api.EditMessageText(ctx, &bot.EditMessageTextParams{
		ChatID: chat, MessageID: int(message), Text: to.Text, ParseMode: parseMode(to), ReplyMarkup: markup(to),
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &off},
	})
	s.pace.heard(chat, to.Pace.Urgency, waitOf(err))
	if err == nil {
		return s.noted(nil)
	}
	text := strings.ToLower(err.Error())
	if strings.Contains(text, "message is not modified") {
		return nil
	}
	for _, why := range []string{"message to edit not found", "message can't be edited", "no text in the message to edit", "message_id_invalid"} {
		if strings.Contains(text, why) {
			return &sales.Error{Code: core.ChatUneditable, Action: sales.Bury, Err: err}
		}
	}
	return s.noted(err)
}

// Typing implements bot.Typist (Bot API, sendChatAction).
func (s *Sender) Typing(ctx context.Context, chat int64) error {
	return sendError(s.heedful("sendChatAction/"+strconv.FormatInt(chat, 10), chat, func() error {
		_, err := s.api.SendChatAction(ctx, &bot.SendChatActionParams{ChatID: chat, Action: models.ChatActionTyping})
		return err
	}))
}

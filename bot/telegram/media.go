package telegram

import (
	"bytes"
	"context"
	"html"
	"io"
	"strconv"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	core "voronka/bot"
	"voronka/flows"
)

// media sends one file that is neither a photo nor a document (Bot API,
// sendVideo and on). A round video takes no caption.
func (s *Sender) media(ctx context.Context, chat int64, m core.Message) (*models.Message, error) {
	file := inputFile(m.Media[0].File)
	switch m.Media[0].Kind {
	case flows.MediaVideo:
		return s.api.SendVideo(ctx, &bot.SendVideoParams{
			ChatID: chat, Video: file, SupportsStreaming: true, Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	case flows.MediaAudio:
		return s.api.SendAudio(ctx, &bot.SendAudioParams{
			ChatID: chat, Audio: file, Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	case flows.MediaVoice:
		return s.api.SendVoice(ctx, &bot.SendVoiceParams{
			ChatID: chat, Voice: file, Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	case flows.MediaAnimation:
		return s.api.SendAnimation(ctx, &bot.SendAnimationParams{
			ChatID: chat, Animation: file, Caption: m.Text, ParseMode: parseMode(m), ReplyMarkup: markup(m),
			ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
		})
	}
	return s.api.SendVideoNote(ctx, &bot.SendVideoNoteParams{
		ChatID: chat, VideoNote: file, ReplyMarkup: markup(m), ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
	})
}

// album sends two to ten files as one group; the text goes under the first, as
// the apps show it for the whole. A group takes no buttons (Bot API, sendMediaGroup).
func (s *Sender) album(ctx context.Context, chat int64, m core.Message) (core.Sent, error) {
	items := make([]models.InputMedia, len(m.Media))
	for i, one := range m.Media {
		caption := ""
		if i == 0 {
			caption = m.Text
			if m.Plain {
				caption = html.EscapeString(caption)
			}
		}
		items[i] = albumItem(one, i, caption)
	}
	messages, err := s.api.SendMediaGroup(ctx, &bot.SendMediaGroupParams{
		ChatID: chat, Media: items, ProtectContent: m.Protect, DisableNotification: m.Silent, AllowPaidBroadcast: s.paid(m),
	})
	if err != nil {
		return core.Sent{}, err
	}
	sent := core.Sent{}
	for i, message := range messages {
		if i == 0 {
			sent.Message = int64(message.ID)
		}
		sent.Files = append(sent.Files, fileID(message))
	}
	return sent, nil
}

// albumItem is one file of a group. An upload is a part of the request, named
// so that two files of the same name stay two.
func albumItem(one core.Media, number int, caption string) models.InputMedia {
	media, content := one.Known, io.Reader(nil)
	switch {
	case media != "":
	case one.URL != "":
		media = one.URL
	default:
		media, content = "attach://"+strconv.Itoa(number+1)+"-"+one.Name, bytes.NewReader(one.Content)
	}
	mode := models.ParseMode("")
	if caption != "" {
		mode = models.ParseModeHTML
	}
	switch one.Kind {
	case flows.MediaVideo:
		return &models.InputMediaVideo{Media: media, Caption: caption, ParseMode: mode, SupportsStreaming: true, MediaAttachment: content}
	case flows.MediaAudio:
		return &models.InputMediaAudio{Media: media, Caption: caption, ParseMode: mode, MediaAttachment: content}
	case flows.MediaDocument:
		return &models.InputMediaDocument{Media: media, Caption: caption, ParseMode: mode, MediaAttachment: content}
	}
	return &models.InputMediaPhoto{Media: media, Caption: caption, ParseMode: mode, MediaAttachment: content}
}

// fileID is Telegram's id of the file in a message, empty for none.
func fileID(m *models.Message) string {
	switch {
	case m.Animation != nil: // Document is set as well
		return m.Animation.FileID
	case m.Video != nil:
		return m.Video.FileID
	case m.Audio != nil:
		return m.Audio.FileID
	case m.Voice != nil:
		return m.Voice.FileID
	case m.VideoNote != nil:
		return m.VideoNote.FileID
	case m.Document != nil:
		return m.Document.FileID
	case len(m.Photo) > 0:
		return m.Photo[len(m.Photo)-1].FileID
	}
	return ""
}

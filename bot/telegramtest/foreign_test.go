package telegramtest

import (
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// A client that knows nothing of this server, as it comes from its module.
func TestForeignClient(t *testing.T) {
	t.Parallel()
	f := open(t, Config{})
	f.anna.Start("")
	ctx := within(t)
	b, err := bot.New(f.Token(), bot.WithServerURL(f.url))
	if err != nil {
		t.Fatal(err)
	}
	sent, err := b.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: f.anna.ID(), Text: "Привет, <b>Анна</b>", ParseMode: models.ParseModeHTML,
		ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
			{Text: "Купить", CallbackData: "buy"}, {Text: "Сайт", URL: "https://example.com"},
		}}},
	})
	if err != nil || sent.Text != "Привет, Анна" || len(sent.Entities) != 1 || sent.ReplyMarkup.InlineKeyboard[0][1].URL == "" {
		t.Errorf("%+v, %v", sent, err)
	}
	_, err = b.SendDocument(ctx, &bot.SendDocumentParams{
		ChatID: f.anna.ID(), Caption: "Курс", Document: &models.InputFileUpload{Filename: "курс.pdf", Data: strings.NewReader("%PDF")},
	})
	if err != nil {
		t.Error(err)
	}
	_, err = b.SendMessage(ctx, &bot.SendMessageParams{ChatID: f.anna.ID(), Text: "Телефон?", ReplyMarkup: models.ReplyKeyboardMarkup{
		Keyboard: [][]models.KeyboardButton{{{Text: "Отправить", RequestContact: true}}}, ResizeKeyboard: true,
	}})
	if err != nil {
		t.Error(err)
	}
	if _, err := f.anna.Press("Отправить"); err != nil {
		t.Error(err)
	}
	club := f.Channel(-1001, "Клуб")
	link, err := b.CreateChatInviteLink(ctx, &bot.CreateChatInviteLinkParams{ChatID: club.ID(), MemberLimit: 1, Name: "Анна"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.anna.Join(link.InviteLink); err != nil || club.Status(f.anna) != "member" {
		t.Errorf("%v %s", err, club.Status(f.anna))
	}
	screen := f.anna.Messages()
	if got := screen[2]; string(got.File.Data) != "%PDF" || got.File.Name != "курс.pdf" || got.Text != "Курс" {
		t.Errorf("%+v", got)
	}
	if got := screen[4]; got.Phone != "+79001234567" {
		t.Errorf("%+v", got)
	}
	if got := f.Violations(); got != nil {
		t.Errorf("violations: %q", got)
	}
}

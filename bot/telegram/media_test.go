package telegram

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	core "voronka/bot"
	"voronka/bot/telegramtest"
	"voronka/flows"
	"voronka/sales"
)

func upload(kind flows.MediaKind, name string, content []byte) core.Media {
	return core.Media{Kind: kind, File: &core.File{Name: name, Content: content}}
}

func pixel(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEachKindGoesByContentThenById(t *testing.T) {
	t.Parallel()
	for kind, name := range map[flows.MediaKind]string{
		flows.MediaVideo: "урок.mp4", flows.MediaAudio: "песня.mp3", flows.MediaVoice: "привет.ogg",
		flows.MediaAnimation: "кот.gif", flows.MediaVideoNote: "круг.mp4",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server, sender := newSender(t)
			user := started(server, 7)
			text := "Ваш <i>урок</i>"
			if kind == flows.MediaVideoNote {
				text = ""
			}
			m := core.Message{Text: text, Media: []core.Media{upload(kind, name, []byte("\x00\x01"))}, Protect: true}
			sent, err := sender.Send(within(t), 7, m)
			if err != nil || sent.File == "" || sent.Message == 0 {
				t.Fatalf("sent %+v, %v", sent, err)
			}
			if got := last(user); got.Kind != string(kind) || !got.Protected || got.Text != strings.NewReplacer("<i>", "", "</i>", "").Replace(text) {
				t.Errorf("shown %s %q %v", got.Kind, got.Text, got.Protected)
			}
			m.Media[0].Known = sent.File
			m.Buttons = [][]flows.InlineButton{{{Text: "Дальше", Data: "v1:x"}}}
			if again, err := sender.Send(within(t), 7, m); err != nil || again.File != sent.File || len(last(user).Buttons) != 1 {
				t.Errorf("again %+v, %v", again, err)
			}
			if wrong := server.Violations(); len(wrong) > 0 {
				t.Errorf("violations: %q", wrong)
			}
		})
	}
}

func TestAlbumsGoAsOne(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	m := core.Message{Text: "<b>Работы</b> &amp; цены", Silent: true, Media: []core.Media{
		upload(flows.MediaPhoto, "кухня.png", pixel(t)), upload(flows.MediaPhoto, "кухня.png", pixel(t)), upload(flows.MediaVideo, "обзор.mp4", []byte("\x00")),
	}}
	sent, err := sender.Send(within(t), 7, m)
	if err != nil || len(sent.Files) != 3 {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	screen := user.Messages()
	shown := screen[len(screen)-3:]
	if shown[0].Text != "Работы & цены" || shown[1].Text != "" || shown[2].Kind != "video" || shown[0].Album == "" || shown[0].Album != shown[2].Album {
		t.Errorf("shown %+v", shown)
	}
	if sent.Message != shown[0].ID {
		t.Errorf("the message is %d", sent.Message)
	}
	for i := range m.Media {
		m.Media[i].Known = sent.Files[i]
	}
	if again, err := sender.Send(within(t), 7, m); err != nil || again.Files[2] != sent.Files[2] || len(server.Sent("sendMediaGroup")[1].Files) != 0 {
		t.Errorf("again %+v, %v", again, err)
	}
	m.Media[1].Known = "of-another-bot"
	if _, err := sender.Send(within(t), 7, m); sales.AsError(err).Code != "telegram_file" {
		t.Errorf("got %v", err)
	}
	files := core.Message{Media: []core.Media{upload(flows.MediaDocument, "1.pdf", []byte("1")), upload(flows.MediaDocument, "2.pdf", []byte("2"))}}
	if _, err := sender.Send(within(t), 7, files); err != nil {
		t.Error(err)
	}
	server.Inject(telegramtest.Fault{Method: "sendMediaGroup", Status: http.StatusBadGateway})
	if _, err := sender.Send(within(t), 7, files); !sales.AsError(err).Uncertain {
		t.Errorf("a lost answer is certain: %v", err)
	}
	if wrong := server.Violations(); len(wrong) > 0 {
		t.Errorf("violations: %q", wrong)
	}
}

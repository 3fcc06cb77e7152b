package telegram

import (
	"testing"

	core "voronka/bot"
)

func TestSendKeepsProtection(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	pdf := &core.File{Name: "a.pdf", Content: []byte("%PDF")}
	for _, m := range []core.Message{
		{Text: "Страница https://example.ru", Protect: true, Silent: true, Preview: true},
		{Text: "Файл", Document: pdf, Protect: true, Silent: true},
	} {
		if _, err := sender.Send(within(t), 7, m); err != nil {
			t.Fatal(err)
		}
		if !last(user).Protected {
			t.Errorf("%q can be forwarded", m.Text)
		}
	}
	if _, err := sender.Send(within(t), 7, core.Message{Text: "Обычное"}); err != nil || last(user).Protected {
		t.Errorf("a plain message is protected, or %v", err)
	}
	if wrong := server.Violations(); len(wrong) > 0 {
		t.Errorf("violations: %q", wrong)
	}
}

package telegram

import (
	"testing"

	core "voronka/bot"
	"voronka/flows"
	"voronka/sales"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	sent, err := sender.Send(within(t), 7, core.Message{Text: "Считаю…"})
	if err != nil {
		t.Fatal(err)
	}
	to := core.Message{Text: "<b>Готово</b> 🎉", Buttons: [][]flows.InlineButton{{{Text: "Дальше", Data: "x"}}}}
	for range 2 { // the second time it says so already
		if err := sender.Edit(within(t), 7, sent.Message, to); err != nil {
			t.Fatal(err)
		}
	}
	if got := last(user); got.ID != sent.Message || got.Text != "Готово 🎉" || len(got.Buttons) != 1 {
		t.Errorf("on the screen: %+v", got)
	}
	for name, message := range map[string]int64{"not there": 1000, "the customer's own": user.Messages()[0].ID} {
		if err := sender.Edit(within(t), 7, message, to); sales.AsError(err).Code != core.ChatUneditable {
			t.Errorf("a message that is %s: %v", name, err)
		}
	}
	if err := sender.Typing(within(t), 7); err != nil {
		t.Error(err)
	}
	if err := sender.Typing(within(t), 8); sales.AsError(err).Code != core.ChatBlocked {
		t.Errorf("typing to a stranger: %v", err)
	}
}

package telegram

import (
	"net/http"
	"testing"
	"time"

	"voronka/bot/telegramtest"
	"voronka/sales"
)

func TestMember(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	anna, club := started(server, 7), server.Channel(-1001, "Клуб")
	if inside, err := sender.Member(within(t), "-1001", 7); err != nil || inside {
		t.Errorf("before: %v %v", inside, err)
	}
	link, err := sender.Invite(within(t), "-1001", "anna", noon().Add(100*365*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := anna.Join(link); err != nil {
		t.Fatal(err)
	}
	if inside, err := sender.Member(within(t), "-1001", 7); err != nil || !inside {
		t.Errorf("inside: %v %v, %s", inside, err, club.Status(anna))
	}
	if inside, err := sender.Member(within(t), "-1001", 70); err != nil || inside {
		t.Errorf("somebody who never was there: %v %v", inside, err)
	}
	if _, err := sender.Member(within(t), "@no_such_club", 7); sales.AsError(err).Code != "telegram_channel" {
		t.Errorf("no such channel: %v", err)
	}
	server.Inject(telegramtest.Fault{Method: "getChatMember", Status: http.StatusBadRequest, Description: "Bad Request: member list is inaccessible"})
	if _, err := sender.Member(within(t), "-1001", 7); sales.AsError(err).Action != sales.Bury {
		t.Errorf("no administrator: %v", err)
	}
}

package telegram

import (
	"testing"
	"time"

	"voronka/sales"
)

func TestKick(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	anna, club := started(server, 7), server.Channel(-1001, "Клуб")
	for range 2 { // comes back by a new link and is out again
		link, err := sender.Invite(within(t), "-1001", "anna", noon().Add(100*365*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := anna.Join(link); err != nil || club.Status(anna) != "member" {
			t.Fatalf("%v, %s", err, club.Status(anna))
		}
		for range 2 { // twice does no harm
			if err := sender.Kick(within(t), "-1001", 7); err != nil || club.Status(anna) != "left" {
				t.Fatalf("%v, %s", err, club.Status(anna))
			}
		}
	}
	if err := sender.Kick(within(t), "-1001", 70); err != nil {
		t.Errorf("somebody who never was there: %v", err)
	}
	if err := sender.Kick(within(t), "@no_such_club", 7); sales.AsError(err).Code != "telegram_channel" {
		t.Errorf("no such channel: %v", err)
	}
}

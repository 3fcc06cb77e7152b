package telegram

import (
	"fmt"
	"testing"

	core "voronka/bot"
	"voronka/flows"
)

// TestPaidBroadcastIsTheOwnersWish: Stars are spent where the pace was set above
// the free one, whatever is sent, and never on answers.
func TestPaidBroadcastIsTheOwnersWish(t *testing.T) {
	t.Parallel()
	one := func(kind flows.MediaKind, name string) core.Message {
		return core.Message{Media: []core.Media{upload(kind, name, []byte("\x00"))}}
	}
	photo := &core.File{Name: "a.png", Content: pixel(t)}
	for method, m := range map[string]core.Message{
		"sendMessage":    {Text: "всем"},
		"sendDocument":   {Document: &core.File{Name: "a", Content: []byte("a")}},
		"sendPhoto":      {Photo: photo},
		"sendVideo":      one(flows.MediaVideo, "a.mp4"),
		"sendAudio":      one(flows.MediaAudio, "a.mp3"),
		"sendVoice":      one(flows.MediaVoice, "a.ogg"),
		"sendAnimation":  one(flows.MediaAnimation, "a.gif"),
		"sendVideoNote":  one(flows.MediaVideoNote, "a.mp4"),
		"sendMediaGroup": {Media: []core.Media{{Kind: flows.MediaPhoto, File: photo}, {Kind: flows.MediaPhoto, File: photo}}},
	} {
		for per, want := range map[float64]string{30: "", 100: "true"} {
			t.Run(fmt.Sprint(method, per), func(t *testing.T) {
				t.Parallel()
				server, sender := newSender(t)
				sender.Keep(per)
				started(server, 1)
				for _, pace := range []core.Pace{bulk(), reply()} {
					m := m
					m.Pace = pace
					if _, err := sender.Send(within(t), 1, m); err != nil {
						t.Fatal(err)
					}
				}
				sent := server.Sent(method)
				if sent[0].Params["allow_paid_broadcast"] != want || sent[1].Params["allow_paid_broadcast"] != "" {
					t.Errorf("a broadcast has %v, an answer %v", sent[0].Params, sent[1].Params)
				}
				if wrong := server.Violations(); len(wrong) > 0 {
					t.Errorf("violations: %q", wrong)
				}
			})
		}
	}
}

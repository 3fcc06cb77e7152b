package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"voronka/flows"
	"voronka/storage"
)

// TestChannelMembers: customers who join a channel are heard; the rest of its
// readers become no customers, for nobody may write to them.
func TestChannelMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(shop, "anywhere:", "anywhere:\n  - {joined: news, do: [{say: Спасибо за подписку!}]}\n", 1))
	w.say("/start")
	joined := flows.Input{Kind: flows.Joined, Text: "news", Payload: "-100123", At: w.clock.Now()}
	w.handle(joined)
	joined.ID, joined.Contact = "tg:900", "tg:8"
	for range 2 {
		if err := w.Handle(w.ctx(), joined); err != nil {
			t.Fatal(err)
		}
	}
	w.drain()
	if got := w.chat.texts(); !slices.Contains(got, "Спасибо за подписку!") || len(got) != 2 {
		t.Errorf("said %q", got)
	}
	w.view(func(tx storage.Tx) error {
		if _, err := tx.Contact("tg:8"); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("a reader of the channel became a contact: %v", err)
		}
		return nil
	})
}

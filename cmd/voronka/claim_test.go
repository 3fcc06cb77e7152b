package main

import (
	"context"
	"testing"
	"time"

	"voronka/bot/telegramtest"
)

// changeBot gives the shop another bot, which counts its updates from a number
// that the first one had, and tells where the first one's customers are.
func (w *outside) changeBot(token string, first int64) (before *telegramtest.Server) {
	w.t.Helper()
	before = w.telegram
	w.telegram = telegramtest.New(telegramtest.Config{
		Token: token, FirstUpdateID: first, Backoff: func(int) time.Duration { return 100 * time.Millisecond },
	})
	w.t.Cleanup(w.telegram.Close)
	w.telegram.Channel(-1001000000001, "Группа")
	w.env = append(w.env, "VORONKA_TELEGRAM_TOKEN="+token, "VORONKA_TELEGRAM_API="+serveFake(w.t, w.telegram))
	return before
}

// serves runs the bot while a new customer buys.
func (w *outside) serves(ctx context.Context, id int64, meanwhile func()) *customer {
	w.t.Helper()
	w.start()
	one := w.customer(id)
	if err := one.buy(ctx); err != nil {
		w.t.Fatalf("customer %d: %v\n%s", id, err, w.logs())
	}
	meanwhile()
	w.settled(ctx)
	w.stop()
	return one
}

// TestTokenOfAnotherBot changes the token of a database that was at work. The new
// bot's updates have the very numbers of those that were handled: none of them
// is taken for one of those. Who still writes to the old bot is not answered by
// the new one, and is, when the old token is back.
func TestTokenOfAnotherBot(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w, ctx := newSickOutside(t, mode)
			env := w.env
			anna := w.serves(ctx, 7, func() {})
			first := w.changeBot("77:ANOTHER-bot-of-the-same-shop-00000000", anna.inputs[0])
			said := len(anna.Messages())
			boris := w.serves(ctx, 8, func() { anna.did(anna.Send("вы здесь?")) })
			if first.Pending() == 0 || len(anna.Messages()) != said+1 {
				t.Errorf("%d updates wait with the first bot, %+v", first.Pending(), anna.Messages())
			}
			second := w.telegram
			w.telegram, w.env = first, env
			clara := w.serves(ctx, 9, func() {
				if err := anna.WaitFor(ctx, func(screen []telegramtest.Message) bool { return len(screen) > said+1 }); err != nil {
					t.Errorf("Anna is not answered: %v\n%s", err, w.logs())
				}
			})
			for _, one := range []*customer{anna, clara} {
				w.onceEach(one)
			}
			if n := boris.files(boris.Messages()); n != 1 {
				t.Errorf("the new bot's customer has %d files", n)
			}
			if wrong := append(first.Violations(), second.Violations()...); len(wrong) > 0 {
				t.Errorf("violations: %q", wrong)
			}
		})
	}
}

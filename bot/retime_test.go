package bot_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
)

func TestOperatorMovesAndCancelsReminders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	w.drain()
	timers := w.session().Timers
	if err := w.Retime(w.ctx(), "tg:7", timers[0].ID, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Retime(w.ctx(), "tg:7", timers[1].ID, w.clock.Now().Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := w.Retime(w.ctx(), "tg:7", timers[0].ID, w.clock.Now()); !errors.Is(err, bot.ErrNoTimer) {
		t.Errorf("cancelled twice: %v", err)
	}
	w.pass(2*time.Hour + time.Minute)
	if got := len(w.chat.texts()); got != 1 {
		t.Errorf("said %q", w.chat.texts())
	}
	w.restart()
	w.pass(time.Hour)
	if diff := cmp.Diff([]string{"Привет, Анна!", "Ещё раз"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if lines := w.journal("operator"); len(lines) != 2 {
		t.Errorf("journal %q", lines)
	}
	w.say("/start")
	w.drain()
	if err := w.Retime(w.ctx(), "tg:7", w.session().Timers[0].ID, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Second)
	texts := w.chat.texts()
	if texts[len(texts)-1] != "Напоминаем" {
		t.Errorf("said %q", texts)
	}
}

package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/sales"
)

const fair = `
flow: fair
start: hello
anywhere:
  - {text: вопрос, do: [{say: Ответ}]}
  - {command: sale, to: sale}
  - {command: club, do: [{invite: "-1001", text: Ваш вход}, {say: Готово}]}
states:
  hello: {do: [{say: Привет}], end: true}
  sale: {do: [{say: Скидка}, {invite: "-1001", text: Ваш вход}, {edit: Скидка ваша}, {say: Успевайте}], end: true}
`

// crowdedOut is a customer's chat in which messages of a broadcast have to wait
// for so long; those that answers may stand behind come back.
func crowdedOut(h *hall, wait *time.Duration, waited *[]string) {
	h.before = func(_ int64, m bot.Message) error {
		if m.Pace.Urgency != bot.Bulk || *wait == 0 {
			return nil
		}
		*waited = append(*waited, m.Text)
		if !m.Pace.Brief {
			return nil // it waits where it holds nobody up
		}
		return &sales.Error{Code: bot.ChatPace, After: *wait}
	}
}

// TestBroadcastWithoutRoomLeavesTheLaneToAnswers: texts and goods of a broadcast
// that would have to wait step aside once, keep their order, and an answer goes
// before them.
func TestBroadcastWithoutRoomLeavesTheLaneToAnswers(t *testing.T) {
	t.Parallel()
	w, h := partyOf(t, fair, 3)
	wait, waited := 3*time.Second, []string(nil)
	crowdedOut(h, &wait, &waited)
	w.announce(bot.Broadcast{ID: "b1", To: "sale"})
	w.pass(time.Second)
	if len(waited) != 3 {
		t.Errorf("tried %q, want the first of each customer", waited)
	}
	w.from(2, "вопрос")
	w.drain()
	if heard := h.heard[2]; !slices.Equal(heard, []string{"Привет", "Ответ"}) {
		t.Fatalf("an answer waits behind the broadcast: %q", heard)
	}
	w.pass(3 * time.Second)
	heard := h.heard[2]
	if len(heard) == 6 {
		heard[3], _, _ = strings.Cut(heard[3], "\n")
	}
	if want := []string{"Привет", "Ответ", "Скидка", "Ваш вход", "Скидка ваша", "Успевайте"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
	if jobs := w.waiting(); len(jobs) != 0 {
		t.Errorf("waiting %q", jobs)
	}
	if got := w.report(); got.Outcome != (bot.BroadcastOutcome{Arrived: 3}) {
		t.Errorf("report %+v", got)
	}
}

// TestGoodsOfABroadcastThatTelegramStopsStepAside: minutes of a flood over the
// broadcast hold no answer up, whatever the broadcast hands over.
func TestGoodsOfABroadcastThatTelegramStopsStepAside(t *testing.T) {
	t.Parallel()
	w, h := partyOf(t, fair, 1)
	storm := true
	h.before = func(_ int64, m bot.Message) error {
		if storm && m.Pace.Urgency == bot.Bulk && m.Text != "Скидка" {
			return &sales.Error{Code: bot.ChatFlood, After: 10 * time.Minute}
		}
		return nil
	}
	w.announce(bot.Broadcast{ID: "b1", To: "sale"})
	w.pass(time.Second)
	w.from(1, "вопрос")
	w.drain()
	if heard := h.heard[1]; !slices.Equal(heard, []string{"Привет", "Скидка", "Ответ"}) {
		t.Fatalf("heard %q", heard)
	}
	storm = false
	w.pass(10 * time.Minute)
	if heard := h.heard[1]; len(heard) != 6 || heard[3] != "Ваш вход\nhttps://t.me/+1" || heard[5] != "Успевайте" || h.invited != 1 {
		t.Errorf("heard %q, %d links were made", heard, h.invited)
	}
}

// TestChannelThatTakesNoLinksHoldsNoAnswerUp: Telegram makes no links into a
// channel for minutes. Who waits for one is answered meanwhile, and has it then.
func TestChannelThatTakesNoLinksHoldsNoAnswerUp(t *testing.T) {
	t.Parallel()
	w, h := partyOf(t, fair, 1)
	h.noLinks = &sales.Error{Code: bot.ChatFlood, After: 5 * time.Minute}
	w.from(1, "/club")
	w.drain()
	w.from(1, "вопрос")
	w.drain()
	if heard := h.heard[1]; !slices.Equal(heard, []string{"Привет", "Готово", "Ответ"}) {
		t.Errorf("heard %q", heard)
	}
	h.noLinks = nil
	w.pass(5*time.Minute - time.Second)
	w.pass(time.Second)
	if heard := h.heard[1]; len(heard) != 4 || heard[3] != "Ваш вход\nhttps://t.me/+1" || len(w.waiting()) != 0 {
		t.Errorf("heard %q, waiting %q", heard, w.waiting())
	}
}

// TestTimersDoNotOvertakeTheirBroadcast: a state that a broadcast leads to rings
// while its messages still wait; what the timer says comes behind them.
func TestTimersDoNotOvertakeTheirBroadcast(t *testing.T) {
	t.Parallel()
	w, h := partyOf(t, strings.Replace(fair, "{say: Успевайте}], end", "{say: Успевайте}], timers: [{after: 1m, do: [{say: Ещё минута}]}], end", 1), 1)
	wait, waited := 10*time.Minute, []string(nil)
	crowdedOut(h, &wait, &waited)
	w.announce(bot.Broadcast{ID: "b1", To: "sale"})
	w.pass(time.Second)
	w.pass(time.Minute)
	w.from(1, "вопрос")
	w.drain()
	if heard := h.heard[1]; !slices.Equal(heard, []string{"Привет", "Ответ"}) {
		t.Errorf("heard %q", heard)
	}
	w.pass(10 * time.Minute)
	if heard := h.heard[1]; len(heard) != 7 || heard[2] != "Скидка" || heard[5] != "Успевайте" || heard[6] != "Ещё минута" {
		t.Errorf("heard %q", heard)
	}
	if jobs := w.waiting(); len(jobs) != 0 {
		t.Errorf("waiting %q", jobs)
	}
}

package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// TestLostAnswersAboutTexts is the declared policy: an answer that is lost lets
// a text be said once more, then an operator decides; a Telegram that says it
// is sick is waited for. The dialog shows both.
func TestLostAnswersAboutTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code       string
		lost       int
		said       int
		repeated   []string
		buried     []string
		attention  bool
		afterwards int
	}{
		"one":               {"telegram_unreachable", 1, 2, []string{"event: message_repeated 1"}, nil, false, 0},
		"for ever":          {"telegram_unreachable", 1000, 2, nil, []string{"say uncertain"}, true, 2},
		"sick for long":     {bot.ChatUnavailable, 8, 9, []string{"event: message_repeated 8"}, nil, false, 0},
		"never in question": {"telegram_flood", 5, 6, nil, nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop)
			lost := c.lost
			w.chat.after = func(m bot.Message) error {
				if lost == 0 || !strings.HasPrefix(m.Text, "Зову") {
					return nil
				}
				lost--
				return &sales.Error{Code: c.code, Uncertain: c.code != "telegram_flood"}
			}
			w.say("/help")
			w.drain()
			for range 12 {
				w.pass(time.Minute * 15)
			}
			said := 0
			for _, text := range w.chat.texts() {
				if text == "Зову человека" {
					said++
				}
			}
			jobs, ids := w.buried()
			if diff := cmp.Diff(c.buried, jobs); diff != "" || said != c.said {
				t.Errorf("said %d times, buried %q", said, jobs)
			}
			if diff := cmp.Diff(c.repeated, w.journal("repeated")); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(w.attention(), "say_failed") != c.attention {
				t.Errorf("attention %q", w.attention())
			}
			for _, id := range ids { // the operator wants it said once more, and the table begins anew
				if err := w.Revive(w.ctx(), id); err != nil {
					t.Fatal(err)
				}
				w.drain()
				w.pass(time.Hour)
				if jobs, _ := w.buried(); len(jobs) != 1 {
					t.Errorf("revived: buried %q", jobs)
				}
			}
		})
	}
}

func TestRefusedTagsAreSaidWithoutThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "start: a\nstates:\n  a: {do: [{say: \"<b>Важно</b> &lt;3\"}, {say: Дальше}], end: true}\n")
	w.chat.before = func(m bot.Message) error {
		if !m.Plain && strings.Contains(m.Text, "<b>") {
			return &sales.Error{Code: bot.ChatMarkup, Action: sales.Bury}
		}
		return nil
	}
	w.say("/start")
	w.drain()
	if diff := cmp.Diff([]string{"Важно <3", "Дальше"}, w.chat.texts()); diff != "" || !w.chat.all()[0].Plain {
		t.Error(diff)
	}
	if lines := w.journal("markup"); len(lines) != 1 {
		t.Errorf("journal %q", w.journal())
	}
	if jobs, _ := w.buried(); len(jobs) != 0 {
		t.Errorf("buried %q", jobs)
	}
}

// movingChat knows customer 7 by another id.
type movingChat struct{ *chat }

func (c movingChat) Send(ctx context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	if chat != -1007 {
		return bot.Sent{}, &sales.Error{Code: "telegram_migrated", Action: sales.Bury, Err: &bot.MovedError{To: -1007}}
	}
	return c.chat.Send(ctx, 7, m)
}

func TestMovedChatIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.Chat = movingChat{c.Chat.(*chat)} })
	w.say("/start")
	w.drain()
	var contact sales.Contact
	w.view(func(tx storage.Tx) (err error) {
		contact, err = tx.Contact("tg:7")
		return err
	})
	if contact.ChatID != -1007 || len(w.chat.all()) != 1 || len(w.journal("migrated")) != 1 {
		t.Errorf("chat %d, messages %q, journal %q", contact.ChatID, w.chat.texts(), w.journal())
	}
}

const leaving = `start: a
anywhere:
  - {blocked: true, do: [{tag: ушёл}]}
states:
  a:
    do: [{say: Раз}, {say: Два}, {say: Три}]
    timers: [{after: 1h, do: [{say: Вернитесь}]}]
    end: true
`

// TestBlockedCustomersMessagesEnd: the first refusal is heard by the flow, what
// else waits ends without a call, and every one is a line in the dialog.
func TestBlockedCustomersMessagesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, leaving)
	calls := 0
	w.chat.before = func(bot.Message) error {
		calls++
		return &sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}
	}
	w.say("/start")
	w.drain()
	if tags := w.session().Tags; len(tags) != 1 {
		t.Errorf("the flow did not hear it: %q", w.journal())
	}
	w.pass(2 * time.Hour)
	if lines := w.journal("unsent"); len(lines) != 3 || calls != 3 {
		t.Errorf("%d calls, journal %q", calls, w.journal())
	}
	if jobs, _ := w.buried(); len(jobs) != 0 || len(w.journal("blocked")) != 1 {
		t.Errorf("buried %q, journal %q", jobs, w.journal("blocked"))
	}
	w.chat.refuse(nil, "")
	w.handle(flows.Input{Kind: flows.Unblocked})
	if err := w.Operate(w.ctx(), "tg:7", "act", flows.Join, "Вы вернулись?"); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if diff := cmp.Diff([]string{"Вы вернулись?"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

// crowdedChat has room for so many reminders.
type crowdedChat struct {
	*chat
	free int
}

func (c *crowdedChat) Room(of bot.Urgency) int {
	if of == bot.Reply {
		return 1000
	}
	return c.free
}

// TestRemindersWaitForRoom: what nobody waits for stays in the store while the
// chat has no room, and holds no answer up.
func TestRemindersWaitForRoom(t *testing.T) {
	t.Parallel()
	crowd := &crowdedChat{}
	w := newWorld(t, shop, func(c *bot.Config) {
		crowd.chat = c.Chat.(*chat)
		c.Chat = crowd
	})
	w.say("/start")
	w.drain()
	w.pass(90 * time.Minute)
	w.say("/help")
	w.drain()
	if diff := cmp.Diff([]string{"Привет, Анна!", "Зову человека"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	crowd.free = 30
	w.pass(time.Second)
	if texts := w.chat.texts(); len(texts) != 3 || texts[2] != "Напоминаем" {
		t.Errorf("messages %q", texts)
	}
	for n, m := range w.chat.all() {
		if want := []bot.Urgency{bot.Reply, bot.Reply, bot.Unasked}[n]; m.Pace.Urgency != want {
			t.Errorf("%q is %q", m.Text, m.Pace.Urgency)
		}
	}
}

// TestStartLetsWaitingMessagesGo: what was held back for a quarter of an hour
// because the token was revoked, or by a clock that was wrong, leaves at a start.
// A pause that Telegram asked for is kept.
func TestStartLetsWaitingMessagesGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.chat.refuse(&sales.Error{Code: "telegram_token", Action: sales.Stop}, "")
	w.say("/start")
	w.drain()
	w.pass(time.Minute)
	if len(w.chat.all()) != 0 || len(w.waiting()) == 0 {
		t.Fatalf("messages %q, waiting %q", w.chat.texts(), w.waiting())
	}
	w.chat.refuse(nil, "")
	w.restart()
	shown := make(chan struct{}, 10)
	w.chat.mu.Lock()
	w.chat.after = func(bot.Message) error { shown <- struct{}{}; return nil }
	w.chat.mu.Unlock()
	ctx, stop := context.WithCancel(w.ctx())
	ended := make(chan error, 1)
	go func() { ended <- w.Bot.Run(ctx) }()
	select {
	case <-shown:
	case err := <-ended:
		t.Fatal(err)
	case <-w.ctx().Done():
		t.Fatal("it still waits")
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// TestGoodsForAGoneCustomerAreShownAndHeard: what was paid for waits for a
// person, and the flow hears that its customer cannot be reached.
func TestGoodsForAGoneCustomerAreShownAndHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.chat.refuse(&sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}, "")
	w.notify(paid(payment))
	w.drain()
	if jobs, _ := w.buried(); !cmp.Equal([]string{"deliver " + bot.ChatBlocked}, jobs) || len(w.journal("blocked")) != 1 || w.attention() == "" {
		t.Errorf("buried %q, journal %q", jobs, w.journal())
	}
}

// TestStartKeepsPausesThatTelegramNamed: of two customers who wait, the one whom
// Telegram itself makes wait goes on waiting.
func TestStartKeepsPausesThatTelegramNamed(t *testing.T) {
	t.Parallel()
	w, h := party(t, 0)
	h.before = func(chat int64, _ bot.Message) error {
		return &sales.Error{Code: map[int64]string{1: bot.ChatFlood, 2: "telegram_unreachable"}[chat], After: time.Hour}
	}
	w.from(1, "/start")
	w.from(2, "/start")
	w.drain()
	w.restart()
	shown := make(chan int64, 10)
	h.mu.Lock()
	h.before, h.after = nil, func(chat int64, _ bot.Message) error { shown <- chat; return nil }
	h.mu.Unlock()
	ctx, stop := context.WithCancel(w.ctx())
	ended := make(chan error, 1)
	go func() { ended <- w.Bot.Run(ctx) }()
	if chat := <-shown; chat != 2 {
		t.Errorf("customer %d was told first", chat)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if heard := h.heard[1]; len(heard) != 0 {
		t.Errorf("customer 1 heard %q", heard)
	}
}

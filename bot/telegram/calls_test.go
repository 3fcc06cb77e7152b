package telegram

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	core "voronka/bot"
	"voronka/bot/telegramtest"
	"voronka/sales"
)

// at is a clock that the test moves.
type at struct {
	mu  sync.Mutex
	now time.Time
}

func (a *at) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *at) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(d)
}

// TestCallsWaitForAsLongAsTelegramAsks: a call that shows no message and was
// refused as too frequent is not made again before its time, to the millisecond;
// neither messages nor the same call about another chat or channel wait for it.
func TestCallsWaitForAsLongAsTelegramAsks(t *testing.T) {
	t.Parallel()
	for method, about := range map[string]func(context.Context, *Sender, int64) error{
		"answerCallbackQuery": func(ctx context.Context, s *Sender, chat int64) error { return s.Acknowledge(ctx, chat, "1", "") },
		"sendChatAction":      func(ctx context.Context, s *Sender, chat int64) error { return s.Typing(ctx, chat) },
		"createChatInviteLink": func(ctx context.Context, s *Sender, chat int64) error {
			_, err := s.Invite(ctx, channelOf(chat), "Анна", time.Now().Add(time.Hour))
			return err
		},
		"unbanChatMember": func(ctx context.Context, s *Sender, chat int64) error { return s.Kick(ctx, channelOf(chat), 7) },
		"getChatMember": func(ctx context.Context, s *Sender, chat int64) error {
			_, err := s.Member(ctx, channelOf(chat), 7)
			return err
		},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server, sender := newSender(t)
			clock := &at{now: noon()}
			sender.Now = clock.Now
			sender.Keep(30)
			started(server, 7)
			started(server, 8)
			server.Channel(-1007, "Клуб")
			server.Channel(-1008, "Группа")
			server.Inject(telegramtest.Fault{Method: method, Status: http.StatusTooManyRequests, RetryAfter: 300 * time.Second})
			refused := func(after time.Duration, calls int) {
				t.Helper()
				coded := sales.AsError(about(within(t), sender, 7))
				if coded == nil || coded.Code != core.ChatFlood || coded.After != after || len(server.Sent(method)) != calls {
					t.Fatalf("%+v after %d calls", coded, len(server.Sent(method)))
				}
			}
			refused(300*time.Second, 1)
			clock.pass(300*time.Second - time.Millisecond)
			refused(time.Millisecond, 1)
			if err := about(within(t), sender, 8); sales.AsError(err) != nil && sales.AsError(err).Code == core.ChatFlood {
				t.Errorf("another one waits, too: %v", err)
			}
			if _, err := sender.Send(within(t), 7, core.Message{Text: "Ответ", Pace: reply()}); err != nil {
				t.Errorf("a message waits: %v", err)
			}
			clock.pass(time.Millisecond)
			if err := about(within(t), sender, 7); sales.AsError(err) != nil && sales.AsError(err).Code == core.ChatFlood {
				t.Errorf("at its time: %v", err)
			}
			if calls := len(server.Sent(method)); calls != 3 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

func channelOf(chat int64) string { return map[int64]string{7: "-1007", 8: "-1008"}[chat] }

// TestCallsKeepTheBotsRest: nothing is called while Telegram has stopped the bot,
// and a chat that it has stopped is left alone.
func TestCallsKeepTheBotsRest(t *testing.T) {
	t.Parallel()
	now := noon()
	p := newPace(30, func() time.Time { return now })
	p.heard(7, core.Reply, time.Minute)
	for what, chat := range map[string]int64{"sendChatAction/7": 7, "sendChatAction/8": 8, "getChatMember/-1007": 0} {
		if err := p.admit(what, chat); (err != nil) != (chat == 7) {
			t.Errorf("%s: %v", what, err)
		}
	}
	p.prolong(core.Reply, 300*time.Second)
	for _, what := range []string{"sendChatAction/8", "getChatMember/-1007", "createChatInviteLink/-1007"} {
		if coded := sales.AsError(p.admit(what, 0)); coded == nil || coded.After != 300*time.Second {
			t.Errorf("%s: %+v", what, coded)
		}
	}
	p.prolong(core.Reply, time.Second) // not shortened
	wants(t, p, 9, bulk(), 300*time.Second, core.ChatFlood)
}

// TestFloodOfCallsStopsCalls: refusals of many calls stop all of them, and no message.
func TestFloodOfCallsStopsCalls(t *testing.T) {
	t.Parallel()
	now := noon()
	p := newPace(30, func() time.Time { return now })
	for _, what := range []string{"a/1", "a/2", "b/3"} {
		p.answered(what, 40*time.Second)
	}
	if coded := sales.AsError(p.admit("c/4", 0)); coded == nil || coded.After != 40*time.Second {
		t.Errorf("calls go on: %+v", coded)
	}
	wants(t, p, 9, reply(), 0, "")
	now = now.Add(40 * time.Second)
	if err := p.admit("a/1", 0); err != nil {
		t.Error(err)
	}
}

// TestTallyCountsWhatIsSent: messages by who waits for them, calls, and what of
// both was refused; it does not change behind the back of who has asked.
func TestTallyCountsWhatIsSent(t *testing.T) {
	t.Parallel()
	p := newPace(30, noon)
	p.heard(1, core.Reply, 0)
	p.heard(1, core.Reply, time.Second)
	p.heard(2, core.Bulk, 0)
	p.answered("sendChatAction/1", time.Second)
	got := p.tallied()
	p.heard(3, core.Bulk, 0)
	if got.Sent[core.Reply] != 2 || got.Refused[core.Reply] != 1 || got.Sent[core.Bulk] != 1 || got.Sent[Call] != 1 || got.Refused[Call] != 1 || got.Sent[core.Unasked] != 0 {
		t.Errorf("%+v", got)
	}
	if got := newPace(0, noon).tallied(); len(got.Allowed) != 0 {
		t.Errorf("without limits %+v", got)
	}
}

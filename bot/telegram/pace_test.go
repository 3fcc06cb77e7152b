package telegram

import (
	"errors"
	"net/http"
	"testing"
	"time"

	core "voronka/bot"
	"voronka/bot/telegramtest"
	"voronka/sales"
)

func bulk() core.Pace    { return core.Pace{Urgency: core.Bulk} }
func reply() core.Pace   { return core.Pace{Urgency: core.Reply} }
func unasked() core.Pace { return core.Pace{} }

// wants checks how long a message has to wait, to a hundredth.
func wants(t *testing.T, p *pace, chat int64, of core.Pace, wait time.Duration, code string) {
	t.Helper()
	got, why := p.reserve(chat, of)
	if got.Round(10*time.Millisecond) != wait || why != code {
		t.Errorf("chat %d, %+v: waits %v %q, want %v %q", chat, of, got, why, wait, code)
	}
}

// TestAnswersAreNotHeldBack asks for more broadcasts and reminders than there
// is room for; answers in other chats, and the first ones in these, go at once.
func TestAnswersAreNotHeldBack(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	for chat := range int64(1000) {
		p.reserve(chat, bulk())
		p.reserve(chat+1000, unasked())
	}
	for chat := range int64(3000) {
		wants(t, p, chat, reply(), 0, "")
	}
	if p.room(core.Bulk) > 0 || p.room(core.Unasked) > 0 || p.room(core.Reply) < 1000 {
		t.Errorf("room: %d, %d, %d", p.room(core.Bulk), p.room(core.Unasked), p.room(core.Reply))
	}
}

func TestChatKeepsItsSecond(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	for n := range 3 {
		wants(t, p, 7, core.Pace{Urgency: core.Reply, Nth: n}, 0, "")
	}
	wants(t, p, 7, core.Pace{Urgency: core.Reply, Nth: 3}, time.Second, "")
	wants(t, p, 7, core.Pace{Urgency: core.Reply, Nth: 4}, 2*time.Second, "")
	wants(t, p, 8, core.Pace{Urgency: core.Reply, Nth: 3}, 0, "")
	now = now.Add(time.Minute)
	wants(t, p, 7, core.Pace{Urgency: core.Reply, Nth: 3}, 0, "")
	for range 20 {
		wants(t, p, -100, unasked(), 0, "")
		now = now.Add(time.Millisecond)
	}
	if wait, why := p.reserve(-100, unasked()); wait < 2900*time.Millisecond || why != "" {
		t.Errorf("the 21st of a minute in a group waits %v %q", wait, why)
	}
}

// TestBroadcastLeavesRoomForReminders takes all that a broadcast may have.
func TestBroadcastLeavesRoomForReminders(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	var chat int64
	for p.room(core.Bulk) > 0 {
		chat++
		wants(t, p, chat, bulk(), 0, "")
	}
	if chat != 25 || p.room(core.Unasked) != 5 {
		t.Errorf("%d of the broadcast left at once, %d places for reminders", chat, p.room(core.Unasked))
	}
	wants(t, p, 1001, bulk(), 40*time.Millisecond, "")
	for chat := range int64(200) {
		p.reserve(2000+chat, unasked())
	}
	if wait, why := p.reserve(1002, bulk()); why != "telegram_pace" {
		t.Errorf("far behind: %v %q", wait, why)
	}
}

// TestBriefOnesComeBack: one that answers may stand behind is not held back, and
// takes no place; the same one without answers behind it is.
func TestBriefOnesComeBack(t *testing.T) {
	t.Parallel()
	now := noon()
	p := newPace(30, func() time.Time { return now })
	brief := core.Pace{Urgency: core.Bulk, Brief: true}
	for chat := range int64(25) {
		wants(t, p, chat, brief, 0, "")
	}
	wants(t, p, 100, brief, 40*time.Millisecond, "") // hardly anything
	wants(t, p, 101, brief, 80*time.Millisecond, "")
	for chat := range int64(10) {
		wants(t, p, 200+chat, brief, 120*time.Millisecond, core.ChatPace)
	}
	wants(t, p, 300, bulk(), 120*time.Millisecond, "")
}

// TestFewPlacesAreHeld: where a second has many places, a message is held back
// for a shorter time, so that answers in other chats have room to run.
func TestFewPlacesAreHeld(t *testing.T) {
	t.Parallel()
	now := noon()
	p := newPace(1000, func() time.Time { return now })
	held := 0
	for chat := range int64(5000) {
		if wait, why := p.reserve(chat, unasked()); wait > 0 && why == "" {
			held++
		}
	}
	if held == 0 || held > heldMost {
		t.Errorf("%d are held back at once", held)
	}
}

func TestRefusedChatWaitsAlone(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	p.heard(7, core.Reply, 17*time.Second)
	wants(t, p, 7, reply(), 17*time.Second, "telegram_flood")
	wants(t, p, 8, reply(), 0, "")
	now = now.Add(17*time.Second - time.Millisecond)
	if wait, why := p.reserve(7, reply()); wait != time.Millisecond || why == "" {
		t.Errorf("a moment before: %v %q", wait, why)
	}
	now = now.Add(time.Millisecond)
	wants(t, p, 7, reply(), 0, "")
}

// TestRefusalsAmongManyAnswersStopNobodyElse is a Telegram that refuses every
// fiftieth message, thousands of them a second.
func TestRefusalsAmongManyAnswersStopNobodyElse(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(0, clock)
	for n := range int64(5000) {
		after := time.Duration(0)
		if n%50 == 49 {
			after = time.Second
		}
		p.heard(n, core.Reply, after)
		now = now.Add(time.Millisecond / 2)
	}
	wants(t, p, 1_000_000, reply(), 0, "")
}

// TestFloodStopsTheBot is the other case: nothing is served any more.
func TestFloodStopsTheBot(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	for n := range int64(100) {
		p.heard(n, core.Reply, 0)
	}
	now = now.Add(5 * time.Second)
	p.heard(1, core.Reply, 3*time.Second)
	p.heard(1, core.Reply, 3*time.Second)
	p.heard(2, core.Reply, 40*time.Second)
	wants(t, p, 9, reply(), 0, "")
	p.heard(3, core.Reply, 5*time.Second)
	if wait, why := p.reserve(9, reply()); why != "telegram_flood" || wait <= 40*time.Second || wait > 41*time.Second {
		t.Errorf("waits %v %q", wait, why)
	}
	if wait, _ := p.reserve(10, reply()); wait <= 40*time.Second+50*time.Millisecond {
		t.Errorf("two come back at the same moment: %v", wait)
	}
	if p.room(core.Unasked) != 0 || p.room(core.Bulk) != 0 {
		t.Error("reminders ring meanwhile")
	}
	now = now.Add(40 * time.Second)
	wants(t, p, 9, reply(), 0, "")
}

// TestFloodAfterLongWeather: refusals here and there for a minute do not hide
// that nothing is served any more.
func TestFloodAfterLongWeather(t *testing.T) {
	t.Parallel()
	now := noon()
	p := newPace(30, func() time.Time { return now })
	chat := int64(0)
	send := func(refused bool) {
		chat++
		now = now.Add(2 * time.Millisecond)
		after := time.Duration(0)
		if refused {
			after = time.Minute
		}
		p.heard(chat, core.Reply, after)
	}
	for n := range 30_000 {
		send(n%50 == 0)
	}
	wants(t, p, -1, reply(), 0, "")
	for range 2500 { // five seconds
		send(true)
	}
	if _, why := p.reserve(-1, reply()); why != core.ChatFlood {
		t.Error("the bot goes on into the flood")
	}
}

// TestFloodOfABroadcastHoldsNoAnswerUp is law: bulk never delays a reply.
func TestFloodOfABroadcastHoldsNoAnswerUp(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	for n := range int64(10) {
		p.heard(n, core.Bulk, 600*time.Second)
	}
	wants(t, p, 99, reply(), 0, "")
	wants(t, p, 98, unasked(), 0, "")
	wants(t, p, 97, bulk(), 600*time.Second, "telegram_flood")
	if p.room(core.Bulk) != 0 {
		t.Error("the broadcast goes on")
	}
}

func TestIdleChatsAreForgotten(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	p := newPace(30, clock)
	p.heard(1, core.Reply, time.Hour)
	for n := range int64(10 * manyChats) {
		p.reserve(n+2, reply())
		now = now.Add(time.Millisecond)
	}
	if len(p.chats) > manyChats {
		t.Errorf("%d chats are kept", len(p.chats))
	}
	if p.chats[1] == nil {
		t.Error("a refused chat is forgotten")
	}
}

// TestFloodIsHeardThroughTheAPI sends to a server with Telegram's own limits.
func TestFloodIsHeardThroughTheAPI(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	sender.Keep(30)
	for id := range int64(5) {
		started(server, id+1)
	}
	server.Inject(telegramtest.Fault{Method: "sendMessage", Times: 3, Status: http.StatusTooManyRequests, RetryAfter: 600 * time.Second})
	for id := range int64(3) {
		_, err := sender.Send(within(t), id+1, core.Message{Text: "всем", Pace: bulk()})
		if coded := sales.AsError(err); coded.Code != "telegram_flood" || coded.After != 600*time.Second {
			t.Fatalf("got %v", err)
		}
	}
	_, err := sender.Send(within(t), 4, core.Message{Text: "всем", Pace: bulk()})
	if coded := sales.AsError(err); coded.Code != "telegram_flood" || coded.After < 590*time.Second || len(server.Sent("sendMessage")) != 3 {
		t.Errorf("the broadcast goes on: %v", err)
	}
	if _, err := sender.Send(within(t), 5, core.Message{Text: "вам", Pace: reply()}); err != nil {
		t.Errorf("an answer waits: %v", err)
	}
}

// TestSickTelegramStopsTheBroadcast leaves few messages of unknown outcome, and
// answers go on.
func TestSickTelegramStopsTheBroadcast(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	sender.Keep(30)
	started(server, 1)
	server.Inject(telegramtest.Fault{Method: "sendMessage", Status: http.StatusBadGateway})
	for n, want := range []string{core.ChatUnavailable, "telegram_flood"} {
		if _, err := sender.Send(within(t), 1, core.Message{Text: "всем", Pace: bulk()}); sales.AsError(err).Code != want {
			t.Errorf("message %d: %v", n, err)
		}
	}
	if _, err := sender.Send(within(t), 1, core.Message{Text: "вам", Pace: reply()}); err != nil || sender.Room(core.Bulk) != 0 {
		t.Errorf("%v, room %d", err, sender.Room(core.Bulk))
	}
}

func TestMovedGroupIsNamed(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	server.Channel(-100500, "Отдел продаж")
	server.Migrate(-500, -100500)
	_, err := sender.Send(within(t), -500, core.Message{Text: "лид"})
	coded := sales.AsError(err)
	var moved *core.MovedError
	if !errors.As(coded, &moved) || moved.To != -100500 || coded.Uncertain {
		t.Fatalf("got %+v", coded)
	}
	if _, err := sender.Send(within(t), moved.To, core.Message{Text: "лид"}); err != nil {
		t.Error(err)
	}
	if _, err := sender.Invite(within(t), "-500", "Анна", time.Now().Add(time.Hour)); err != nil {
		t.Errorf("an invitation by the old id: %v", err)
	}
	if err := sender.Kick(within(t), "-500", 7); err != nil && sales.AsError(err).Code == "telegram_migrated" {
		t.Errorf("a kick by the old id: %v", err)
	}
}

func TestTextWithoutTagsIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	if _, err := sender.Send(within(t), 7, core.Message{Text: "a < b & <b>c", Plain: true}); err != nil || last(user).Text != "a < b & <b>c" {
		t.Errorf("%v, %q", err, last(user).Text)
	}
}

// BenchmarkPaceOfAnswers is what keeping the limits costs each answer.
func BenchmarkPaceOfAnswers(b *testing.B) {
	p := newPace(30, time.Now)
	var chat int64
	for b.Loop() {
		chat = (chat + 1) % 10_000
		if err := p.enter(b.Context(), chat, reply()); err != nil {
			b.Fatal(err)
		}
		p.heard(chat, core.Reply, 0)
	}
}

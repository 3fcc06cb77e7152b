package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"voronka/bot"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

const crowd = `
flow: club
start: hello
segments: {vips: tag.vip}
anywhere:
  - {text: [стоп, отписаться], do: [{say: Больше не пишем}]}
  - {text: вип, do: [{tag: vip}]}
  - {text: Владивосток, do: [{set: {timezone: Asia/Vladivostok}}]}
  - {blocked: true, do: [{tag: ушёл}]}
  - {command: sale, to: sale}
states:
  hello: {do: [{say: Привет}, {ask: Сколько вам лет?, into: age}], next: aged}
  aged: {do: [{say: "Вам #{age}"}], end: true}
  sale: {do: [{say: "Скидка для #{name}"}, {say: Успевайте}], end: true}
`

// hall is a chat with many customers, who hear what was said to them alone.
type hall struct {
	mu            sync.Mutex
	heard         map[int64][]string
	before, after func(chat int64, m bot.Message) error
	room, invited int
	noLinks       error // why no link into a channel can be made
}

func (h *hall) Send(_ context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, hook := range []func(int64, bot.Message) error{h.before, h.after} {
		if i == 1 {
			h.heard[chat] = append(h.heard[chat], m.Text)
		}
		if hook != nil {
			if err := hook(chat, m); err != nil {
				return bot.Sent{}, err
			}
		}
	}
	return bot.Sent{Message: 1}, nil
}

func (h *hall) Acknowledge(context.Context, int64, string, string) error { return nil }

func (h *hall) Invite(context.Context, string, string, time.Time) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.noLinks != nil {
		return "", h.noLinks
	}
	h.invited++
	return fmt.Sprint("https://t.me/+", h.invited), nil
}

func (h *hall) Room(of bot.Urgency) int {
	if of == bot.Bulk {
		return h.room
	}
	return 1000
}

// heardBy is what one customer heard.
func (h *hall) heardBy(chat int64) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.heard[chat])
}

// said are the customers who heard a text, and how often.
func (h *hall) said(text string) map[int64]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	found := map[int64]int{}
	for chat, all := range h.heard {
		for _, one := range all {
			if one == text {
				found[chat]++
			}
		}
	}
	return found
}

// party is a world with many customers, the first of them 1.
func party(t *testing.T, guests int) (*world, *hall) { return partyOf(t, crowd, guests) }

func partyOf(t *testing.T, source string, guests int) (*world, *hall) {
	t.Helper()
	h := &hall{heard: map[int64][]string{}, room: 1000}
	w := newWorld(t, source, func(c *bot.Config) { c.Chat = h })
	for id := range int64(guests) {
		w.from(id+1, "/start")
	}
	w.drain()
	return w, h
}

// from lets one customer speak.
func (w *world) from(id int64, text string) {
	w.Helper()
	w.updates++
	in := flows.Input{Kind: flows.Text, Text: text}
	if name, ok := strings.CutPrefix(text, "/"); ok {
		in = flows.Input{Kind: flows.Command, Text: name}
	}
	in.ID, in.At, in.Contact = fmt.Sprint("tg:", w.updates), w.clock.Now(), fmt.Sprint("tg:", id)
	in.Profile = flows.Profile{ChatID: id, Name: fmt.Sprint("Гость ", id)}
	if err := w.Handle(w.ctx(), in); err != nil {
		w.Fatal(err)
	}
}

func (w *world) announce(plan bot.Broadcast) bot.Broadcast {
	w.Helper()
	made, err := w.Announce(w.ctx(), plan)
	if err != nil {
		w.Fatal(err)
	}
	return made
}

func (w *world) report() bot.BroadcastReport {
	w.Helper()
	all, err := w.Broadcasts(w.ctx(), 1)
	if err != nil || len(all) != 1 {
		w.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// once says that these customers, and nobody else, heard it once.
func once(ids ...int64) map[int64]int {
	want := map[int64]int{}
	for _, id := range ids {
		want[id] = 1
	}
	return want
}

func upTo(n int64, but ...int64) map[int64]int {
	var ids []int64
	for id := range n {
		if !slices.Contains(but, id+1) {
			ids = append(ids, id+1)
		}
	}
	return once(ids...)
}

func TestBroadcastReachesItsAudienceOnce(t *testing.T) {
	t.Parallel()
	w, h := party(t, 40)
	for id, word := range map[int64]string{1: "стоп", 2: "Отписаться!", 3: "вип", 4: "вип", 5: "стоп"} {
		w.from(id, word)
	}
	w.from(5, "подписаться")
	w.updates++
	gone := flows.Input{ID: "gone", Kind: flows.Blocked, Contact: "tg:6", At: w.clock.Now(), Profile: flows.Profile{ChatID: 6}}
	if err := errors.Join(w.Handle(w.ctx(), gone), w.Operate(w.ctx(), "tg:7", "act", flows.Join, "")); err != nil {
		t.Fatal(err)
	}
	w.drain()
	plan := bot.Broadcast{ID: "b1", Text: "Скидка, #{name}!", If: "not tag.vip"}
	estimate, err := w.EstimateBroadcast(w.ctx(), plan)
	want := bot.BroadcastEstimate{
		Reaches: map[flows.Reach]int{"yes": 34, "others": 2, "opted_out": 2, "blocked": 1, "manual": 1}, Now: 34, Sample: "Скидка, Гость 10!",
	}
	if diff := cmp.Diff(want, estimate); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	estimate, err = w.EstimateBroadcast(w.ctx(), bot.Broadcast{ID: "b2", Text: "Вам", If: "segment.vips and days_silent < 1"})
	if estimate.Now != 2 || err != nil {
		t.Errorf("a segment: %+v, %v", estimate, err)
	}
	if len(h.said("Скидка, Гость 10!")) != 0 {
		t.Error("counting says it")
	}
	for range 3 { // an impatient finger
		w.announce(plan)
	}
	w.clock.pass(time.Second)
	w.from(41, "/start") // came later
	for range 5 {
		w.pass(time.Second)
	}
	for id := range int64(41) {
		heard := h.said(fmt.Sprintf("Скидка, Гость %d!", id+1))
		if !slices.Contains([]int64{1, 2, 3, 4, 6, 7, 41}, id+1) != cmp.Equal(heard, once(id+1)) {
			t.Errorf("customer %d: %v", id+1, heard)
		}
	}
	got := w.report()
	if got.Status != bot.BroadcastDone || got.Told != 34 || got.Outcome.Arrived != 34 || got.Skipped[flows.ReachOptOut] != 2 {
		t.Errorf("report %+v", got)
	}
	w.from(8, "18") // the question went on waiting
	w.drain()
	if len(h.said("Вам 18")) != 1 {
		t.Error("a broadcast took the place of an answer")
	}
}

// TestBroadcastGoesOnAfterCrashesAtTheExactCustomer restarts between any two
// steps, with jobs that have not run yet.
func TestBroadcastGoesOnAfterCrashesAtTheExactCustomer(t *testing.T) {
	t.Parallel()
	w, h := party(t, 30)
	h.room = 7
	w.announce(bot.Broadcast{ID: "b1", To: "sale"})
	for range 6 {
		w.clock.pass(time.Second)
		if err := w.Tick(w.ctx()); err != nil {
			t.Fatal(err)
		}
		w.restart()
	}
	w.drain()
	if diff := cmp.Diff(upTo(30), h.said("Успевайте")); diff != "" {
		t.Error(diff)
	}
	for id := range int64(30) {
		if heard := h.heard[id+1]; !slices.Equal(heard[2:], []string{fmt.Sprintf("Скидка для Гость %d", id+1), "Успевайте"}) {
			t.Errorf("customer %d heard %q", id+1, heard)
		}
	}
	if got := w.report(); got.Status != bot.BroadcastDone || got.Told != 30 || got.Outcome.Arrived != 30 {
		t.Errorf("report %+v", got)
	}
}

// TestBroadcastOnItsWayInACrashIsNotSaidAgain starts over what the file holds
// when the process dies with a message on its way.
func TestBroadcastOnItsWayInACrashIsNotSaidAgain(t *testing.T) {
	t.Parallel()
	w, h := party(t, 3)
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	if err := w.Tick(w.ctx()); err != nil {
		t.Fatal(err)
	}
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		job, _, err := tx.Head("chat/tg:2")
		job.Began = true
		return errors.Join(err, tx.Save(job))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.drain()
	w.pass(time.Hour)
	if diff := cmp.Diff(once(1, 3), h.said("Новость")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(bot.BroadcastOutcome{Arrived: 2, Unknown: 1}, w.report().Outcome); diff != "" {
		t.Error(diff)
	}
}

func TestBroadcastPausesGoesOnAndStops(t *testing.T) {
	t.Parallel()
	w, h := party(t, 30)
	h.room = 5
	steer := func(word string) {
		t.Helper()
		if err := w.SteerBroadcast(w.ctx(), "b1", word); err != nil {
			t.Fatal(err)
		}
	}
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость", At: w.clock.Now().Add(time.Hour)})
	w.pass(59 * time.Minute)
	if len(h.said("Новость")) != 0 {
		t.Fatal("before its time")
	}
	w.pass(time.Minute)
	steer(bot.PauseBroadcast)
	w.pass(time.Hour)
	w.restart()
	w.pass(time.Hour)
	if n := len(h.said("Новость")); n != 5 || w.report().Status != bot.BroadcastPaused {
		t.Fatalf("paused after %d, %+v", n, w.report())
	}
	steer(bot.ResumeBroadcast)
	w.pass(time.Second)
	steer(bot.StopBroadcast)
	steer(bot.ResumeBroadcast)
	for range 5 {
		w.pass(time.Hour)
	}
	if got := w.report(); len(h.said("Новость")) != 10 || got.Status != bot.BroadcastStopped || got.Outcome.Arrived != 10 {
		t.Errorf("stopped after %d, %+v", len(h.said("Новость")), got)
	}
	if err := w.SteerBroadcast(w.ctx(), "b2", bot.StopBroadcast); sales.AsError(err).Code != "broadcast_unknown" {
		t.Errorf("an unknown one: %v", err)
	}
}

// TestStormOverABroadcastHoldsNoAnswerUp is a Telegram that refuses broadcasts
// for minutes: whoever writes is answered at once, and the broadcast arrives
// once, in its order, when it may.
func TestStormOverABroadcastHoldsNoAnswerUp(t *testing.T) {
	t.Parallel()
	w, h := party(t, 20)
	storm := true
	h.before = func(_ int64, m bot.Message) error {
		if storm && m.Pace.Urgency == bot.Bulk {
			return &sales.Error{Code: "telegram_flood", After: 10 * time.Minute}
		}
		return nil
	}
	w.announce(bot.Broadcast{ID: "b1", To: "sale"})
	w.pass(time.Second)
	for id := range int64(20) {
		w.from(id+1, "/start")
	}
	w.drain()
	for id, heard := range h.heard {
		if len(heard) != 4 {
			t.Errorf("customer %d waits for an answer: %q", id, heard)
		}
	}
	storm = false
	w.pass(9 * time.Minute)
	if len(h.said("Успевайте")) != 0 {
		t.Error("before Telegram allowed it")
	}
	w.pass(time.Minute)
	for id, heard := range h.heard {
		if len(heard) != 6 || heard[5] != "Успевайте" {
			t.Errorf("customer %d heard %q", id, heard)
		}
	}
	if got := w.report(); got.Outcome != (bot.BroadcastOutcome{Arrived: 20}) {
		t.Errorf("report %+v", got)
	}
}

// TestNetworkThatIsDownLeavesNoAnswerBehindABroadcast: an answer does not wait
// until the broadcast before it is tried again.
func TestNetworkThatIsDownLeavesNoAnswerBehindABroadcast(t *testing.T) {
	t.Parallel()
	w, h := party(t, 3)
	h.before = func(int64, bot.Message) error { return &sales.Error{Code: "telegram_unreachable"} }
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	w.pass(time.Second)
	h.before = nil
	w.from(2, "/start")
	w.drain()
	if heard := h.heard[2]; len(heard) != 4 {
		t.Errorf("the answer waits: %q", heard)
	}
	w.pass(time.Minute)
	if diff := cmp.Diff(upTo(3), h.said("Новость")); diff != "" || w.report().Outcome.Arrived != 3 {
		t.Errorf("%s, %+v", diff, w.report())
	}
}

// TestBroadcastCountsWhatBecameOfIt: customers who have gone, lost answers and
// refusals are counted, stand in the dialogs, and bury nothing.
func TestBroadcastCountsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	w, h := party(t, 10)
	h.before = func(chat int64, _ bot.Message) error {
		switch chat {
		case 1, 7:
			return &sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}
		case 2:
			return &sales.Error{Code: "telegram_refused", Action: sales.Bury}
		}
		return nil
	}
	h.after = func(chat int64, _ bot.Message) error {
		if chat == 3 {
			return &sales.Error{Code: "telegram_unreachable", Uncertain: true}
		}
		return nil
	}
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	for range 10 {
		w.pass(time.Minute)
	}
	if diff := cmp.Diff(upTo(10, 1, 2, 7), h.said("Новость")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(bot.BroadcastOutcome{Arrived: 6, Gone: 2, Unknown: 1, Failed: 1}, w.report().Outcome); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) != 0 || len(w.journal("unsent")) != 1 {
		t.Errorf("buried %q, waiting %q, journal %q", jobs, w.waiting(), w.journal())
	}
	if tags := w.session().Tags; len(tags) != 1 {
		t.Errorf("the flow did not hear that the customer has gone: %q", tags)
	}
}

func TestBroadcastThatEverybodyIsRefusedPauses(t *testing.T) {
	t.Parallel()
	w, h := party(t, 60)
	h.room = 10
	h.before = func(int64, bot.Message) error { return &sales.Error{Code: "telegram_refused", Action: sales.Bury} }
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	for range 10 {
		w.pass(time.Second)
	}
	if got := w.report(); got.Status != bot.BroadcastPaused || got.Why != "broadcast_refused" || got.Told > 30 {
		t.Errorf("report %+v", got)
	}
}

// TestBroadcastWaitsForTheCustomersMorning sends at nine in the evening by
// Moscow, where it may be said, and four in the morning in Vladivostok.
func TestBroadcastWaitsForTheCustomersMorning(t *testing.T) {
	t.Parallel()
	w, h := party(t, 6)
	w.from(2, "Владивосток")
	w.from(5, "Владивосток")
	w.clock.pass(6 * time.Hour) // 18:00 UTC
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость", Hours: "10:00–22:00"})
	w.pass(time.Second)
	if diff := cmp.Diff(upTo(6, 2, 5), h.said("Новость")); diff != "" {
		t.Fatal(diff)
	}
	if got := w.report(); got.Status != bot.BroadcastRuns || got.Skipped[flows.ReachQuiet] != 2 {
		t.Errorf("report %+v", got)
	}
	w.pass(5 * time.Hour) // 23:00 UTC: nine in the morning there
	w.restart()
	w.from(5, "стоп")
	w.pass(59 * time.Minute)
	if len(h.said("Новость")) != 4 {
		t.Error("too early there")
	}
	w.pass(2 * time.Minute)
	if diff := cmp.Diff(upTo(6, 5), h.said("Новость")); diff != "" {
		t.Error(diff)
	}
	if got := w.report(); got.Status != bot.BroadcastDone || got.Told != 5 || got.Skipped[flows.ReachOptOut] != 1 {
		t.Errorf("report %+v", got)
	}
}

// TestTwoReplicasTellEachOnce lets two bots walk over one store at once.
func TestTwoReplicasTellEachOnce(t *testing.T) {
	t.Parallel()
	w, h := party(t, 120)
	second, err := bot.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	var group sync.WaitGroup
	for _, one := range []*bot.Bot{w.Bot, second} {
		group.Go(func() {
			if err := one.Tick(w.ctx()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.pass(time.Second)
	if diff := cmp.Diff(upTo(120), h.said("Новость")); diff != "" {
		t.Error(diff)
	}
	if got := w.report(); got.Told != 120 || got.Status != bot.BroadcastDone {
		t.Errorf("report %+v", got)
	}
}

func TestWrongBroadcastsAreRefused(t *testing.T) {
	t.Parallel()
	w, _ := party(t, 1)
	for code, plan := range map[string]bot.Broadcast{
		"broadcast_empty": {}, "broadcast_both": {Text: "а", To: "sale"}, "broadcast_state": {To: "sail"},
		"broadcast_flow": {Text: "а", Flow: "shop"}, "broadcast_if": {Text: "а", If: "tag.vip ="}, "broadcast_hours": {Text: "а", Hours: "утром"}, "broadcast_gap": {Text: "а", Gap: "сутки"},
		"broadcast_text": {Text: "Привет, #{name"}, "broadcast_long": {Text: strings.Repeat("😀", 2049)},
	} {
		plan.ID = "b1"
		if _, err := w.Announce(w.ctx(), plan); sales.AsError(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	all, err := w.Broadcasts(w.ctx(), 10)
	if err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestBroadcastOfAStateThatIsGonePauses: an edit took the state away meanwhile.
func TestBroadcastOfAStateThatIsGonePauses(t *testing.T) {
	t.Parallel()
	w, h := party(t, 5)
	w.announce(bot.Broadcast{ID: "b1", To: "sale", At: w.clock.Now().Add(time.Hour)})
	without := strings.NewReplacer("  sale:", "  bargain:", "to: sale", "to: bargain").Replace(crowd)
	edited := newWorld(t, without)
	if err := w.Publish(w.ctx(), edited.config.Project); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * time.Hour)
	if got := w.report(); got.Status != bot.BroadcastPaused || got.Why != "broadcast_state" || len(h.said("Успевайте")) != 0 {
		t.Errorf("report %+v", got)
	}
}

// TestManyAreToldInBoundedSteps: however many customers there are, a tick tells
// as many as there is room for.
func TestManyAreToldInBoundedSteps(t *testing.T) {
	t.Parallel()
	w, h := party(t, 300)
	h.room = 25
	w.announce(bot.Broadcast{ID: "b1", Text: "Новость"})
	for n := 1; n <= 12; n++ {
		w.clock.pass(time.Second)
		if err := w.Tick(w.ctx()); err != nil {
			t.Fatal(err)
		}
		var jobs []outbox.Job
		w.view(func(tx storage.Tx) (err error) {
			jobs, err = tx.Waiting(1000)
			return err
		})
		if len(jobs) != 25 {
			t.Fatalf("tick %d leaves %d jobs", n, len(jobs))
		}
		w.drain()
	}
	if diff := cmp.Diff(upTo(300), h.said("Новость"), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// TestBroadcastsKeepTheirDistance: with a gap, whoever had another one a short
// while ago is left out.
func TestBroadcastsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	w, h := party(t, 6)
	w.announce(bot.Broadcast{ID: "b1", Text: "Первая", If: "client_id == 'tg:2'"})
	w.pass(time.Second)
	w.pass(23 * time.Hour)
	w.announce(bot.Broadcast{ID: "b2", Text: "Вторая", Gap: "24h"})
	w.pass(time.Second)
	if diff := cmp.Diff(upTo(6, 2), h.said("Вторая")); diff != "" || w.report().Skipped[flows.ReachRecent] != 1 {
		t.Errorf("%s, %+v", diff, w.report())
	}
	w.announce(bot.Broadcast{ID: "b3", Text: "Третья"})
	w.pass(time.Second)
	if diff := cmp.Diff(upTo(6), h.said("Третья")); diff != "" {
		t.Error(diff)
	}
}

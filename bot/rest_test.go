package bot_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"voronka/bot"
	"voronka/sales"
)

// drowsy is a hall that Telegram stops: whoever sends meanwhile is seen.
type drowsy struct {
	*hall
	mu    sync.Mutex
	now   func() time.Time
	until map[bot.Urgency]time.Time
	// account is the bot's, mostly the same.
	account string
}

func (d *drowsy) Rests(of bot.Urgency) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return later(d.until[bot.Reply], d.until[of])
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (d *drowsy) Account() string { return d.account }

func (d *drowsy) Resting(of bot.Urgency) time.Duration { return max(0, d.Rests(of).Sub(d.now())) }

func (d *drowsy) Rest(of bot.Urgency, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until[of] = later(d.until[of], d.now().Add(wait))
}

func (d *drowsy) Send(ctx context.Context, chat int64, m bot.Message) (bot.Sent, error) {
	if wait := d.Rests(m.Pace.Urgency).Sub(d.now()); wait > 0 {
		return bot.Sent{}, &sales.Error{Code: bot.ChatFlood, After: wait}
	}
	return d.hall.Send(ctx, chat, m)
}

// sleepers are processes of one bot, each with a chat of its own.
func sleepers(t *testing.T, count int) (w *world, chats []*drowsy) {
	t.Helper()
	w, h := party(t, 3)
	w.clock.now, w.config.Now = time.Now(), time.Now
	if count > 1 {
		w.config.Lead = func(ctx context.Context, run func(context.Context) error) error { return run(ctx) }
	}
	for range count {
		chats = append(chats, &drowsy{hall: h, now: time.Now, until: map[bot.Urgency]time.Time{}})
	}
	return w, chats
}

// runs lets a process of the bot work.
func (w *world) runs(chat *drowsy) (stop func()) {
	w.Helper()
	w.config.Chat = chat
	w.restart()
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func(b *bot.Bot) { ended <- b.Run(ctx) }(w.Bot)
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Error(err)
		}
	})
}

// TestRestOutlivesTheProcess: a start while Telegram wants to be left alone for
// minutes sends nothing before the time, and what waited then.
func TestRestOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, chats := sleepers(t, 1)
		until := time.Now().Add(300 * time.Second)
		stop := w.runs(chats[0])
		chats[0].Rest(bot.Reply, time.Until(until))
		<-time.After(2 * time.Second)
		chats[0].Rest(bot.Bulk, time.Until(until)+time.Minute) // and in the last moment
		stop()
		fresh := &drowsy{hall: chats[0].hall, now: time.Now, until: map[bot.Urgency]time.Time{}}
		defer w.runs(fresh)()
		synctest.Wait()
		if got := fresh.Rests(bot.Reply); !got.Equal(until) {
			t.Errorf("it rests until %v, want %v", got, until)
		}
		if got := fresh.Rests(bot.Bulk); !got.Equal(until.Add(time.Minute)) {
			t.Errorf("broadcasts rest until %v", got)
		}
		w.from(1, "/start")
		<-time.After(time.Until(until) - time.Millisecond)
		if heard := fresh.heardBy(1); len(heard) != 2 {
			t.Errorf("told before the time: %q", heard)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if heard := fresh.heardBy(1); len(heard) != 4 {
			t.Errorf("at its time: %q", heard)
		}
	})
}

// TestAnotherBotHasItsOwnRest: a token of another bot over the same database waits
// for nothing that its predecessor was told.
func TestAnotherBotHasItsOwnRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, chats := sleepers(t, 1)
		stop := w.runs(chats[0])
		chats[0].Rest(bot.Reply, 3*time.Hour)
		<-time.After(2 * time.Second)
		stop()
		other := &drowsy{hall: chats[0].hall, now: time.Now, until: map[bot.Urgency]time.Time{}, account: "43"}
		defer w.runs(other)()
		synctest.Wait()
		if left := other.Resting(bot.Reply); left != 0 {
			t.Errorf("it waits for %v", left)
		}
	})
}

// TestNeighboursHearOfARest: what one process is told the others keep as well,
// within seconds.
func TestNeighboursHearOfARest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, chats := sleepers(t, 2)
		defer w.runs(chats[0])()
		defer w.runs(chats[1])()
		<-time.After(time.Second / 2)
		until := time.Now().Add(300 * time.Second)
		chats[0].Rest(bot.Reply, time.Until(until))
		<-time.After(3 * time.Second)
		if got := chats[1].Rests(bot.Reply); !got.Equal(until) {
			t.Errorf("the second rests until %v, want %v", got, until)
		}
		chats[1].Rest(bot.Reply, time.Until(until)+time.Minute)
		<-time.After(3 * time.Second)
		if got := chats[0].Rests(bot.Reply); !got.Equal(until.Add(time.Minute)) {
			t.Errorf("the first rests until %v", got)
		}
	})
}

// TestRestOfAWrongClock: a pause that was written by a clock an hour ahead lasts
// no longer than Telegram asked for.
func TestRestOfAWrongClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, chats := sleepers(t, 1)
		w.config.Now = func() time.Time { return time.Now().Add(time.Hour) }
		stop := w.runs(chats[0])
		chats[0].Rest(bot.Reply, 300*time.Second)
		<-time.After(2 * time.Second)
		stop()
		w.config.Now = time.Now
		fresh := &drowsy{hall: chats[0].hall, now: time.Now, until: map[bot.Urgency]time.Time{}}
		defer w.runs(fresh)()
		synctest.Wait()
		if left := time.Until(fresh.Rests(bot.Reply)); left <= 290*time.Second || left > 300*time.Second {
			t.Errorf("it rests for %v", left)
		}
	})
}

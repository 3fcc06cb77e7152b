package bot_test

import (
	"errors"
	"testing"
	"time"

	"voronka/bot"
	"voronka/crm"
	"voronka/storage"
)

// awake lets the clock tick for a while, as it does while a process runs.
func (w *world) awake(d time.Duration) {
	w.Helper()
	for range int(d / (10 * time.Second)) {
		w.catchUp(nil)
		w.clock.pass(10 * time.Second)
	}
}

func (w *world) catchUp(want error) {
	w.Helper()
	if err := errors.Join(w.Listen(w.ctx()), w.CatchUp(w.ctx())); (err != nil) != (want != nil) {
		w.Fatalf("%v, want %v", err, want)
	}
	w.drain()
}

// asleep is a process that is not there for a while.
func (w *world) asleep(d time.Duration) (from time.Time) {
	w.Helper()
	from = w.clock.Now()
	w.clock.pass(d)
	w.restart()
	return from
}

func (p *parlour) asks() [][2]time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}

func TestPersonIsCalledWhereAManagerWroteWhileNobodyListened(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	w.say("/start")
	w.ticked()
	deal := ""
	w.view(func(tx storage.Tx) (err error) {
		deal, err = tx.Ref("deal/deal1")
		return err
	})
	if deal != "tg:7" {
		t.Fatalf("the deal is %q's", deal)
	}
	w.awake(5 * time.Minute)
	w.asleep(5 * time.Second) // an edit of the settings
	w.awake(time.Minute)
	if asked := p.asks(); asked != nil {
		t.Fatalf("asked what was missed in %v", asked)
	}

	stopped := w.asleep(time.Hour)
	p.wrote = []crm.Wrote{{Deal: "deal1", At: stopped.Add(20 * time.Minute)}, {Deal: "deal1", At: stopped.Add(30 * time.Minute)}, {Deal: "77", At: stopped.Add(time.Minute)}}
	p.fall(errors.New("crm down"))
	w.catchUp(errors.New("down"))
	w.clock.pass(time.Minute)
	p.fall(nil)
	w.restart() // what was not asked yet is not forgotten
	w.awake(2 * time.Minute)
	asked := p.asks()
	if len(asked) != 2 || asked[0][0].Before(stopped.Add(-20*time.Second)) || asked[0][0].After(stopped.Add(20*time.Second)) || asked[1][1].Before(stopped.Add(time.Hour)) {
		t.Fatalf("asked about %v, stopped at %v", asked, stopped)
	}
	if w.attention() != "chat_missed" {
		t.Errorf("nobody is called: %q", w.attention())
	}
	if lines := w.journal("crm"); len(lines) != 1 || lines[0] != "event: chat_missed" {
		t.Errorf("the dialog says %q", lines)
	}
	if err := w.Attended(w.ctx(), "tg:7"); err != nil {
		t.Fatal(err)
	}
	w.awake(5 * time.Minute)
	if w.attention() != "" || p.asks() != nil {
		t.Error("it is asked for ever")
	}
}

// TestMessageThatWasHeardCallsNobody, whichever process heard it; one that was
// heard after the silence says nothing of those in it.
func TestMessageThatWasHeardCallsNobody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		heard time.Duration
		want  string
	}{
		"in the silence": {40 * time.Minute, ""},
		"before it":      {-time.Minute, "chat_missed"},
		"after it":       {61 * time.Minute, "chat_missed"},
	} {
		w, p := newParlour(t)
		w.say("/start")
		w.ticked()
		w.awake(2 * time.Minute)
		began := w.clock.Now()
		p.wrote = []crm.Wrote{{Deal: "deal1", At: began.Add(40 * time.Minute)}}
		err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
			return tx.PutRef("dialog/wrote/tg:7", began.Add(c.heard).UTC().Format(time.RFC3339))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.asleep(time.Hour)
		w.catchUp(nil)
		if got := w.attention(); got != c.want {
			t.Errorf("%s: attention %q, want %q", name, got, c.want)
		}
	}
}

// TestWithoutChatsNobodyListens: nothing is written for it.
func TestWithoutChatsNobodyListens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.Messenger = nil })
	w.awake(time.Minute)
	w.view(func(tx storage.Tx) error {
		kept, err := tx.Ref("dialog/listened")
		if kept != "" {
			t.Errorf("%q is kept", kept)
		}
		return err
	})
}

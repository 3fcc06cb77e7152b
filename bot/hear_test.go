package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// office is a CRM whose managers can be heard.
type office struct {
	*board
	mu     sync.Mutex
	news   crm.News
	looks  int
	tasks  []string
	missed []crm.Hint
	// asked are the moments since which the history was asked for, a reader of
	// which hears of each; refuse answers the call with that number.
	asked  chan time.Time
	calls  int
	refuse int
}

func (d *office) Apply(ctx context.Context, change crm.Change, known crm.Refs) (crm.Refs, error) {
	refs, err := d.board.Apply(ctx, change, known)
	if change.Stage != "" {
		refs.Place = change.Stage
	}
	refs.Tasks = d.tasks
	if refs.Responsible == "" {
		refs.Responsible = "1"
	}
	return refs, err
}

func (d *office) Hints([]byte) []crm.Hint { return nil }

func (d *office) Missed(_ context.Context, since time.Time) ([]crm.Hint, time.Time, error) {
	if d.calls++; d.asked != nil {
		d.asked <- since
	}
	if d.calls == d.refuse {
		return nil, since, &sales.Error{Code: "crm_unavailable"}
	}
	return d.missed, since.Add(time.Hour), nil
}

func (d *office) Look(context.Context, crm.Hint, crm.Refs) (crm.News, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.looks++
	return d.news, nil
}

const managed = `
flow: shop
title: Магазин
start: welcome
crm: {reply: "!"}
anywhere:
  - {stage: Договор, do: [{say: Менеджер готовит договор}]}
  - {stage: won, to: bye}
states:
  welcome: {do: [{say: Привет}], end: true}
  bye: {do: [{say: Спасибо}, {crm: {note: Прощаемся}}], end: true}
stages: {welcome: Новый}
`

func newOffice(t *testing.T) (*world, *office) {
	t.Helper()
	d := &office{}
	w := newWorld(t, managed, func(c *bot.Config) { d.board = c.CRM.(*board); c.CRM = d })
	w.say("/start")
	w.drain()
	return w, d
}

func (d *office) stands(news crm.News) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if news.Responsible == "" {
		news.Responsible = "1"
	}
	d.news = news
}

func (w *world) hint(hints ...crm.Hint) {
	w.Helper()
	if err := w.Heard(w.ctx(), hints); err != nil {
		w.Fatal(err)
	}
	w.drain()
}

func TestManagersMoveIsHeardByTheFlowOnce(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.stands(crm.News{Place: "Договор", Stage: "Договор"})
	for range 3 { // webhooks are repeated and come in any order
		w.hint(crm.Hint{Deal: "deal1", Place: "Договор"})
	}
	w.hint(crm.Hint{Deal: "stranger"})
	if diff := cmp.Diff([]string{"Привет", "Менеджер готовит договор"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if d.looks != 1 {
		t.Errorf("%d looks, want one: what is known is an echo", d.looks)
	}
}

func TestOwnStepsAreNoNews(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.stands(crm.News{Place: "Новый", Stage: "Новый"})
	w.hint(crm.Hint{Deal: "deal1", Place: "Новый"}, crm.Hint{Deal: "deal1"})
	if diff := cmp.Diff([]string{"Привет"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestDealThatAManagerWonIsClosed(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.stands(crm.News{Place: "142", Stage: crm.Won})
	w.hint(crm.Hint{Deal: "deal1"})
	if got := strings.Join(w.chat.texts(), ","); got != "Привет,Спасибо" {
		t.Errorf("said %s", got)
	}
	w.say("/start")
	w.drain()
	if got := w.crm.log(); got[len(got)-1] != "deal2 Новый" {
		t.Errorf("the CRM heard %q", got)
	}
}

func TestManagersNoteReachesTheCustomer(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	now := w.clock.Now()
	d.stands(crm.News{Place: "Новый", Stage: "Новый", Notes: []crm.HeardNote{
		{ID: "1", Text: "!давно", At: now.Add(-48 * time.Hour)}, {ID: "2", Text: "не клиенту", At: now}, {ID: "3", Text: " ! Ждём вас <завтра>", At: now}, {ID: "4", Text: "!", At: now}}})
	w.hint(crm.Hint{Deal: "deal1", Notes: true})
	w.hint(crm.Hint{Deal: "deal1", Notes: true})
	got := w.chat.texts()
	if len(got) != 2 || !strings.Contains(got[1], "Ждём вас") {
		t.Errorf("said %q", got)
	}
	w.view(func(tx storage.Tx) error {
		raw, err := tx.Ref("crm/tg:7")
		if !strings.Contains(raw, `"last_note":"4"`) {
			t.Errorf("kept %s", raw)
		}
		return err
	})
}

// TestLateNoteWaitsForAnOperator: what a manager wrote long ago is not said now, and not lost.
func TestLateNoteWaitsForAnOperator(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	now := w.clock.Now()
	d.stands(crm.News{Place: "Новый", Stage: "Новый", Notes: []crm.HeardNote{
		{ID: "1", Text: "!давно", At: now.Add(-25 * time.Hour)}, {ID: "2", Text: "не клиенту", At: now.Add(-25 * time.Hour)}}})
	w.hint(crm.Hint{Deal: "deal1", Notes: true})
	if got := w.chat.texts(); len(got) != 1 {
		t.Errorf("said %q", got)
	}
	w.view(func(tx storage.Tx) error {
		lines, err1 := tx.Journal("tg:7", 0, 100)
		reason, err2 := tx.Ref(bot.AttentionRef("tg:7"))
		var late []string
		for _, line := range lines {
			if strings.HasPrefix(line.Text, "crm_") {
				late = append(late, line.Text)
			}
		}
		if len(late) != 1 || !strings.HasSuffix(late[0], "UTC: давно") || reason != "crm_reply_late" {
			t.Errorf("the dialog has %q, attention %q", late, reason)
		}
		return errors.Join(err1, err2)
	})
}

func TestManagerAndTaskAreInTheDialog(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.stands(crm.News{Place: "Новый", Stage: "Новый", Responsible: "72", Manager: "Ольга", Done: []crm.DoneTask{{ID: "9", Text: "Позвонить", Result: "Дозвонилась"}}})
	d.tasks = []string{"9"}
	w.say("/start")
	w.drain()
	w.hint(crm.Hint{Deal: "deal1", Tasks: true})
	w.view(func(tx storage.Tx) error {
		lines, err := tx.Journal("tg:7", 0, 100)
		var told []string
		for _, line := range lines {
			if line.Kind == "crm" && line.Who == flows.Event {
				told = append(told, line.Text)
			}
		}
		if diff := cmp.Diff([]string{"crm_responsible Ольга", "crm_task_done Позвонить: Дозвонилась"}, told); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

func TestWhatNoWebhookToldIsAskedFor(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.stands(crm.News{Place: "Договор", Stage: "Договор"})
	d.missed = []crm.Hint{{Deal: "deal1", Place: "Договор"}, {Deal: "deal1", Place: "Договор"}}
	for range 3 {
		if err := w.CatchUp(w.ctx()); err != nil {
			t.Fatal(err)
		}
		w.drain()
		if d.looks == 0 && len(w.chat.texts()) != 1 {
			t.Error("what was before anybody listened is news")
		}
	}
	if diff := cmp.Diff([]string{"Привет", "Менеджер готовит договор"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

// TestHistoryIsReadPieceByPiece interrupts the reading of what happened in five
// hours: what was read is not read again.
func TestHistoryIsReadPieceByPiece(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	d.asked, d.refuse = make(chan time.Time, 100), 4
	begun := w.clock.Now()
	if err := w.CatchUp(w.ctx()); err != nil || len(d.asked) != 0 {
		t.Fatalf("the first time: %v, %d questions", err, len(d.asked))
	}
	w.clock.pass(5 * time.Hour)
	if err := w.CatchUp(w.ctx()); err == nil {
		t.Fatal("an interrupted reading is taken for a whole one")
	}
	if err := w.CatchUp(w.ctx()); err != nil {
		t.Fatal(err)
	}
	var got []time.Duration
	for len(d.asked) > 0 {
		got = append(got, (<-d.asked).Sub(begun).Round(time.Hour))
	}
	if diff := cmp.Diff([]time.Duration{0, time.Hour, 2 * time.Hour, 3 * time.Hour, 3 * time.Hour, 4 * time.Hour, 5 * time.Hour}, got); diff != "" {
		t.Error(diff)
	}
}

// TestNewProcessHearsAtOnce: one that lives for less than a minute hears all the same.
func TestNewProcessHearsAtOnce(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	if err := w.CatchUp(w.ctx()); err != nil {
		t.Fatal(err)
	}
	d.asked = make(chan time.Time)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Bot.Run(ctx) }()
	<-d.asked
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestOwnTaskThatIsClosedIsNoNews: where none of ours is open nothing is looked at.
func TestOwnTaskThatIsClosedIsNoNews(t *testing.T) {
	t.Parallel()
	w, d := newOffice(t)
	w.hint(crm.Hint{Deal: "deal1", Tasks: true})
	if d.looks != 0 {
		t.Errorf("%d looks", d.looks)
	}
}

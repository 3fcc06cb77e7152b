package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

// record plays a script and gives the stage with the journal of it all.
func record(t *testing.T, source string, script ...string) (*flows.Rehearsal, []flows.Line) {
	t.Helper()
	var journal []flows.Line
	stage := flows.NewRehearsal(flows.Engine{}, load(t, source), noon())
	stage.Watch = func(_ flows.Session, _ flows.Input, turn flows.Turn) { journal = append(journal, turn.Journal...) }
	perform(t, stage, script...)
	return stage, journal
}

// whole is a dialog with everything in it that a replay rebuilds.
func whole() []string {
	return []string{
		"/start promo", "[Купить]", "не почта", "/start", "/wait 2h", "[Подробнее]!", "[Купить]", "anna@mail.ru", "/wait 10m", "/pay fail",
		"[Ещё]", "/wait 40m", "[Обновить]", "/contact +79161234567", "/photo", "цена", "/help", "/join", "Вы где?", "/operator Тут", "/leave",
		"/pay success", "/pay refunded", "/stage Won", "/block", "/unblock", "/start", "/wait 8d", "стоп",
	}
}

func TestReplayOfTheSameFlow(t *testing.T) {
	t.Parallel()
	source := strings.Replace(shop, "start: promo, to: email", "start: promo, to: welcome", 1)
	stage, journal := record(t, source, whole()...)
	got := flows.Engine{}.Replay(stage.Flow, stage.Contact, stage.Session, journal)
	if got.Inputs < len(whole()) || got.Differ > 0 || got.Stopped != "" {
		t.Errorf("%+v %+v", got, got.First)
	}
}

func TestReplayFindsTheDifference(t *testing.T) {
	t.Parallel()
	day := func(hours int) time.Time { return noon().Add(time.Duration(hours) * time.Hour) }
	silence := []flows.Said{}
	menu := []string{"Купить", "Книга", "Подробнее"}
	text := func(words string, buttons ...string) []flows.Said {
		return []flows.Said{{Kind: "text", Text: words, Buttons: buttons}}
	}
	for name, test := range map[string]struct {
		edit   []string
		script []string
		differ int
		want   *flows.Difference
	}{
		"another text": {
			[]string{"Подробности", "Всё о курсе"}, []string{"/start", "[Подробнее]", "[Подробнее]"}, 2,
			&flows.Difference{At: day(0), Kind: flows.Button, Words: "Подробнее", Was: text("Подробности"), Becomes: text("Всё о курсе")},
		},
		"another button, pressed all the same": {
			[]string{"Книга, to: book", "Книги, to: book"}, []string{"/start", "[Купить]", "anna@mail.ru"}, 1,
			&flows.Difference{
				At: day(0), Kind: flows.Command, Words: "/start", Was: text("Привет, Анна!", menu...),
				Becomes: text("Привет, Анна!", "Купить", "Книги", "Подробнее"),
			},
		},
		"a button that leads elsewhere, found by its label": {
			[]string{"Купить, to: email", "Купить, to: bye"}, []string{"/start", "[Купить]"}, 1,
			&flows.Difference{At: day(0), Kind: flows.Button, Words: "Купить", Was: text("Почта?"), Becomes: text("Пока")},
		},
		"a reminder that comes later": {
			[]string{"{after: 24h, to: nudge", "{after: 48h, to: nudge"}, []string{"/start", "/wait 25h"}, 1,
			&flows.Difference{At: day(24), Kind: flows.Rang, Words: "welcome timer:0: after 1d", Was: text("Вы тут?"), Becomes: silence},
		},
		"a reminder that comes earlier": {
			[]string{"{after: 24h, to: nudge", "{after: 12h, to: nudge"}, []string{"/start", "/wait 25h"}, 2,
			&flows.Difference{At: day(12), Kind: flows.Rang, Words: "welcome timer:0: after 12h", Was: silence, Becomes: text("Вы тут?")},
		},
		"another price is paid in full": {
			[]string{"price: 4900,", "price: 5900,"}, []string{"/start", "[Купить]", "anna@mail.ru", "/pay success"}, 1,
			&flows.Difference{At: day(0), Kind: flows.Text, Words: "anna@mail.ru", Was: text("4\u00a0900 ₽", "pay_button"), Becomes: text("5\u00a0900 ₽", "pay_button")},
		},
		"a renamed state": {
			[]string{"to: nudge", "to: poke", "  nudge:", "  poke:", "start: welcome", "start: welcome\nmoved: {nudge: poke}"},
			[]string{"/start", "/wait 25h"}, 0, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, journal := record(t, shop, test.script...)
			flow := load(t, strings.NewReplacer(test.edit...).Replace(shop))
			got := flows.Engine{}.Replay(flow, stage.Contact, stage.Session, journal)
			if got.Differ != test.differ || got.Stopped != "" {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(test.want, got.First); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReplayIsNotGuessed(t *testing.T) {
	t.Parallel()
	blank := func(lines []flows.Line) {
		for i := range lines {
			lines[i].Text, lines[i].Buttons, lines[i].Heard = "", nil, nil
		}
	}
	for name, test := range map[string]struct {
		spoil  func([]flows.Line) []flows.Line
		inputs int
		want   string
	}{
		"recorded before": {func(l []flows.Line) []flows.Line { blank(l); return l }, 0, flows.Unrecorded},
		"erased": {func(l []flows.Line) []flows.Line {
			blank(l)
			return append(l, flows.Line{Who: flows.Event, Kind: "forget_me", Input: l[len(l)-1].Input})
		}, 0, flows.Forgotten},
		"without its beginning": {func(l []flows.Line) []flows.Line { return l[3:] }, 0, flows.Unrecorded},
		"an input that failed": {func(l []flows.Line) []flows.Line {
			return append(l, flows.Line{At: noon(), Who: flows.Customer, Input: "tg:9"})
		}, 2, flows.Unrecorded},
		"an answer of a server": {func(l []flows.Line) []flows.Line {
			return append(l, flows.Line{At: noon(), Who: flows.Event, Input: "http:9", Heard: &flows.Heard{Kind: flows.Responded, Turn: 3}})
		}, 2, flows.Unanswered},
		"notes of no input": {func(l []flows.Line) []flows.Line { return append(l, flows.Line{Who: flows.Event, Kind: "clicked"}) }, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage, journal := record(t, shop, "/start", "[Купить]")
			got := flows.Engine{}.Replay(stage.Flow, stage.Contact, stage.Session, test.spoil(journal))
			if got.Inputs != test.inputs || got.Differ > 0 || got.Stopped != test.want {
				t.Errorf("%+v", got)
			}
		})
	}
	stage, journal := record(t, shop, "/start")
	if got := (flows.Engine{}).Replay(stage.Flow, sales.Contact{}, flows.Session{}, journal); got.Stopped != flows.Unable {
		t.Errorf("without a seed: %+v", got)
	}
}

package flows_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
)

const linkedCourse = `
start: menu
products: {course: {title: Курс, price: 100, deliver: {link: "https://example.ru/c"}}}
anywhere: [{command: help, do: [{say: Помощь курса}]}]
fallback: [{contains: цена, do: [{say: Цена курса}]}]
states:
  menu:
    do: [{say: Меню, buttons: [[{text: Купить, to: buy}, {text: Опрос, to: survey/first}]]}]
    timers: [{after: 3d, do: [{say: Ждём в меню}], unless: paid}]
  buy:
    do:
      - {calc: where = "курс"}
      - call: survey/first
      - say: "Город #{town}, оттуда #{where}"
      - pay: course
    on:
      - {success: thanks, fail: menu, different_amounts: menu, expired: menu, error: menu}
      - {text: потом, to: survey/first}
  thanks: {do: [{say: Спасибо}, {deliver: course}]}
`

const linkedSurvey = `
start: first
products: {gift: {title: Подарок, price: 10, deliver: {link: "https://example.ru/g"}}}
anywhere: [{text: стоп, once: true, do: [{say: Опрос остановлен}]}]
otherwise: [{say: Ответьте на вопрос}]
states:
  first:
    do: [{ask: "Ваш город? (#{where})", into: town}]
    timers: [{after: 1h, do: [{say: Ждём ответа}]}]
    next: second
  second:
    do: [{say: Подарок?, buttons: [[{text: Да, to: gift}, {text: Дальше, to: done}]]}]
  gift:
    do: [{pay: gift}]
    on: [{success: done, fail: done, different_amounts: done, expired: done, error: done}]
  done: {do: [{return: true}]}
`

func linked(t *testing.T, files map[string]string) *flows.Project {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	project, found, err := loader().LoadFS(tree, "")
	if err != nil || project == nil {
		t.Fatalf("%v %+v", err, found)
	}
	return project
}

// told plays lines and gives what the bot said to each, and where it ends.
func told(t *testing.T, r *flows.Rehearsal, lines ...string) string {
	t.Helper()
	var out []string
	for _, line := range lines {
		turns, err := r.Do(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for _, turn := range turns {
			for _, effect := range turn.Effects {
				switch e := effect.(type) {
				case flows.Say:
					out = append(out, flows.PlainText(e.Text))
				case flows.Deliver:
					out = append(out, "+"+e.Link)
				}
			}
		}
	}
	return strings.Join(append(out, "@"+r.Session.State), " | ")
}

func TestFlowsCallEachOther(t *testing.T) {
	t.Parallel()
	project := linked(t, map[string]string{"course.yaml": linkedCourse, "survey.yaml": linkedSurvey})
	texts := func(_, key string) string { return "‹" + key + "›" }
	r := flows.NewRehearsal(flows.Engine{Texts: texts}, project.Flow("course"), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	for _, step := range []struct{ do, want string }{
		{"/start", "Меню | @menu"},
		{"[Купить]", "Ваш город? (курс) | @survey/first"},
		{"/help", "Помощь курса | @survey/first"},
		{"/wait 1h", "Ждём ответа | @survey/first"},
		{"стоп", "Опрос остановлен | @survey/first"},
		{"Казань", "Подарок? | @survey/second"},
		{"цена", "Ответьте на вопрос | @survey/second"},
		{"[Дальше]", "Город Казань, оттуда курс | ‹pay› | @buy"},
		// the button of the survey still leads into it, and the price of the course into its own state
		{"[Да]", "‹pay› | @survey/gift"},
		{"/start", "Меню | @menu"},
		{"[Опрос]", "Ваш город? (курс) | @survey/first"},
		{"/wait 3d", "Ждём ответа | Ждём в меню | @survey/first"},
		{"/start", "Меню | @menu"},
		{"[Да]", "‹pay› | @survey/gift"},
		{"/pay success", "@survey/done"},
		{"/start", "Меню | @menu"},
	} {
		if got := told(t, r, step.do); got != step.want {
			t.Errorf("%s: %s, want %s", step.do, got, step.want)
		}
		if r.Session.Flow != "course" {
			t.Fatalf("the dialog is now of %s", r.Session.Flow)
		}
	}
	if !slices.Contains(r.Session.Once, "survey/anywhere/text: стоп") {
		t.Errorf("once: %q", r.Session.Once)
	}
}

// TestMoneyFindsTheFlowThatAsked pays for what one flow sells while the
// customer is in another.
func TestMoneyFindsTheFlowThatAsked(t *testing.T) {
	t.Parallel()
	project := linked(t, map[string]string{"course.yaml": linkedCourse, "survey.yaml": linkedSurvey})
	r := flows.NewRehearsal(flows.Engine{}, project.Flow("course"), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	told(t, r, "/start", "[Купить]", "Казань", "[Дальше]", "потом")
	if got := told(t, r, "/pay success"); got != "Спасибо | +https://example.ru/c | @thanks" {
		t.Error(got)
	}
}

func TestDialogsFollowRenamesInOtherFlows(t *testing.T) {
	t.Parallel()
	before := linked(t, map[string]string{"course.yaml": linkedCourse, "survey.yaml": linkedSurvey})
	renamed := strings.NewReplacer("first", "town", "start: first", "start: town").Replace(linkedSurvey)
	after := linked(t, map[string]string{
		"course.yaml": strings.ReplaceAll(linkedCourse, "survey/first", "survey/town"),
		"survey.yaml": renamed + "moved: {first: town}\n",
	})
	r := flows.NewRehearsal(flows.Engine{}, before.Flow("course"), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	told(t, r, "/start", "[Купить]")
	plan := flows.NewPlan(after, func(string) *flows.Flow { return before.Flow("course") })
	plan.Add(r.Session)
	if got := plan.Stands(); len(got) != 1 || got[0].To != "survey/town" || got[0].Lost {
		t.Errorf("planned %+v", got)
	}
	r.Flow = after.Flow("course")
	if got := told(t, r, "Казань"); got != "Подарок? | @survey/second" {
		t.Error(got)
	}
	alone := linked(t, map[string]string{"course.yaml": "start: menu\nstates: {menu: {do: [{say: Меню}], end: true}}\n"})
	r.Flow = alone.Flow("course")
	if told(t, r, "привет"); r.Session.State != "menu" {
		t.Errorf("without its flow the dialog stands in %s", r.Session.State)
	}
}

func TestOtherFlowsSpeakTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	project := linked(t, map[string]string{
		"a.yaml":    "start: hi\nstates:\n  hi: {do: [{say: Привет}], on: [{text: дальше, to: b/hi}]}\n",
		"b.yaml":    "start: hi\nstates:\n  hi: {do: [{say: Здравствуйте}], on: [{text: назад, to: a/hi}]}\n",
		"b.en.yaml": "states: {hi: {say: Hello}}\n",
	})
	r := flows.NewRehearsal(flows.Engine{}, project.Flow("a"), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	r.Profile.Language = "en"
	if got := told(t, r, "/start", "дальше", "назад"); got != "Привет | Hello | Привет | @hi" {
		t.Error(got)
	}
}

func TestLinksAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no such flow":           {map[string]string{"a.yaml": "start: a\nstates: {a: {do: [{call: bb/x}]}}\n", "b.yaml": "start: x\nstates: {x: {end: true}}\n"}, []string{"a.yaml:2:26 unknown_flow b"}},
		"no such state":          {map[string]string{"a.yaml": "start: a\nstates: {a: {do: [{goto: b/y}]}}\n", "b.yaml": "start: x\nstates: {x: {end: true}}\n"}, []string{"a.yaml:2:26 unknown_state b/x"}},
		"a start elsewhere":      {map[string]string{"a.yaml": "start: b/x\nstates: {a: {end: true}}\n", "b.yaml": "start: x\nstates: {x: {end: true}}\n"}, []string{"a.yaml:1:8 unknown_state "}},
		"come to from elsewhere": {map[string]string{"a.yaml": "start: a\nstates: {a: {do: [{goto: b/y}]}}\n", "b.yaml": "start: x\nstates: {x: {end: true}, y: {end: true}}\n"}, nil},
		"circles":                {map[string]string{"a.yaml": "start: a\nstates: {a: {do: [{goto: b/x}]}}\n", "b.yaml": "start: x\nstates: {x: {do: [{goto: a/a}]}}\n"}, []string{"a.yaml:2:10 endless_loop "}},
		"never returns": {map[string]string{
			"a.yaml": "start: a\nstates: {a: {do: [{call: b/x}, {say: Ещё, buttons: [[{text: Раз, to: a}]]}]}}\n",
			"b.yaml": "start: x\nstates: {x: {do: [{ask: Кто?, into: who}], next: a/a}}\n",
		}, []string{"a.yaml:2:19 call_recursion "}},
		"knows what the other asks": {map[string]string{
			"a.yaml": "start: a\nreceipt: {taxation: osn, tax: none}\nproducts: {p: {title: П, price: 10, deliver: {link: 'https://e.ru'}}}\nstates:\n  a: {do: [{call: b/x}, {say: \"#{who}\"}, {pay: p}], on: [{success: b, fail: b, different_amounts: b, expired: b, error: b}]}\n  b: {end: true}\n",
			"b.yaml": "start: x\nstates: {x: {do: [{ask: Кто?, into: who}, {ask: Почта?, into: email, as: email}], next: y}, y: {do: [{return: true}]}}\n",
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{}
			for file, text := range c.files {
				tree[file] = &fstest.MapFile{Data: []byte(text)}
			}
			_, found, err := loader().LoadFS(tree, "")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range found {
				suggest, _ := one.Args["Suggest"].(string)
				got = append(got, fmt.Sprintf("%s:%d:%d %s %s", one.Pos.File, one.Pos.Line, one.Pos.Col, one.Code, suggest))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGraphShowsOtherFlows(t *testing.T) {
	t.Parallel()
	project := linked(t, map[string]string{"course.yaml": linkedCourse, "survey.yaml": linkedSurvey})
	drawn := flows.NewDiagram(project.Flow("course"), func(key string, args map[string]any) string {
		return key + strings.Join(slices.Sorted(maps.Keys(args)), "")
	}, nil).Mermaid()
	if strings.Count(drawn, `[["survey: first"]]`) != 1 || strings.Contains(drawn, "-->  ") || strings.Contains(drawn, "| \n") {
		t.Error(drawn)
	}
}

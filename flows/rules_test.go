package flows_test

import (
	"slices"
	"strings"
	"testing"

	"voronka/flows"
)

// fits tells whether a rule with such keys in `anywhere` takes an input from
// somebody who has begun.
func fits(t *testing.T, trigger string, inputs ...flows.Input) bool {
	t.Helper()
	flow := load(t, "start: s\nanywhere:\n  - do: [{say: fits}]\n    "+trigger+"\nstates:\n  s: {do: [{say: hello}], end: true}\n")
	stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
	// A first touch that no rule of this file waits for.
	if _, err := stage.Send(flows.Input{Kind: flows.Other}); err != nil {
		t.Fatal(err)
	}
	var last flows.Turn
	for _, input := range inputs {
		turn, err := stage.Send(input)
		if err != nil {
			t.Fatal(err)
		}
		last = turn
	}
	return slices.ContainsFunc(all[flows.Say](last), func(say flows.Say) bool { return say.Text == "fits" })
}

func text(s string) flows.Input { return flows.Input{Kind: flows.Text, Text: s} }

func TestWords(t *testing.T) {
	t.Parallel()
	for trigger, one := range map[string]struct{ fits, not []string }{
		"keywords: (цена|сколько стоит) курс; прайс": {
			[]string{"Какая ЦЕНА у курса?", "курс — сколько он стоит", "прайс", "прайс-лист"},
			[]string{"цена", "сколько курс", "курс", ""}},
		"keywords: [привет, добрый (день|вечер)]": {[]string{"поприветствовать", "вечер добрый"}, []string{"добрый"}},
		"keywords: ещё":      {[]string{"ЕЩЕ!"}, []string{"щё"}},
		"keywords: «😀»":      {[]string{"вот: «😀»"}, []string{"😀"}},
		"fuzzy: расписание":  {[]string{"расписание", "РАСПИСАНЕ", "рассписание", "распсиание"}, []string{"писание", "запись", "", strings.Repeat("расписание", 500)}},
		"fuzzy: купить курс": {[]string{"курс купить", "купть курс"}, []string{"купить"}},
		"contains: скидк\n    not: [без скидк, нет (скидок|скидки)]": {
			[]string{"а скидка есть?"}, []string{"без скидки", "нет у вас скидки", "привет"}},
		"fuzzy: абвгд\n    threshold: 60": {[]string{"абвюя"}, []string{"абэюя"}},
		"fuzzy: абвгд\n    threshold: 80": {[]string{"абвгя"}, []string{"абвюя"}},
	} {
		for _, said := range one.fits {
			if !fits(t, trigger, text(said)) {
				t.Errorf("%s does not fit %q", trigger, said)
			}
		}
		for _, said := range one.not {
			if fits(t, trigger, text(said)) {
				t.Errorf("%s fits %.50q", trigger, said)
			}
		}
	}
}

// TestEventsBesideTheDialog: what happens outside is heard, and cannot be typed.
func TestEventsBesideTheDialog(t *testing.T) {
	t.Parallel()
	joined := flows.Input{Kind: flows.Joined, Text: "News", Payload: "-100123"}
	left := flows.Input{Kind: flows.Left, Text: "News", Payload: "-100123"}
	for trigger, one := range map[string]struct{ fits, not []flows.Input }{
		"joined: news":       {[]flows.Input{joined}, []flows.Input{left, text("news"), {Kind: flows.Joined, Text: "other"}}},
		"joined: '@NEWS'":    {[]flows.Input{joined}, []flows.Input{left}},
		"joined: '-100123'":  {[]flows.Input{joined}, []flows.Input{{Kind: flows.Joined, Payload: "-1001234"}}},
		"left: true":         {[]flows.Input{left}, []flows.Input{joined}},
		"blocked: true":      {[]flows.Input{{Kind: flows.Blocked}}, []flows.Input{{Kind: flows.Unblocked}, text("blocked")}},
		"unblocked:":         {[]flows.Input{{Kind: flows.Unblocked}}, []flows.Input{{Kind: flows.Blocked}}},
		"operator: join":     {[]flows.Input{{Kind: flows.Operator, Payload: flows.Join}}, []flows.Input{{Kind: flows.Operator, Payload: flows.Leave}, {Kind: flows.Operator, Text: "join"}}},
		"operator: true":     {[]flows.Input{{Kind: flows.Operator, Payload: flows.Leave}}, []flows.Input{{Kind: flows.Operator, Text: "Добрый день"}}},
		"stage: [Won, Счёт]": {[]flows.Input{{Kind: flows.Stage, Text: "счет"}}, []flows.Input{{Kind: flows.Stage, Text: "lost"}, text("won")}},
		"webhook: crm":       {[]flows.Input{{Kind: flows.Webhook, Text: "crm"}}, []flows.Input{{Kind: flows.Webhook, Text: "crm2"}, text("crm")}},
		"any: true":          {[]flows.Input{text("x")}, []flows.Input{joined, {Kind: flows.Stage, Text: "won"}, {Kind: flows.Webhook}}},
	} {
		for _, input := range one.fits {
			if !fits(t, trigger, input) {
				t.Errorf("%s does not fit %+v", trigger, input)
			}
		}
		for _, input := range one.not {
			if fits(t, trigger, input) {
				t.Errorf("%s fits %+v", trigger, input)
			}
		}
	}
	// While a person leads the dialog the bot keeps silent, and it speaks to
	// nobody who has not begun.
	if fits(t, "stage: won", flows.Input{Kind: flows.Operator, Payload: flows.Join}, flows.Input{Kind: flows.Stage, Text: "won"}) {
		t.Error("the bot speaks beside an operator")
	}
	stage := flows.NewRehearsal(flows.Engine{}, load(t, "start: s\nanywhere: [{joined: true, to: s}]\nstates: {s: {do: [{say: hi}], end: true}}\n"), noon())
	if turn, err := stage.Send(joined); err != nil || len(all[flows.Say](turn)) > 0 {
		t.Errorf("%v %+v", err, turn.Effects)
	}
}

// TestBareStart: `start:` without a payload waits for /start and nothing else.
func TestBareStart(t *testing.T) {
	t.Parallel()
	for _, trigger := range []string{"start:", "start: true", "start: ''"} {
		command := func(name, payload string) flows.Input {
			return flows.Input{Kind: flows.Command, Text: name, Payload: payload}
		}
		if !fits(t, trigger, command("start", "")) || !fits(t, trigger, command("start", "vk")) {
			t.Errorf("%s does not fit /start", trigger)
		}
		if fits(t, trigger, command("help", "")) || fits(t, trigger, text("start")) {
			t.Errorf("%s fits something else", trigger)
		}
	}
}

// TestTrapGoOnceActsOnPassing: salebot's "go once" lets a rule or a reminder
// through again until it is passed; `once` answers a customer one time, however
// often the state is entered, and an edit elsewhere does not make it forget.
func TestTrapGoOnceActsOnPassing(t *testing.T) {
	t.Parallel()
	const source = `start: s
anywhere:
  - {text: промо, once: true, do: [{say: первый}]}
  - {text: промо, once: true, do: [{say: второй}]}
states:
  s:
    do: [{say: hello}]
    on:
      - {text: промо, do: [{say: хватит}]}
      - {text: снова, to: s}
`
	stage := rehearse(t, source, "/start")
	heard := func() string {
		t.Helper()
		says := all[flows.Say](perform(t, stage, "снова", "промо"))
		return says[len(says)-1].Text
	}
	for _, want := range []string{"первый", "второй", "хватит", "хватит"} {
		if got := heard(); got != want {
			t.Errorf("%s, want %s; %q", got, want, stage.Session.Once)
		}
	}
	stage.Flow = load(t, strings.Replace(source, "anywhere:\n", "anywhere:\n  - {text: пока, to: s}\n", 1))
	if got := heard(); got != "хватит" {
		t.Errorf("after an edit: %s", got)
	}
	if want := []string{"anywhere/text: промо", "anywhere/text: промо #2"}; !slices.Equal(stage.Session.Once, want) {
		t.Errorf("remembered %q", stage.Session.Once)
	}
}

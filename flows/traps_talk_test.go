package flows_test

import (
	"slices"
	"testing"
	"time"

	"voronka/flows"
)

// TestTrapOneNamespace: salebot keeps project, customer and deal under one name
// and the deal hides the others. The three are kept apart here, what is declared
// says whose it is, and products and tags have names of their own.
func TestTrapOneNamespace(t *testing.T) {
	t.Parallel()
	const source = `start: a
vars: {rate: {type: number, default: 5, scope: project}, town: {type: text, scope: customer}}
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/x"}}}
states:
  a:
    do:
      - set: {town: Казань, course: мой, rate: 7}
      - calc: |
          city = 'сделка'
          client.city = 'клиент'
      - tag: city
      - say: "#{town} #{rate} #{course} #{course.price} #{city} #{tag.city}"
      - calc: city = ''
      - say: "#{city}"
    on: [{text: снова, to: a}]
`
	stage := rehearse(t, source)
	says := all[flows.Say](perform(t, stage, "/start"))
	if len(says) != 2 || says[0].Text != "Казань 5 мой 4\u00a0900 сделка true" || says[1].Text != "клиент" {
		t.Errorf("said %+v", says)
	}
	if kept := stage.Session.Customer; kept["town"] != "Казань" || kept["city"] != "клиент" || kept["course"] != "" {
		t.Errorf("the customer's: %v", kept)
	}
}

// TestTrapCalculatorBeforeText: at salebot a block computes before it speaks,
// wherever the calculator stands. Steps go in the order they are written.
func TestTrapCalculatorBeforeText(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, "start: a\nstates:\n  a:\n    do:\n      - calc: n = 1\n      - say: '#{n}'\n      - calc: n = n + 1\n      - say: '#{n}'\n    end: true\n")
	says := all[flows.Say](perform(t, stage, "/start"))
	if len(says) != 2 || says[0].Text != "1" || says[1].Text != "2" {
		t.Errorf("said %+v", says)
	}
}

// TestTrapMessageThrowsOutOfTheFunnel: at salebot a block sent from outside
// takes the customer out of the one he stands in. A reminder, an event and an
// operator speak here without moving him, and his question waits on.
func TestTrapMessageThrowsOutOfTheFunnel(t *testing.T) {
	t.Parallel()
	const source = `start: a
anywhere: [{webhook: news, do: [{say: Новости}]}, {text: цена, do: [{say: 4900}]}]
states:
  a:
    do: [{ask: Город?, into: city}]
    timers: [{after: 1h, do: [{say: Ждём}], unless: answered}]
    next: b
  b: {do: [{say: "Едем в #{city}"}], end: true}
`
	stage := rehearse(t, source, "/start")
	if got := said(t, stage, time.Hour); !slices.Equal(got, []string{"Ждём"}) {
		t.Errorf("rang %q", got)
	}
	perform(t, stage, "/webhook news", "цена", "/join", "/leave")
	if stage.Session.State != "a" {
		t.Errorf("moved to %s", stage.Session.State)
	}
	if says := all[flows.Say](perform(t, stage, "Казань")); len(says) != 1 || says[0].Text != "Едем в Казань" {
		t.Errorf("said %+v", says)
	}
}

package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

func TestSickCRMDelaysNobodyAndCatchesUp(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]*sales.Error{
		"down":      {Code: "crm_down"},
		"uncertain": {Code: "crm_down", Uncertain: true},
		"stopped":   {Code: "crm_token", Action: sales.Stop},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop)
			w.crm.fall(failure)
			payment := w.toPay()
			w.notify(paid(payment))
			w.drain()
			if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
				t.Error(diff)
			}
			w.pass(time.Minute)
			w.crm.fall(nil)
			w.pass(time.Hour)
			// Of five successive changes the last stage wins, and no note is lost.
			want := []string{"deal1  ", "deal1  ", "deal1  payment_success: Курс, 4 900 ₽", "deal1  → thanks", "deal1 won"}
			got := w.crm.log()
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], "\u00a0", " ")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if first := w.crm.changes[0]; first.Repeat != failure.Uncertain || !first.Money || first.Title != "Магазин" || !first.Person || first.Contact.Name != "Анна" {
				t.Errorf("first change %+v", first)
			}
			if len(w.crm.changes) != 1 || w.crm.changes[0].Price != 490000 {
				t.Errorf("changes %+v", w.crm.changes)
			}
		})
	}
}

func TestChangesHaveIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.say("/help")
	w.notify(paid(payment))
	w.drain()
	seen := map[string]bool{}
	for _, change := range w.crm.changes {
		if seen[change.ID] {
			t.Errorf("the id %s comes twice", change.ID)
		}
		seen[change.ID] = true
		if err := change.Validate(); err != nil {
			t.Errorf("%+v: %v", change, err)
		}
	}
}

func TestSaleAfterAClosedDealIsANewDeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.notify(paid(payment))
	w.drain()
	w.say("/start")
	w.drain()
	got := w.crm.log()
	if last := got[len(got)-1]; last != "deal2 Новый" || w.crm.deals != 2 {
		t.Errorf("the CRM heard %q", got)
	}
}

const twoGoods = `
flow: shop
title: Два товара
start: welcome
products:
  one: {title: Первый, price: 100, deliver: {link: "https://example.ru/1"}}
  two: {title: Второй, price: 200, deliver: {link: "https://example.ru/2"}}
states:
  welcome:
    do: [{pay: one, say: Первый}]
    on: [{success: more, fail: more, different_amounts: more, expired: more}]
  more:
    do: [{crm: {stage: won}}, {pay: two, say: Второй}]
    on: [{success: end, fail: end, different_amounts: end, expired: end}]
  end: {do: [{crm: {stage: won}}], end: true}
`

func TestSecondMoneyIsASecondDeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoGoods)
	w.say("/start")
	for range 2 {
		w.drain()
		w.clock.pass(time.Minute)
		w.notify(paid(w.payment()))
	}
	w.drain()
	want := []string{
		"deal1  → welcome", "deal1  payment_success: Первый, 100 ₽", "deal1  → more", "deal1 won",
		"deal2  payment_success: Второй, 200 ₽", "deal2  → end", "deal2 won",
	}
	if diff := cmp.Diff(want, w.crm.log()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheCRMHasMadeIsKeptThroughAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.crm.fall(&sales.Error{Code: "crm_down"})
	w.say("/start")
	w.drain()
	w.view(func(tx storage.Tx) error {
		raw, err := tx.Ref("crm/tg:7")
		if raw != `{"contact":"contact"}` {
			t.Errorf("kept %q", raw)
		}
		return err
	})
}

func TestRefusedChangeIsShownAndTheNextOnesGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.crm.fall(&sales.Error{Code: "crm_stage", Action: sales.Bury, Message: "no such stage"})
	w.say("/start")
	w.drain()
	w.crm.fall(nil)
	w.press("Купить")
	w.drain()
	jobs, ids := w.buried()
	if len(jobs) != 1 || jobs[0] != "mirror crm_stage" || w.attention() != "mirror_failed crm_stage" {
		t.Errorf("buried %q, attention %q", jobs, w.attention())
	}
	if err := w.Revive(w.ctx(), ids[0]); err != nil {
		t.Fatal(err)
	}
	w.drain()
	if diff := cmp.Diff([]string{"deal1 Счёт", "deal1 Новый"}, w.crm.log()); diff != "" {
		t.Error(diff)
	}
}

func TestOperatorIsCalledWithATask(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	w.say("/help")
	w.drain()
	var task *crm.Task
	for _, change := range w.crm.changes {
		if change.Task != nil {
			task = change.Task
		}
	}
	if task == nil || task.Text != "Просит помощи" || !task.Due.Equal(w.clock.Now().Add(time.Hour)) || w.attention() != "Просит помощи" {
		t.Errorf("task %+v, attention %q", task, w.attention())
	}
}

func TestBotWithoutACRM(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop, func(c *bot.Config) { c.CRM = nil })
	payment := w.toPay()
	w.say("/help")
	w.notify(paid(payment))
	w.handle(flows.Input{Kind: flows.Blocked})
	w.drain()
	if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) != 0 || w.chat.deliveries() != 1 {
		t.Errorf("buried %q, waiting %q", jobs, w.waiting())
	}
}

// TestCRMIsDownForAnHour sells while the CRM is down for an hour: no answer
// waits for it, and when it is back everything is there, once and in order.
func TestCRMIsDownForAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.crm.fall(&sales.Error{Code: "crm_down"})
	payment := w.toPay()
	w.notify(paid(payment))
	w.drain()
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	for range 60 {
		w.pass(time.Minute)
	}
	w.crm.fall(nil)
	w.restart()
	w.pass(15 * time.Minute) // the longest pause between two attempts
	want := []string{"deal1  ", "deal1  ", "deal1  payment_success: Курс, 4 900 ₽", "deal1  → thanks", "deal1 won"}
	got := w.crm.log()
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "\u00a0", " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := w.buried(); len(jobs)+len(w.waiting()) > 0 {
		t.Errorf("buried %v, waiting %v", jobs, w.waiting())
	}
}

package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const forgettable = `
flow: shop
title: Магазин
start: email
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/1"}}}
crm: {dialog: true, contact: {Город: "#{city}"}, fields: {Анкета: "#{city}"}, tasks: {close: true}}
anywhere:
  - {command: forget, do: [{forget_me: true}, {say: Забыли}]}
  - {command: ask, do: [{operator: "Спрашивает #{city}"}]}
states:
  email: {do: [{ask: Почта?, into: email, as: email}, {ask: Телефон?, into: phone, as: phone}, {ask: Город?, into: city}], next: pay}
  pay:
    do: [{crm: {note: "Из города #{city}", task: {text: "Позвонить в #{city}", due: 1d}}}, {pay: course, say: Оплатите, button: Оплатить, expires: 30m}]
    on: [{success: thanks, fail: thanks, different_amounts: thanks, expired: thanks, error: thanks}]
  thanks: {do: [{say: "Спасибо, #{city}"}, {crm: {stage: won}}], end: true}
stages: {email: Новый}
`

// walked is a shop where Anna has bought, with a card that was kept, a last
// message, a call for a person, and two deals.
func walked(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, forgettable)
	w.config.Sealer = openBox{}
	w.restart()
	for range 2 {
		for _, text := range []string{"/start", "anna@mail.ru", "+79161234567", "Уфа"} {
			w.say(text)
		}
		w.drain()
		payment := w.payment()
		bought := paid(payment)
		bought.Card = &payments.Card{Token: "rebill-7", Kind: "rebill", Last: "4242"}
		w.notify(bought)
		w.drain()
		w.pass(time.Minute)
	}
	w.say("/ask")
	w.drain()
	return w
}

// openBox seals nothing; it is for tests that read what is kept.
type openBox struct{}

func (openBox) Seal(_, plain string) string           { return plain }
func (openBox) Open(_, sealed string) (string, error) { return sealed, nil }

// remains are the records in which a word of the customer is left. What the law
// wants kept, orders, payments and what the bank said, is left out.
func (w *world) remains(words ...string) (found []string) {
	w.Helper()
	lawful := []string{storage.RecordOrder, storage.RecordPayment, storage.RecordEntry, storage.RecordNotification}
	err := w.store.(*bolt.Store).Records(w.Context(), func(r storage.Record) error {
		if slices.Contains(lawful, r.Kind) {
			return nil
		}
		for _, word := range words {
			if strings.Contains(r.Key+" "+string(r.Body), word) {
				found = append(found, r.Kind+" "+r.Key+": "+string(r.Body))
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return found
}

// pointers are the refs that lead to Anna, or from her. Which message was the
// last in her chat says nothing: the chat itself is known as long as she is.
func (w *world) pointers() (keys []string) {
	w.Helper()
	err := w.store.(*bolt.Store).Records(w.Context(), func(r storage.Record) error {
		if r.Kind == storage.RecordRef && r.Key != "last/tg:7" && strings.Contains(r.Key+" "+string(r.Body), "tg:7") {
			keys = append(keys, r.Key)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return keys
}

func known() []string {
	return []string{"Анна", "anna@mail.ru", "9161234567", "Уфа", "rebill-7", "4242"}
}

// TestForgetLeavesNothingInTheWholeStore looks at every record: while the CRM
// does not answer, and after it has heard of the wish.
func TestForgetLeavesNothingInTheWholeStore(t *testing.T) {
	t.Parallel()
	w := walked(t)
	if len(w.remains(known()...)) < 10 || len(w.pointers()) < 4 {
		t.Fatalf("too little is kept for a test: %q, %q", w.remains(known()...), w.pointers())
	}
	w.crm.fall(&sales.Error{Code: "crm_unavailable"})
	w.say("Уфа, Мира, 1")
	w.drain()
	w.say("/forget")
	w.drain()
	if left := w.remains(append(known(), "Мира")...); len(left) > 0 {
		t.Errorf("while the CRM is silent there is left: %q", left)
	}
	told := len(w.crm.log())
	w.crm.fall(nil)
	w.pass(time.Hour)
	if log := strings.Join(w.crm.log()[told:], "; "); strings.Contains(log, "Уфа") {
		t.Errorf("the CRM was told after the wish: %s", log)
	}
	tasks := 0
	for _, change := range w.crm.changes {
		for _, part := range change.Parts() {
			if part.Task != nil && part.Task.Text == "forget_me" {
				tasks++
			}
		}
	}
	if tasks != 1 {
		t.Errorf("%d tasks for who deletes the CRM's copy", tasks)
	}
	if err := w.Attended(w.ctx(), "tg:7"); err != nil {
		t.Fatal(err)
	}
	if left := append(w.remains(append(known(), "Мира")...), w.pointers()...); len(left) > 0 {
		t.Errorf("there is left: %q", left)
	}
	w.say("/start")
	w.drain()
	if w.session().State != "email" {
		t.Error("who was forgotten cannot begin anew")
	}
}

// TestForgetDropsBuriedWords: a request and an update that wait for an operator
// hold words, too.
func TestForgetDropsBuriedWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forgettable)
	w.say("/start")
	if err := w.PutAside(w.ctx(), bot.Aside{Key: "telegram/1000", Contact: "tg:7", Raw: []byte("Уфа"), At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	w.drain()
	for range 5 {
		w.pass(time.Hour)
	}
	if jobs, _ := w.buried(); len(jobs) != 1 {
		t.Fatalf("buried %q", jobs)
	}
	w.say("/forget")
	w.drain()
	if left := w.remains("Уфа"); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// TestCardOfALivingSubscriptionStays until the subscription is ended in its own way.
func TestCardOfALivingSubscriptionStays(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]time.Time{"living": time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "ended": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walked(t)
			err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
				return tx.PutSubscription(sales.Subscription{ID: "s1", Contact: "tg:7", NextAt: next})
			})
			if err != nil {
				t.Fatal(err)
			}
			w.say("/forget")
			w.drain()
			if kept := slices.Contains(w.pointers(), "card/tg:7") || len(w.remains("rebill-7")) > 0; kept == next.IsZero() {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}

// TestReplacedDealIsListenedToNoMore: what led from a deal of old to its customer is gone.
func TestReplacedDealIsListenedToNoMore(t *testing.T) {
	t.Parallel()
	w := walked(t)
	w.view(func(tx storage.Tx) error {
		first, err1 := tx.Ref("deal/deal1")
		second, err2 := tx.Ref("deal/deal2")
		if first != "" || second != "tg:7" {
			t.Errorf("the first deal leads to %q, the second to %q", first, second)
		}
		return errors.Join(err1, err2)
	})
}

package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

func TestInputIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	in := flows.Input{ID: "tg:100", Kind: flows.Command, Text: "start", Contact: "tg:7", At: w.clock.Now(), Profile: flows.Profile{ChatID: 7, Name: "Анна"}}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := w.Handle(t.Context(), in); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if err := w.Handle(w.ctx(), in); err != nil {
		t.Error(err)
	}
	w.drain()
	if diff := cmp.Diff([]string{"Привет, Анна!"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if session := w.session(); session.Turns != 1 {
		t.Errorf("%d turns", session.Turns)
	}
}

// TestInputsOfAPollAreTakenTogether has one in the middle that cannot be taken,
// for it has no id, and two that are one.
func TestInputsOfAPollAreTakenTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	say := func(id, contact, text string) flows.Input {
		return flows.Input{ID: id, Kind: flows.Text, Text: text, Contact: contact, At: w.clock.Now()}
	}
	errs := w.HandleAll(w.ctx(), []flows.Input{
		say("tg:1", "tg:7", "раз"), say("tg:2", "tg:8", "раз"), say("", "tg:7", "два"), say("tg:2", "tg:8", "раз"),
		say("tg:4", "tg:7", "три"), say("tg:5", "tg:8", "два"),
	})
	var failed []bool
	for _, err := range errs {
		failed = append(failed, err != nil)
	}
	if diff := cmp.Diff([]bool{false, false, true, false, true, false}, failed); diff != "" {
		t.Errorf("%v: %s", errs, diff)
	}
	if errs := w.HandleAll(w.ctx(), []flows.Input{say("tg:3", "tg:7", "два"), say("tg:4", "tg:7", "три")}); errors.Join(errs...) != nil {
		t.Error(errs)
	}
	for contact, want := range map[string][]string{"tg:7": {"раз", "два", "три"}, "tg:8": {"раз", "два"}} {
		var said []string
		w.view(func(tx storage.Tx) error {
			lines, err := tx.Journal(contact, 0, 100)
			for _, line := range lines {
				if line.Who == flows.Customer {
					said = append(said, line.Text)
				}
			}
			return err
		})
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("%s said: %s", contact, diff)
		}
	}
}

func TestEffectsLeaveInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	if diff := cmp.Diff([]string{"Привет, Анна!", "К оплате 4 900 ₽"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if got := w.chat.all()[1].Buttons[0][0].URL; got != "https://shop.example/pay/"+payment.ID {
		t.Errorf("the button leads to %s", got)
	}
	if payment.Status != sales.PaymentLinked || payment.URL == "" || payment.External == "" {
		t.Errorf("payment %+v", payment)
	}
	if diff := cmp.Diff([]string{"press "}, w.chat.answered); diff != "" {
		t.Error(diff)
	}
	want := []string{"deal1 Новый", "deal1 Счёт"}
	if diff := cmp.Diff(want, w.crm.log()); diff != "" {
		t.Errorf("the CRM heard: %s", diff)
	}
}

func TestWhatWasSaidLeavesInTheOrderOfTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			in := flows.Input{ID: fmt.Sprint("operator:", i), Kind: flows.Operator, Text: fmt.Sprint("ответ ", i), Contact: "tg:7", At: w.clock.Now()}
			if err := w.Handle(t.Context(), in); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.drain()
	var turns []string
	for _, line := range w.journal("text") {
		if text, ok := strings.CutPrefix(line, "operator: "); ok {
			turns = append(turns, text)
		}
	}
	if diff := cmp.Diff(turns, w.chat.texts()[1:]); diff != "" || len(turns) != 50 {
		t.Errorf("%d turns; order of turns and of messages: %s", len(turns), diff)
	}
}

func TestDefectiveStepKeepsTheInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(shop, "anywhere:", "anywhere:\n  - {contains: бум, do: [{boom: now}]}\n", 1))
	w.say("/start")
	before := w.session()
	w.say("бум, моя почта anna@mail.ru")
	w.drain()
	if diff := cmp.Diff(before, w.session()); diff != "" {
		t.Errorf("the session moved: %s", diff)
	}
	if lines := w.journal(); !slices.Contains(lines, "customer: бум, моя почта anna@mail.ru") || w.attention() != "engine_failed" {
		t.Errorf("journal %q, attention %q", lines, w.attention())
	}
	if task := w.crm.changes[len(w.crm.changes)-1].Task; task == nil {
		t.Error("no task for the manager")
	}
	w.press("Купить")
	w.drain()
	if got := w.chat.texts(); got[len(got)-1] != "К оплате 4 900 ₽" {
		t.Errorf("the dialog does not go on: %q", got)
	}
}

func TestDefectAtTheFirstTouchKeepsTheChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(shop, "- say: Привет, #{name}!", "- boom: now\n      - say: Привет, #{name}!", 1))
	w.handle(flows.Input{Kind: flows.Button, Payload: "v1:старая"})
	w.view(func(tx storage.Tx) error {
		contact, err := tx.Contact("tg:7")
		if contact.ChatID != 7 || contact.Name != "Анна" {
			t.Errorf("contact %+v", contact)
		}
		return err
	})
	if lines := w.journal("button"); len(lines) != 1 || lines[0] != "customer: v1:старая" {
		t.Errorf("journal %q", lines)
	}
}

func TestDefectInATimerDoesNotRingForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.Replace(shop, "do: [{say: Напоминаем}]", "do: [{boom: now}]", 1))
	w.say("/start")
	w.pass(time.Hour)
	if timers := w.session().Timers; len(timers) != 1 {
		t.Errorf("%d timers wait, want the second alone", len(timers))
	}
	if lines := w.journal("timer"); len(lines) != 1 || !strings.HasPrefix(lines[0], "event: ") {
		t.Errorf("journal %q", lines)
	}
	w.pass(time.Hour)
	if diff := cmp.Diff([]string{"Привет, Анна!", "Ещё раз"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestFailedStoreMeansNothingHappened(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Handle(w.ctx(), flows.Input{ID: "tg:1", Kind: flows.Text, Contact: "tg:7", At: w.clock.Now()}); err == nil {
		t.Error("an input that was not kept is confirmed")
	}
}

func TestTypedEventIsOnlyText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	for _, text := range []string{"payment_success 44", "payment_success " + payment.ID, "/payment_success 44", "success"} {
		w.say(text)
	}
	w.handle(flows.Input{Kind: flows.Button, Payload: "success"})
	w.drain()
	if w.chat.deliveries() != 0 || w.orders()[0].Paid() || w.session().State != "pay" {
		t.Errorf("a typed word counts as money: %q", w.chat.texts())
	}
}

func TestOldInputsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.say("/start")
	w.clock.pass(47 * time.Hour)
	w.handle(flows.Input{ID: "tg:fresh", Kind: flows.Text, Text: "я"})
	w.clock.pass(2 * time.Hour)
	if err := w.Forget(w.ctx()); err != nil {
		t.Fatal(err)
	}
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		for id, want := range map[string]bool{"tg:1": false, "tg:fresh": true} {
			if seen, err := tx.See(id, w.clock.Now()); err != nil || seen != want {
				t.Errorf("%s: seen %v, %v", id, seen, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

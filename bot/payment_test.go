package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

func happyEnd() []string {
	return []string{"Привет, Анна!", "К оплате 4 900 ₽", "Спасибо", "Ваш курс [course.txt]"}
}

func TestMoneyBecomesOneDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.bank.state(paid(payment))
	w.clock.pass(10 * time.Minute) // a status query is due as well
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if err := w.Accept(t.Context(), "testbank", paid(payment)); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			again := paid(payment)
			again.Key += "/again" // the bank repeats with another key
			if err := w.Accept(t.Context(), "testbank", again); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if err := w.Tick(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.drain()
	w.notify(paid(payment))
	w.pass(time.Hour)
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	order := w.orders()[0]
	if order.PaidBy != payment.ID || order.DeliveredAt.IsZero() || w.payment().Status != sales.PaymentPaid || w.payment().Paid != 490000 {
		t.Errorf("order %+v, payment %+v", order, w.payment())
	}
	if w.attention() != "" {
		t.Errorf("attention %q", w.attention())
	}
}

func TestStatusQueryFindsMoneyThatNobodyToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.bank.state(paid(payment))
	w.pass(2 * time.Minute)
	w.notify(paid(payment)) // and then the bank tells after all
	w.drain()
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestNotificationOvertakesTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.bank.link = func(payment sales.Payment) error {
		payment.External = "ext-" + payment.ID
		return w.Accept(context.Background(), "testbank", paid(payment))
	}
	payment := w.toPay()
	if payment.Status != sales.PaymentPaid || payment.URL == "" {
		t.Errorf("payment %+v", payment)
	}
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestBankThatIsDownCostsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.bank.fall(&sales.Error{Code: "bank_temporary", Uncertain: true, Message: "502"})
	w.say("/start")
	w.drain()
	w.press("Купить")
	w.say("/help")
	w.drain()
	if diff := cmp.Diff([]string{"Привет, Анна!"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if jobs := w.waiting(); len(jobs) != 3 || jobs[0] != "link bank_temporary" {
		t.Errorf("waiting %q", jobs)
	}
	w.pass(time.Minute)
	w.bank.fall(nil)
	w.pass(10 * time.Minute)
	if diff := cmp.Diff([]string{"Привет, Анна!", "К оплате 4 900 ₽", "Зову человека"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if w.payment().Status != sales.PaymentLinked {
		t.Errorf("payment %+v", w.payment())
	}
}

func TestBankThatStaysDownEndsInTheErrorBranch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.bank.fall(&sales.Error{Code: "bank_temporary"})
	w.toPay()
	for range 5 {
		w.clock.pass(10 * time.Minute)
		w.drain()
	}
	if diff := cmp.Diff([]string{"Привет, Анна!", "Банк отказал"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestRefusalTakesTheErrorBranch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal   error
		provider  bool
		attention string
	}{
		"refused":     {&sales.Error{Code: "bank_refused", Action: sales.Bury, Message: "Неверные параметры"}, true, ""},
		"blocked":     {&sales.Error{Code: "bank_settings", Action: sales.Stop}, true, "bank_settings"},
		"no provider": {nil, false, "no_provider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop, func(config *bot.Config) {
				if !c.provider {
					config.Provider = nil
				}
			})
			w.bank.fall(c.refusal)
			payment := w.toPay()
			if diff := cmp.Diff([]string{"Привет, Анна!", "Банк отказал"}, w.chat.texts()); diff != "" {
				t.Error(diff)
			}
			if payment.Status != sales.PaymentRefused || w.session().State != "sorry" || w.attention() != c.attention {
				t.Errorf("payment %+v, attention %q", payment, w.attention())
			}
			if lines := w.journal("unsent"); len(lines) != 1 {
				t.Errorf("journal %q", w.journal())
			}
		})
	}
}

func TestDifferentAmountDeliversNothing(t *testing.T) {
	t.Parallel()
	for name, amount := range map[string]sales.Money{"less": 489999, "more": 490001, "nothing": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop)
			payment := w.toPay()
			w.notify(event(payment, sales.PaymentPaid, amount))
			w.drain()
			if w.chat.deliveries() != 0 || w.orders()[0].Paid() || w.session().State != "by_hand" || w.attention() != "Другая сумма" {
				t.Errorf("messages %q, state %s, attention %q", w.chat.texts(), w.session().State, w.attention())
			}
			if got := w.payment(); got.Status != sales.PaymentOther || got.Paid != amount {
				t.Errorf("payment %+v", got)
			}
		})
	}
}

func TestSecondMoneyForOneOrderIsForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	first := w.toPay()
	w.clock.pass(40 * time.Minute) // the first link is dead to us, not yet to the bank
	w.handle(flows.Input{Kind: flows.Button, Payload: w.chat.all()[0].Buttons[0][0].Data, Message: 2, Callback: "again"})
	w.drain()
	second := w.payment()
	if second.ID == first.ID {
		t.Fatal("the dead link was offered again")
	}
	w.notify(paid(second))
	w.drain()
	w.notify(paid(first))
	w.drain()
	if w.chat.deliveries() != 1 || w.attention() != "paid_twice" {
		t.Errorf("messages %q, attention %q", w.chat.texts(), w.attention())
	}
	if order := w.orders()[0]; order.PaidBy != second.ID || len(w.orders()) != 1 {
		t.Errorf("orders %+v", w.orders())
	}
	w.view(func(tx storage.Tx) error {
		late, err := tx.Payment(first.ID)
		if late.Status != sales.PaymentPaid || late.Paid != 490000 {
			t.Errorf("the second money has no row: %+v", late)
		}
		return err
	})
	if lines := w.journal("paid_twice"); len(lines) != 1 {
		t.Errorf("journal %q", w.journal())
	}
}

func TestDeclinedThenPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	declined := event(payment, sales.PaymentDeclined, 0)
	w.notify(declined)
	w.notify(declined)
	w.drain()
	w.notify(paid(payment))
	w.drain()
	w.notify(declined)
	late := declined
	late.Key += "late"
	w.notify(late)
	w.drain()
	want := slices.Insert(happyEnd(), 2, "Не вышло")
	if diff := cmp.Diff(want, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownPaymentChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	stranger := payment
	stranger.ID = "of-another-shop"
	for name, try := range map[string]func() error{
		"unknown":             func() error { return w.Accept(w.ctx(), "testbank", paid(stranger)) },
		"of another provider": func() error { return w.Accept(w.ctx(), "otherbank", paid(payment)) },
	} {
		if err := try(); !errors.Is(err, payments.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	idle := paid(payment)
	idle.Key, idle.State = "receipt", ""
	w.notify(idle)
	w.drain()
	if w.payment().Status != sales.PaymentLinked || w.chat.deliveries() != 0 {
		t.Errorf("payment %+v", w.payment())
	}
}

func TestBrokenStoreAsksTheBankToRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Accept(w.ctx(), "testbank", paid(payment)); err == nil || errors.Is(err, payments.ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestExpiryAsksTheBankFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.toPay()
	w.pass(30 * time.Minute)
	if w.payment().Status != sales.PaymentLinked {
		t.Errorf("closed within the grace: %+v", w.payment())
	}
	w.pass(2 * time.Minute)
	asked := w.bank.log()
	if tail := asked[len(asked)-2:]; !slices.Equal(tail, []string{"status", "cancel"}) {
		t.Errorf("the bank was asked %q", asked)
	}
	if diff := cmp.Diff([]string{"Привет, Анна!", "К оплате 4 900 ₽", "Ссылка истекла"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if w.payment().Status != sales.PaymentExpired {
		t.Errorf("payment %+v", w.payment())
	}
}

func TestMoneyAtTheLastMinuteIsFoundBeforeTheLinkIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.bank.state(paid(payment))
	w.pass(40 * time.Minute)
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(w.bank.log(), "cancel") {
		t.Errorf("a paid payment was cancelled: %q", w.bank.log())
	}
}

func TestBankThatIsDownAtExpiryKeepsTheLinkOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.bank.fall(&sales.Error{Code: "bank_temporary"})
	for range 30 {
		w.pass(10 * time.Minute)
	}
	if w.payment().Status != sales.PaymentLinked {
		t.Errorf("closed without asking: %+v", w.payment())
	}
	if jobs := w.waiting(); len(jobs) != 1 || jobs[0] != "check bank_temporary" {
		t.Errorf("questions pile up: %q", jobs)
	}
	w.bank.fall(nil)
	w.bank.state(paid(payment))
	w.pass(15 * time.Minute)
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestLateSuccessStillDelivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.pass(40 * time.Minute)
	w.notify(paid(payment))
	w.drain()
	want := slices.Insert(happyEnd(), 2, "Ссылка истекла")
	if diff := cmp.Diff(want, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestQuestionThatNobodyCanAnswerIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	w.toPay()
	w.config.Provider = nil
	w.restart()
	w.pass(5 * time.Minute)
	if jobs, _ := w.buried(); len(jobs) != 1 || jobs[0] != "check no_provider" || !strings.Contains(w.attention(), "no_provider") {
		t.Errorf("buried %q, attention %q", jobs, w.attention())
	}
}

func TestClickIsCountedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	at := w.clock.Now()
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if err := w.Clicked(t.Context(), payment.ID); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.clock.pass(time.Minute)
	if err := w.Clicked(w.ctx(), payment.ID); err != nil || !w.payment().ClickedAt.Equal(at) || len(w.journal("clicked")) != 1 {
		t.Errorf("%v, clicked %v, journal %q", err, w.payment().ClickedAt, w.journal("clicked"))
	}
	if err := w.Clicked(w.ctx(), "nothing"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

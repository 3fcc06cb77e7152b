package bot_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

func TestOperatorLeadsTheDialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	var group sync.WaitGroup
	for range 5 { // an impatient finger
		group.Go(func() {
			if err := w.Operate(t.Context(), "tg:7", "act-1", flows.Join, "Это Пётр <b>&"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.drain()
	w.say("а скидка будет?")
	w.notify(paid(payment)) // money is heard whoever leads
	w.drain()
	if err := w.Operate(w.ctx(), "tg:7", "act-2", flows.Leave, ""); err != nil {
		t.Fatal(err)
	}
	w.say("/help")
	w.drain()
	want := []string{"Привет, Анна!", "К оплате 4 900 ₽", "Это Пётр &lt;b&gt;&amp;", "Спасибо", "Ваш курс [course.txt]", "Зову человека"}
	if diff := cmp.Diff(want, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

func TestRefundIsForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.notify(paid(payment))
	refund := event(payment, sales.PaymentRefunded, payment.Amount)
	w.notify(refund)
	w.notify(refund)
	w.notify(paid(payment)) // an old notification that comes late
	w.drain()
	if w.payment().Status != sales.PaymentRefunded || w.chat.deliveries() != 1 || w.attention() == "" {
		t.Errorf("payment %+v, messages %q, attention %q", w.payment(), w.chat.texts(), w.attention())
	}
	if lines := w.journal("payment"); len(lines) != 2 {
		t.Errorf("journal %q", lines)
	}
}

func TestHeldMoneyIsNotYetPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	w.notify(event(payment, sales.PaymentHeld, payment.Amount))
	w.drain()
	if w.chat.deliveries() != 0 || w.orders()[0].Paid() {
		t.Errorf("messages %q", w.chat.texts())
	}
	w.notify(paid(payment))
	w.drain()
	if diff := cmp.Diff(happyEnd(), w.chat.texts()); diff != "" {
		t.Error(diff)
	}
}

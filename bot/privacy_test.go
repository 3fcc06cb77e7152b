package bot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

const private = `start: menu
anywhere:
  - {command: export, do: [{export_me: Ваши данные}]}
  - {command: forget, do: [{forget_me: true}, {say: Забыли}]}
states:
  menu:
    do:
      - {ask: Почта?, into: email, as: email}
      - {ask: Город?, into: city}
      - {consent: policy, version: "1", text: Согласны?, button: Да}
      - {tag: vip}
      - {say: Спасибо}
    end: true
`

func told(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, private)
	for _, text := range []string{"/start", "anna@mail.ru", "Уфа", "да"} {
		w.say(text)
	}
	w.drain()
	return w
}

func TestExportShowsAllThatIsKnown(t *testing.T) {
	t.Parallel()
	w := told(t)
	w.say("/export")
	w.drain()
	all := w.chat.all()
	sent := all[len(all)-1]
	if sent.Document == nil || !sent.Protect || sent.Text != "Ваши данные" {
		t.Fatalf("sent %+v", sent)
	}
	var got struct {
		Contact   sales.Contact     `json:"contact"`
		Variables map[string]string `json:"variables"`
		Tags      []string          `json:"tags"`
		Consents  []flows.Consent   `json:"consents"`
		Dialog    []struct{ Text string }
	}
	if err := json.Unmarshal(sent.Document.Content, &got); err != nil {
		t.Fatal(err)
	}
	if got.Contact.Email != "anna@mail.ru" || got.Variables["city"] != "Уфа" || len(got.Consents) != 1 || got.Consents[0].Input != "tg:4" {
		t.Errorf("%s", sent.Document.Content)
	}
	if len(got.Dialog) < 10 || got.Dialog[0].Text != "/start" || cmp.Diff([]string{"vip"}, got.Tags) != "" {
		t.Errorf("%s", sent.Document.Content)
	}
	if strings.Contains(string(sent.Document.Content), w.session().Seed) {
		t.Error("the seed of the session is a secret")
	}
}

func TestForgetLeavesNoWord(t *testing.T) {
	t.Parallel()
	w := told(t)
	w.chat.refuse(&sales.Error{Code: "telegram_markup", Action: sales.Bury}, "")
	w.say("Мой адрес — Мира, 1")
	w.drain()
	if jobs, _ := w.buried(); len(jobs) == 0 {
		t.Fatal("nothing is buried")
	}
	w.chat.refuse(nil, "")
	w.say("/forget")
	w.drain()
	w.view(func(tx storage.Tx) error {
		contact, err1 := tx.Contact("tg:7")
		lines, err2 := tx.Journal("tg:7", 0, 1000)
		session, err3 := tx.Session("tg:7")
		buried, err4 := tx.Buried(10)
		raw, err5 := json.Marshal([]any{contact, lines, session, buried})
		for _, word := range []string{"Анна", "anna@mail.ru", "Уфа", "Мира", "vip"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%q is still known: %s", word, raw)
			}
		}
		if len(session.Consents) != 1 || session.Consents[0].Withdrawn.IsZero() {
			t.Errorf("the proof of the consent: %+v", session.Consents)
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
	if got := w.chat.texts(); got[len(got)-1] != "Забыли" {
		t.Errorf("the customer saw %q", got)
	}
}

// TestForgetKeepsOrders pays, is forgotten, and finds order and payment where they were.
func TestForgetKeepsOrders(t *testing.T) {
	t.Parallel()
	source := strings.Replace(shop, "anywhere:\n", "anywhere:\n  - {command: forget, do: [{forget_me: true}]}\n", 1)
	w := newWorld(t, source)
	w.say("/start")
	w.drain()
	w.press("Купить")
	w.drain()
	w.notify(paid(w.payment()))
	w.drain()
	w.say("/forget")
	w.drain()
	orders, payment := w.orders(), w.payment()
	if len(orders) != 1 || !orders[0].Paid() || payment.Status != sales.PaymentPaid || w.chat.deliveries() != 1 {
		t.Errorf("orders %+v, payment %+v", orders, payment)
	}
	w.say("/start")
	w.drain()
	if len(w.orders()) != 1 || w.session().State != "welcome" {
		t.Errorf("the forgotten customer cannot begin anew: %+v", w.session())
	}
}

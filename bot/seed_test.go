package bot_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// seedShop speaks the payment words of salebot's pages alone: the receipt is
// their example, in kopecks, and payment_sum is its sum in roubles.
const seedShop = `
flow: shop
title: Магазин
start: a
states:
  a:
    do:
      - set: {email: anna@mail.ru}
      - calc: |
          products_for_receipt = [{"name": "Наименование товара", "quantity": "2", "price": "1000", "amount": "2000", "tax": "none"}, {"name": "Наименование товара 2", "quantity": "3", "price": "500", "amount": "1500", "tax": "none"}]
          taxation = 'usn_income'
          payment_sum = 35
      - say: "Оплатите #{tinkoff_pay_url}"
    on: [{success: paid}, {fail: no}, {different_amounts: no}, {expired: no}, {error: no}]
  paid:
    do: [{say: "Платёж #{tinkoff_payment_id}"}]
    on: [{text: ещё, to: more}, {text: списать, to: again}, {refunded: back}]
  more:
    do:
      - calc: |
          payment_sum = 0
          tinkoff_pay_url = ''
    next: a
  again:
    do:
      - calc: |
          products_for_receipt_recurrent = [{"name": "Клуб", "quantity": 1, "price": 50000, "amount": 50000, "tax": "none"}]
          taxation = 'usn_income'
          done = tinkoff_recurrent_payment(500, 'Клуб')
      - say: "Списание #{error_payment_func}"
    on: [{success: charged}, {fail: no}, {error: no}]
  charged: {do: [{say: Списали}], on: [{refunded: back}]}
  back: {do: [{say: Деньги вернулись}], end: true}
  no: {do: [{say: Не вышло}], end: true}
`

// practised is a world whose bank is the practice one, with its notifications.
func practised(t *testing.T, source string) (*world, *tbanktest.Server) {
	t.Helper()
	var door http.Handler
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.SetPathValue("provider", tbank.Name)
		door.ServeHTTP(w, r)
	}))
	t.Cleanup(shop.Close)
	w := newWorld(t, source, func(c *bot.Config) { c.Sealer = turned{} })
	practice := tbanktest.New(tbanktest.Config{Now: w.clock.Now, Terminals: []tbanktest.Terminal{{
		Key: "ShopDEMO", Password: "password", Charge: true, CashRegister: true, NotificationURL: shop.URL,
	}}})
	t.Cleanup(practice.Close)
	web := httptest.NewServer(practice)
	t.Cleanup(web.Close)
	provider := tbank.New(tbank.Config{Terminal: "ShopDEMO", Password: "password", API: web.URL + "/v2", Now: w.clock.Now})
	w.config.Provider, w.config.Engine.Provider, w.config.Engine.FFD = provider, provider.Name(), "1.05"
	w.restart()
	door = payments.NewDoor(w.Accept, provider)
	return w, practice
}

// buys goes to the link and pays it by a card.
func (w *world) buys(practice *tbanktest.Server, word string, card tbanktest.Card) sales.Payment {
	w.Helper()
	w.say(word)
	w.drain()
	if len(w.orders()) == 0 {
		w.Fatalf("no order; said %q, journal %q", w.chat.texts(), w.journal())
	}
	payment := w.payment()
	if _, err := practice.Pay(payment.URL, card); err != nil {
		w.Fatalf("%v; said %q", err, w.chat.texts())
	}
	w.told(practice)
	return w.payment()
}

func last(texts []string) string { return texts[len(texts)-1] }

// TestSeedTest3 pays, reads the bank's number of the payment as "Тест 3" of
// salebot's page asks for it, and takes the payment back.
func TestSeedTest3(t *testing.T) {
	t.Parallel()
	w, practice := practised(t, seedShop)
	payment := w.buys(practice, "/start", tbanktest.CardSuccess)
	if !slices.Contains(w.chat.texts(), "Платёж "+payment.External) {
		t.Fatalf("the customer reads %q, the bank's number is %s", w.chat.texts(), payment.External)
	}
	made := practice.Payments()[0]
	if made.Amount != 3500 || made.Receipt == nil || !strings.Contains(string(made.Receipt), "Наименование товара 2") {
		t.Errorf("at the bank: %d, %s", made.Amount, made.Receipt)
	}
	if err := w.Refund(w.ctx(), sales.Refund{ID: "test3", Payment: payment.ID, Reason: "Тест 3"}); err != nil {
		t.Fatal(err)
	}
	w.drain()
	w.told(practice)
	if got := practice.Payments()[0].Status; got != tbanktest.StatusRefunded || !slices.Contains(w.chat.texts(), "Деньги вернулись") {
		t.Errorf("at the bank %s, said %q", got, w.chat.texts())
	}
}

// TestSeedTest5Autopayment: an ordinary link, paid by the card of "Тест №5",
// then tinkoff_recurrent_payment for the same customer.
func TestSeedTest5Autopayment(t *testing.T) {
	t.Parallel()
	w, practice := practised(t, seedShop)
	w.buys(practice, "/start", tbanktest.CardSuccess)
	w.clock.pass(time.Minute)
	w.say("списать")
	w.drain()
	w.told(practice)
	w.pass(time.Minute)
	w.told(practice)
	made := practice.Payments()
	if len(made) != 2 || made[1].Amount != 50000 || made[1].Status != tbanktest.StatusConfirmed || !strings.Contains(string(made[1].Receipt), "Клуб") {
		t.Fatalf("at the bank: %+v\nsaid %q", made, w.chat.texts())
	}
	if !slices.Contains(w.chat.texts(), "Списали") {
		t.Errorf("said %q", w.chat.texts())
	}
	w.say("списать") // in "charged" nobody listens; nothing is charged again
	w.drain()
	if len(practice.Payments()) != 2 {
		t.Error("charged again")
	}
}

// TestSeedRepeatedPayment puts the sum and the link to nothing and names the
// same sum again, as the page wants it: each sale has a link of its own.
func TestSeedRepeatedPayment(t *testing.T) {
	t.Parallel()
	w, practice := practised(t, seedShop)
	first := w.buys(practice, "/start", tbanktest.CardSuccess)
	w.clock.pass(time.Minute)
	second := w.buys(practice, "ещё", tbanktest.CardSuccess)
	if first.ID == second.ID || first.URL == second.URL || first.Order == second.Order || second.Status != sales.PaymentPaid {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
	w.clock.pass(time.Minute)
	if declined := w.buys(practice, "ещё", tbanktest.CardDeclined); declined.Status == sales.PaymentPaid || last(w.chat.texts()) != "Не вышло" {
		t.Errorf("declined: %+v, said %q", declined, last(w.chat.texts()))
	}
	if n := len(practice.Payments()); n != 3 {
		t.Errorf("%d payments at the bank", n)
	}
	if v := practice.Violations(); len(v) > 0 {
		t.Errorf("against the protocol: %+v", v)
	}
}

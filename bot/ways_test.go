package bot_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// richBank has more ways to pay, holds money and closes receipts.
type richBank struct {
	*bank
	off    sales.Method // a way that does not open
	mu     sync.Mutex
	closed []sales.Receipt
	close  error
}

func (b *richBank) Methods(context.Context, string) ([]sales.Method, error) {
	return []sales.Method{sales.MethodCard, sales.MethodSBP, sales.MethodTPay}, nil
}

func (b *richBank) Open(_ context.Context, payment sales.Payment, method sales.Method) (string, error) {
	if method == b.off {
		return "", &sales.Error{Code: "method_off", Action: sales.Bury}
	}
	return "https://qr.example/" + string(method) + "/" + payment.ID, nil
}

func (b *richBank) Confirm(_ context.Context, payment sales.Payment, amount sales.Money, _ *sales.Receipt) (payments.Event, error) {
	b.bank.state(event(payment, sales.PaymentPaid, amount))
	return b.bank.Status(context.Background(), payment)
}

func (b *richBank) Void(_ context.Context, payment sales.Payment) (payments.Event, error) {
	b.bank.state(event(payment, sales.PaymentRefunded, payment.Amount))
	return b.bank.Status(context.Background(), payment)
}

func (b *richBank) CloseReceipt(_ context.Context, _ sales.Payment, receipt sales.Receipt) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = append(b.closed, receipt)
	return b.close
}

func rich(into **richBank) func(*bot.Config) {
	return func(c *bot.Config) {
		*into = &richBank{bank: c.Provider.(*bank)}
		c.Provider = *into
	}
}

var (
	_ payments.Opener = (*richBank)(nil)
	_ payments.Holder = (*richBank)(nil)
	_ payments.Closer = (*richBank)(nil)
)

func TestSBPIsShownAsACode(t *testing.T) {
	t.Parallel()
	flow := strings.Replace(shop, "        expires: 30m\n", "        expires: 30m\n        method: [sbp, card]\n        qr: true\n", 1)
	const public, direct = "https://shop.example/pay/", "https://qr.example/sbp/"
	for name, test := range map[string]struct {
		change  func(*bot.Config)
		off     sales.Method
		url     func(id string) string
		picture bool
	}{
		"with a public address": {nil, "", func(id string) string { return public + id + "/sbp" }, true},
		"without one":           {func(c *bot.Config) { c.PublicURL = "" }, "", func(id string) string { return direct + id }, true},
		"switched off":          {nil, sales.MethodSBP, func(id string) string { return public + id + "/sbp" }, false},
		"switched off, from us": {func(c *bot.Config) { c.PublicURL = "" }, sales.MethodSBP, func(id string) string { return "https://bank.example/" + id + "?a=1&lt=2" }, false},
		"a bank with a page alone": {func(c *bot.Config) { c.Provider, c.PublicURL = c.Provider.(*richBank).bank, "" }, "",
			func(id string) string { return "https://bank.example/" + id + "?a=1&lt=2" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rb *richBank
			w := newWorld(t, flow, rich(&rb), func(c *bot.Config) {
				if test.change != nil {
					test.change(c)
				}
			})
			rb.off = test.off
			payment := w.toPay()
			all := w.chat.all()
			shown := all[len(all)-1]
			if got, want := shown.Buttons[0][0].URL, test.url(payment.ID); got != want {
				t.Errorf("the button leads to %q, want %q", got, want)
			}
			if (shown.Photo != nil) != test.picture {
				t.Fatalf("picture: %v", shown.Photo)
			}
			if shown.Photo == nil {
				return
			}
			if picture, err := png.Decode(bytes.NewReader(shown.Photo.Content)); err != nil || picture.Bounds().Dx() < 100 {
				t.Errorf("the picture is none: %v", err)
			}
		})
	}
}

const lamp = `
flow: shop
title: Магазин
start: welcome
products:
  course: {title: Курс, price: 4900, deliver: {link: "https://example.ru"}}
states:
  welcome: {do: [{say: Привет, buttons: [[{text: Купить, to: pay}]]}]}
  pay:
    do: [{pay: course, hold: true}]
    on: [{success: thanks, fail: pay, different_amounts: pay, expired: pay, error: pay, held: packing, refunded: sorry}]
  packing:
    do: [{say: Удержаны}]
    on: [{text: беру, do: [{confirm: course}]}, {text: нет, do: [{void: course}]}, {success: thanks, refunded: sorry}]
  thanks: {do: [{say: Спасибо}, {deliver: course}], end: true}
  sorry: {do: [{say: Отпустили}], end: true}
`

func TestHeldMoneyIsTakenOrLetGo(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]struct {
		status sales.PaymentStatus
		text   string
		goods  int
	}{"беру": {sales.PaymentPaid, "Спасибо", 1}, "нет": {sales.PaymentRefunded, "Отпустили", 0}} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			var rb *richBank
			w := newWorld(t, lamp, rich(&rb))
			payment := w.toPay()
			if !payment.Hold {
				t.Fatal("the payment holds nothing")
			}
			held := event(payment, sales.PaymentHeld, payment.Amount)
			w.bank.state(held)
			w.notify(held)
			w.drain()
			w.say(word)
			w.restart() // a crash before the bank was told
			w.say(word)
			w.drain()
			w.notify(event(payment, want.status, payment.Amount)) // the bank tells, too
			w.drain()
			texts := w.chat.texts()
			if got := w.payment(); got.Status != want.status || texts[len(texts)-1-want.goods] != want.text {
				t.Errorf("%s, said %q", got.Status, texts)
			}
			if jobs, _ := w.buried(); len(jobs) > 0 {
				t.Errorf("buried: %q", jobs)
			}
		})
	}
}

const prepaid = `
flow: shop
title: Магазин
start: welcome
receipt: {taxation: usn_income, tax: none, method: full_prepayment, closing: delivery}
products:
  course: {title: Курс, price: 4900, deliver: {link: "https://example.ru"}}
states:
  welcome: {do: [{ask: Почта?, into: email, as: email}, {say: Привет, buttons: [[{text: Купить, to: pay}]]}]}
  pay:
    do: [{pay: course}]
    on: [{success: thanks, fail: pay, different_amounts: pay, expired: pay, error: pay}]
  thanks: {do: [{deliver: course}], on: [{text: закрой, do: [{close_receipt: course}]}], end: true}
`

func (w *world) prepaid() sales.Payment {
	w.Helper()
	w.say("/start")
	w.say("anna@mail.example")
	w.drain()
	w.press("Купить")
	w.drain()
	payment := w.payment()
	w.notify(paid(payment))
	w.drain()
	return payment
}

func TestClosingReceiptFollowsTheGoodsOnce(t *testing.T) {
	t.Parallel()
	var rb *richBank
	w := newWorld(t, prepaid, rich(&rb))
	w.prepaid()
	w.say("закрой")
	w.drain()
	if len(rb.closed) != 1 || rb.closed[0].Items[0].Method != "full_payment" || w.payment().ClosedAt.IsZero() {
		t.Errorf("closing receipts: %+v", rb.closed)
	}
	if w.payment().Receipt.Items[0].Method != "full_prepayment" {
		t.Error("the first receipt was changed")
	}
	if err := w.Refund(w.ctx(), sales.Refund{ID: "back", Payment: w.payment().ID, Amount: 100, By: "anna"}); err != nil {
		t.Fatal(err)
	}
	if err := w.store.View(w.ctx(), func(tx storage.Tx) error {
		refund, err := tx.Refund("back")
		if err == nil && refund.Receipt.Items[0].Method != "full_payment" {
			t.Errorf("what was handed over is returned as %s", refund.Receipt.Items[0].Method)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestClosingReceiptOfUnknownOutcomeWaitsForAPerson(t *testing.T) {
	t.Parallel()
	var rb *richBank
	w := newWorld(t, prepaid, rich(&rb), func(c *bot.Config) {
		rb := c.Provider.(*richBank)
		rb.close = &sales.Error{Code: "bank_timeout", Uncertain: true}
	})
	w.prepaid()
	w.pass(24 * time.Hour)
	if jobs, _ := w.buried(); len(rb.closed) != 1 || len(jobs) != 1 || jobs[0] != "close_receipt uncertain" {
		t.Errorf("sent %d times, buried %q", len(rb.closed), jobs)
	}
}

func TestReceiptIsKeptAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, prepaid)
	payment := w.prepaid()
	news := payments.Event{Key: "receipt", Payment: payment.ID, Raw: []byte("{}"),
		Fiscal: &sales.Fiscal{Kind: "Income", Amount: payment.Amount, URL: "https://ofd.example/7"}}
	for range 3 {
		w.notify(news)
	}
	w.drain()
	if got := w.payment(); len(got.Fiscals) != 1 || got.Status != sales.PaymentPaid {
		t.Errorf("receipts: %+v", got.Fiscals)
	}
	texts := w.chat.texts()
	if texts[len(texts)-1] != "‹receipt›" || len(w.journal("receipt")) != 1 {
		t.Errorf("said %q, noted %q", texts, w.journal("receipt"))
	}
	failed := news
	failed.Key, failed.Fiscal = "failed", &sales.Fiscal{Kind: "Income", Error: "ФН переполнен"}
	w.notify(failed)
	if !strings.Contains(w.attention(), "receipt_failed") {
		t.Errorf("nobody is called: %q", w.attention())
	}
}

func TestNewsOfAnotherShopAreForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	payment := w.toPay()
	news := paid(payment)
	news.Shop = "books"
	if err := w.Accept(w.ctx(), w.bank.Name(), news); !errors.Is(err, payments.ErrForged) {
		t.Errorf("taken: %v", err)
	}
	if w.payment().Status != sales.PaymentLinked {
		t.Errorf("moved to %s", w.payment().Status)
	}
}

func TestDeclinedLinkLeadsToAnotherAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	first := w.toPay()
	if same, err := w.Again(w.ctx(), first.ID); err != nil || same.ID != first.ID {
		t.Errorf("an open link: %+v, %v", same, err)
	}
	w.notify(event(first, sales.PaymentDeclined, first.Amount))
	w.drain()
	w.clock.pass(time.Second)
	var group sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		group.Go(func() {
			next, err := w.Again(t.Context(), first.ID)
			if err != nil || next.URL == "" {
				t.Errorf("another attempt: %+v, %v", next, err)
			}
			ids[i] = next.ID
		})
	}
	group.Wait()
	next := w.payment()
	if next.ID == first.ID || next.Order != first.Order || !next.ExpiresAt.Equal(first.ExpiresAt) || next.External == first.External {
		t.Fatalf("the next attempt: %+v", next)
	}
	for _, id := range ids {
		if id != next.ID {
			t.Errorf("two visits lead to %s and %s", id, next.ID)
		}
	}
	w.notify(paid(next))
	w.drain()
	if w.chat.deliveries() != 1 {
		t.Errorf("%d deliveries, said %q", w.chat.deliveries(), w.chat.texts())
	}
	if after, err := w.Again(w.ctx(), first.ID); err != nil || after.ID != first.ID {
		t.Errorf("after it was paid: %+v, %v", after, err)
	}
}

func TestDeclinedLinkOfAnEndedOrderStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop)
	first := w.toPay()
	w.notify(event(first, sales.PaymentDeclined, first.Amount))
	w.bank.fall(errors.New("down"))
	if made, err := w.Again(w.ctx(), first.ID); err != nil || made.URL != "" {
		t.Errorf("a bank that is down: %+v, %v", made, err)
	}
	w.clock.pass(30 * time.Minute)
	if late, err := w.Again(w.ctx(), first.ID); err != nil || late.ID != first.ID {
		t.Errorf("after the deadline: %+v, %v", late, err)
	}
	if _, err := w.Again(w.ctx(), "nothing"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestOperatorSettlesHeldMoney(t *testing.T) {
	t.Parallel()
	var rb *richBank
	w := newWorld(t, lamp, rich(&rb))
	payment := w.toPay()
	if err := w.Settle(w.ctx(), payment.ID, flows.ConfirmHold, 0, "console"); !errors.Is(err, bot.ErrNotHeld) {
		t.Errorf("money that is not held: %v", err)
	}
	held := event(payment, sales.PaymentHeld, payment.Amount)
	w.bank.state(held)
	w.notify(held)
	w.drain()
	if err := w.Settle(w.ctx(), payment.ID, flows.CloseReceipt, 0, "console"); !errors.Is(err, bot.ErrNotHeld) {
		t.Errorf("another word: %v", err)
	}
	for range 2 {
		if err := w.Settle(w.ctx(), payment.ID, flows.ConfirmHold, 0, "console"); err != nil {
			t.Fatal(err)
		}
	}
	w.drain()
	if got := w.payment(); got.Status != sales.PaymentPaid || strings.Count(strings.Join(w.chat.texts(), " "), "Спасибо") != 1 {
		t.Errorf("%s, said %q", got.Status, w.chat.texts())
	}
}

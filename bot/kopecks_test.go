package bot_test

import (
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/payments"
	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
)

// TestReconcileSeesTheCabinetsPartBesideOurs gives a part back by our word and
// another in the cabinet, whose receipt does not come.
func TestReconcileSeesTheCabinetsPartBesideOurs(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	h.survive(h.bot.Refund(h.ctx, sales.Refund{ID: "a", Payment: payment.ID, Amount: 10000, By: "anna"}))
	h.settle()
	if _, found, err := h.bot.Reconcile(h.ctx, time.Time{}); err != nil || len(found) != 0 {
		t.Fatalf("our own part: %+v, %v", found, err)
	}
	if _, err := h.bank.Refund(payment.URL, 5000); err != nil {
		t.Fatal(err)
	}
	if err := h.bank.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 10; i++ {
		if body, found := h.mail.pick(i); found && strings.Contains(body, "IncomeReturn") {
			h.mail.remove(body)
		}
	}
	h.settle()
	h.pass(time.Hour + time.Minute) // its receipt is waited for
	h.settle()
	if _, found, err := h.bot.Reconcile(h.ctx, time.Time{}); err != nil || len(found) != 1 || found[0].Returned != 10000 {
		t.Errorf("the cabinet's part: %+v, %v", found, err)
	}
	h.survive(h.bot.BookReturn(h.ctx, sales.Refund{ID: "b", Payment: payment.ID, Amount: 5000, By: "cli"}))
	if _, found, err := h.bot.Reconcile(h.ctx, time.Time{}); err != nil || len(found) != 0 {
		t.Errorf("booked: %+v, %v", found, err)
	}
}

// TestAnotherAttemptAfterAHoldIsWhole tries again what was held, was to be taken
// in part, and was declined in the end.
func TestAnotherAttemptAfterAHoldIsWhole(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.say(flows.Input{Kind: flows.Command, Text: "hold"})
	h.work()
	if _, err := h.bank.Pay(h.held().URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	h.settle()
	before := h.held()
	for _, part := range []sales.Money{100000, 150000} {
		h.survive(h.bot.Settle(h.ctx, before.ID, flows.ConfirmHold, part, "anna"))
		if held := h.held(); held.Capture != part || held.Receipt.Total() != part || held.Whole.Total() != before.Receipt.Total() {
			t.Fatalf("of %s a receipt of %s, of the whole %s", part, held.Receipt.Total(), held.Whole.Total())
		}
	}
	declined := h.held()
	declined.Status, declined.HoldTold = sales.PaymentDeclined, true
	if err := h.disk.Update(h.Context(), func(tx storage.Tx) error { return tx.PutPayment(declined) }); err != nil {
		t.Fatal(err)
	}
	next, err := h.bot.Again(h.ctx, declined.ID)
	if err != nil || next.ID == declined.ID || next.URL == "" {
		t.Fatalf("%+v, %v", next, err)
	}
	if next.Capture != 0 || !next.HeldAt.IsZero() || next.HoldTold || next.Whole != nil || next.Receipt.Total() != before.Receipt.Total() || !next.Hold {
		t.Errorf("the next attempt: %+v", next)
	}
}

// TestReceiptWithoutAPageSaysNothingEmpty has receipts registered that cannot be shown.
func TestReceiptWithoutAPageSaysNothingEmpty(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	fiscal := func(key string, one sales.Fiscal) {
		one.Kind, one.Amount, one.At = "Income", payment.Amount, h.clock.Now()
		event := payments.Event{Key: key, Payment: payment.ID, External: payment.External, Shop: payment.Shop, Fiscal: &one}
		h.survive(h.bot.Accept(h.ctx, payment.Provider, event))
		h.work()
	}
	said := func() (texts []string) {
		for _, message := range h.chat.shown {
			if message.Text == "‹receipt›" {
				texts = append(texts, message.Text)
			}
		}
		return texts
	}
	before := len(said())
	fiscal("bare", sales.Fiscal{Drive: "9999", Document: "17", Sign: "42"})
	if after := said(); len(after) != before || !h.told("payment_receipt "+payment.ID+" 9999 17 42") {
		t.Errorf("without an address: %q, journal %t", after, h.told("payment_receipt "+payment.ID))
	}
	fiscal("code", sales.Fiscal{QR: "https://check.example/qr.png"})
	if after := said(); len(after) != before+1 || !h.told("payment_receipt https://check.example/qr.png") {
		t.Errorf("with a code's picture: said %d times", len(after)-before)
	}
}

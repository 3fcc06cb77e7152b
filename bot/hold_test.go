package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// held is the customer's payment that was held first.
func (h *history) held() sales.Payment {
	h.Helper()
	for _, payment := range h.money().payments {
		if payment.Hold {
			return payment
		}
	}
	h.Fatal("nothing was to be held")
	return sales.Payment{}
}

// TestHoldThatEndsCallsAPerson has money held for six days that nobody settles.
func TestHoldThatEndsCallsAPerson(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.say(flows.Input{Kind: flows.Command, Text: "hold"})
	h.work()
	if _, err := h.bank.Pay(h.held().URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	h.settle()
	held := h.held()
	if held.Status != sales.PaymentHeld || held.Amount != 250000 {
		t.Fatalf("%s of %s", held.Status, held.Amount)
	}
	// It was paid on January 29 at 15:00 in Moscow: the seventh day is February 4.
	ends := time.Date(2027, 2, 4, 21, 0, 0, 0, time.UTC)
	if got := bot.HoldEnds(held); !got.Equal(ends) {
		t.Fatalf("the hold ends at %s", got.UTC())
	}
	told := func() bool {
		return slices.ContainsFunc(h.notes("payment"), func(line string) bool { return strings.HasPrefix(line, "hold_ends ") })
	}
	for h.clock.Now().Before(ends.Add(-25 * time.Hour)) {
		h.pass(time.Hour)
		h.work()
	}
	if told() {
		t.Error("told too early")
	}
	h.pass(time.Hour + time.Minute)
	h.settle()
	if !told() || h.attention() != "hold_ends" {
		t.Errorf("nobody was told: %q", h.attention())
	}
	h.pass(7 * time.Hour)
	h.settle()
	if n := strings.Count(strings.Join(h.notes("payment"), " "), "hold_ends "); n != 1 {
		t.Errorf("told %d times", n)
	}
	h.survive(h.bot.Settle(h.ctx, held.ID, flows.ConfirmHold, 100000, "anna"))
}

// TestPartOfAHoldIsTaken takes a part, and has the bank send a paper about it.
func TestPartOfAHoldIsTaken(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.say(flows.Input{Kind: flows.Command, Text: "hold"})
	h.work()
	if _, err := h.bank.Pay(h.held().URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	h.settle()
	held := h.held()
	if err := h.bot.Certify(h.ctx, held.ID, "anna@mail.ru", "anna"); err != bot.ErrNotPaid {
		t.Errorf("the certificate of held money: %v", err)
	}
	if err := h.bot.Settle(h.ctx, held.ID, flows.ConfirmHold, held.Amount+1, "anna"); err != bot.ErrNotHeld {
		t.Errorf("more than is held: %v", err)
	}
	h.survive(h.bot.Settle(h.ctx, held.ID, flows.ConfirmHold, 100000, "anna"))
	h.settle()
	after := h.held()
	if after.Status != sales.PaymentPaid || after.Paid != 100000 || after.Receipt.Total() != 100000 || after.Receipt.Tender != nil {
		t.Errorf("%s, %s paid, a receipt of %s", after.Status, after.Paid, after.Receipt.Total())
	}
	h.survive(h.bot.Certify(h.ctx, held.ID, "anna@mail.ru", "anna"))
	h.settle()
	if lines := h.notes("payment"); !slices.Contains(lines, "certificate_sent "+held.ID) {
		t.Errorf("no certificate: %q", lines)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

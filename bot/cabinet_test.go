package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// cabinetRefund gives a part of the club's first payment back by a hand in the
// bank's cabinet; lost are news that never come.
func cabinetRefund(t *testing.T, amount int64, lost string) (*history, sales.Payment) {
	t.Helper()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	if _, err := h.bank.Refund(payment.URL, amount); err != nil {
		t.Fatal(err)
	}
	if err := h.bank.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := 0; lost != "" && i < 10; i++ {
		if body, found := h.mail.pick(i); found && strings.Contains(body, lost) {
			h.mail.remove(body)
		}
	}
	h.settle()
	return h, payment
}

func TestPartGivenBackInTheCabinetIsBookedByItsReceipt(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"", tbanktest.StatusPartialRefunded} {
		h, payment := cabinetRefund(t, 30000, lost)
		all := h.money()
		refunds := all.refunds[payment.ID]
		if len(refunds) != 1 || refunds[0].Amount != 30000 || refunds[0].By != "bank" || refunds[0].Status != sales.RefundDone {
			t.Errorf("without %q: refunds %+v", lost, refunds)
		}
		if fault := h.judge(); fault != "" || h.attention() == "refund_unasked" {
			t.Errorf("without %q: %s, a person is called for %q", lost, fault, h.attention())
		}
		if _, err := h.bank.Refund(payment.URL, 20000); err != nil {
			t.Fatal(err)
		}
		if _, err := h.bank.Refund(payment.URL, 0); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if fault := h.judge(); fault != "" {
			t.Errorf("the rest: %s", fault)
		}
	}
}

func TestPartGivenBackInTheCabinetWithoutAReceiptCallsAPerson(t *testing.T) {
	t.Parallel()
	h, payment := cabinetRefund(t, 30000, "IncomeReturn")
	if h.attention() == "refund_unasked" {
		t.Error("a person is called before its receipt can have come")
	}
	h.pass(time.Hour + time.Second)
	h.settle()
	if len(h.money().refunds[payment.ID]) != 0 || h.attention() != "refund_unasked" {
		t.Errorf("refunds %+v, a person is called for %q", h.money().refunds[payment.ID], h.attention())
	}
	h.survive(h.bot.Recheck(h.ctx, payment.ID))
	h.settle()
	if n := strings.Count(strings.Join(h.notes("refund"), " "), "refund_unasked "); n != 1 {
		t.Errorf("told %d times", n)
	}
	back := sales.Refund{ID: "by-hand", Payment: payment.ID, Amount: 30000, By: "cli"}
	for range 2 {
		h.survive(h.bot.BookReturn(h.ctx, back))
	}
	back.ID, back.Amount = "too-much", payment.Paid
	if err := h.bot.BookReturn(h.ctx, back); !errors.Is(err, bot.ErrRefund) {
		t.Errorf("more than was paid: %v", err)
	}
	asked := len(h.bank.Requests())
	h.settle()
	if now := len(h.bank.Requests()); now != asked {
		t.Errorf("the bank was called %d times", now-asked)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// TestOwnPartsAreNotTakenForTheCabinets gives parts back by our own word.
func TestOwnPartsAreNotTakenForTheCabinets(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	for id, amount := range map[string]sales.Money{"a": 10000, "b": 20000, "c": 10000} {
		h.survive(h.bot.Refund(h.ctx, sales.Refund{ID: id, Payment: payment.ID, Amount: amount, By: "anna"}))
	}
	h.settle()
	if n := len(h.money().refunds[payment.ID]); n != 3 || h.attention() != "" {
		t.Errorf("%d refunds, a person is called for %q", n, h.attention())
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// TestAskingAboutOwnPartsCallsNobody asks the bank again about parts that we gave
// back, of which it names the whole payment.
func TestAskingAboutOwnPartsCallsNobody(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	h.survive(h.bot.Refund(h.ctx, sales.Refund{ID: "a", Payment: payment.ID, Amount: 10000, By: "anna"}))
	h.settle()
	for range 2 {
		h.survive(h.bot.Recheck(h.ctx, payment.ID))
		h.settle()
		h.pass(time.Hour + time.Second)
		h.settle()
	}
	if h.attention() != "" {
		t.Errorf("a person is called for %q", h.attention())
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// chargedUnseen charges a second period; its answer and all news of it are lost.
func chargedUnseen(t *testing.T) (*history, sales.Payment) {
	t.Helper()
	h, _ := subscribed(t)
	h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: tbanktest.FaultDropAfter})
	h.pass(31 * 24 * time.Hour)
	h.work()
	h.loseAll()
	for _, payment := range h.money().payments {
		if payment.Initiator != "" {
			return h, payment
		}
	}
	t.Fatal("nothing was charged")
	return nil, sales.Payment{}
}

func (h *history) loseAll() {
	for h.mail.waits() {
		h.mail.drop(0)
	}
}

// TestMoneyThatWentBackUnseenIsBookedWhole gives a charge back in the cabinet of
// which nobody told us, in one part or several: only the last news comes, or none.
func TestMoneyThatWentBackUnseenIsBookedWhole(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][]int64{"whole": {0}, "in parts": {30000, 20000, 0}} {
		for _, told := range []bool{true, false} {
			h, charge := chargedUnseen(t)
			for _, part := range parts {
				h.loseAll()
				if _, err := h.bank.Refund(charge.URL, part); err != nil {
					t.Fatal(err)
				}
				if err := h.bank.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if !told {
				h.loseAll()
			}
			h.settle()
			h.pass(time.Hour)
			h.settle()
			all := h.money()
			if one := all.subscriptions[0]; one.Status != sales.SubscriptionEnded || one.Charging != "" {
				t.Errorf("%s, told %t: the subscription is %s and waits for %q", name, told, one.Status, one.Charging)
			}
			if fault := h.judge(); fault != "" {
				t.Errorf("%s, told %t: %s", name, told, fault)
			}
		}
	}
}

// TestChargeThatWentBackInPartUnseenPaysItsPeriod has only the part told.
func TestChargeThatWentBackInPartUnseenPaysItsPeriod(t *testing.T) {
	t.Parallel()
	h, charge := chargedUnseen(t)
	if _, err := h.bank.Refund(charge.URL, 30000); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.pass(time.Hour)
	h.settle()
	if one := h.money().subscriptions[0]; one.Taken != 2 || one.Charging != "" || one.Status != sales.SubscriptionActive {
		t.Errorf("the subscription is %s, took %d, waits for %q", one.Status, one.Taken, one.Charging)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

package bot_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
)

// subscribed is a customer who joined the club and paid the first month.
func subscribed(t *testing.T, change ...func(*bot.Config)) (*history, string) {
	t.Helper()
	dir := t.TempDir()
	h := newHistory(t, dir)
	t.Cleanup(h.close)
	for _, c := range change {
		c(&h.config)
	}
	h.live()
	h.begin()
	h.say(flows.Input{Kind: flows.Command, Text: "join"})
	h.work()
	h.pay(happening{"pay", 0, 7})
	h.settle()
	return h, dir
}

// charges counts the payments that the bank took from the saved card.
func (h *history) charges() (n int) {
	for _, payment := range h.money().payments {
		if payment.Initiator != "" && payment.Status == sales.PaymentPaid {
			n++
		}
	}
	return n
}

func (h *history) attention() (reason string) {
	err := h.disk.View(context.Background(), func(tx storage.Tx) (err error) {
		reason, err = tx.Ref(bot.AttentionRef("tg:7"))
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return reason
}

func (h *history) only() sales.Subscription {
	h.Helper()
	all := h.money().subscriptions
	if len(all) != 1 {
		h.Fatalf("%d subscriptions", len(all))
	}
	return all[0]
}

func TestSubscriptionIsChargedEachMonth(t *testing.T) {
	t.Parallel()
	h, dir := subscribed(t)
	if one := h.only(); one.Status != sales.SubscriptionActive || !h.chat.member() {
		t.Fatalf("%+v, in the channel: %t", one, h.chat.member())
	}
	for month := 1; month <= 12; month++ {
		h.pass(31 * 24 * time.Hour)
		for range 3 { // a second look charges nothing more
			h.settle()
		}
		if h.charges() != month {
			t.Fatalf("after %d months: %d charges", month, h.charges())
		}
	}
	rebill := ""
	for _, payment := range h.bank.Payments() {
		rebill = payment.RebillID + rebill
	}
	data, err := os.ReadFile(filepath.Join(dir, "voronka.db"))
	if err != nil || len(rebill) < 5 {
		t.Fatal(rebill, err)
	}
	if bytes.Contains(data, []byte(h.bank.Payments()[0].RebillID)) {
		t.Error("the database holds the card's token in the clear")
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

func TestSwitchStopsChargesAndTheyCatchUpOnce(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.survive(h.bot.StopCharges(h.ctx, "anna"))
	for range 3 {
		h.pass(31 * 24 * time.Hour)
		h.settle()
	}
	if one := h.only(); h.charges() != 0 || !one.Live() || !h.chat.member() {
		t.Fatalf("switched off: %d charges, %s", h.charges(), one.Status)
	}
	h.survive(h.bot.StopCharges(h.ctx, ""))
	h.pass(11 * time.Minute)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("switched on: %d charges", h.charges())
	}
}

func TestNobodyLosesAccessWhileChargesAreOff(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: tbanktest.FaultTemporary, Code: "1051"})
	h.bank.Tick(h.clock.Now())
	until := h.only().Until
	h.clock.pass(until.Sub(h.clock.Now()))
	h.settle()
	h.survive(h.bot.StopCharges(h.ctx, "anna"))
	for range 60 {
		h.pass(6 * time.Hour)
		h.settle()
	}
	if one := h.only(); !one.Live() || !h.chat.member() {
		t.Errorf("%s %s, in the channel: %t", one.Status, one.Why, h.chat.member())
	}
	h.survive(h.bot.StopCharges(h.ctx, ""))
	for range 12 {
		h.pass(6 * time.Hour)
		h.settle()
	}
	if one := h.only(); one.Status != sales.SubscriptionActive || h.charges() != 1 {
		t.Errorf("on again: %s, %d charges", one.Status, h.charges())
	}
}

func TestCapMovesAChargeToTomorrow(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t, func(c *bot.Config) { c.Caps.Customer = 50000 })
	until := h.only().Until
	h.clock.pass(until.Sub(h.clock.Now()))
	h.settle()
	one := h.only()
	year, month, day := until.UTC().Date()
	if tomorrow := time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC); h.charges() != 0 || !one.NextAt.Equal(tomorrow) {
		t.Errorf("%d charges, next at %s, want %s", h.charges(), one.NextAt, tomorrow)
	}
	if h.attention() != "charge_cap_customer" {
		t.Errorf("attention %q", h.attention())
	}
}

func TestWithoutAKeyNoCardIsKept(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t, func(c *bot.Config) { c.Sealer = nil })
	if h.attention() != "card_not_kept" {
		t.Errorf("attention %q", h.attention())
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if one := h.only(); one.Status != sales.SubscriptionOverdue || one.Reason != sales.DeclineNoCard || h.charges() != 0 {
		t.Errorf("%s %s, %d charges", one.Status, one.Reason, h.charges())
	}
}

func TestChargeWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Init", "Charge", "GetState"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			h, _ := subscribed(t)
			h.bank.Inject(tbanktest.Fault{Method: method, Kind: tbanktest.FaultDropAfter, Times: 3})
			h.pass(31 * 24 * time.Hour)
			h.settle()
			for range 10 {
				h.pass(11 * time.Minute)
				h.settle()
			}
			taken := 0
			for _, payment := range h.bank.Payments() {
				if payment.Paid > 0 && !payment.Recurrent {
					taken++
				}
			}
			if taken != 1 || h.charges() != 1 {
				t.Errorf("the bank took %d, we know of %d", taken, h.charges())
			}
			if fault := h.judge(); fault != "" {
				t.Error(fault)
			}
		})
	}
}

func TestRefundsNeverComeToMoreThanWasPaid(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	payment := h.money().payments[0]
	ask := func(id string, amount sales.Money) error {
		return h.bot.Refund(h.ctx, sales.Refund{ID: id, Payment: payment.ID, Amount: amount, By: "anna", Withdraw: true})
	}
	h.survive(ask("a", 30000))
	h.survive(ask("a", 30000)) // the same one again
	h.survive(ask("b", 20000))
	if err := ask("c", 50000); err == nil {
		t.Error("more than is left went back")
	}
	h.bank.Inject(tbanktest.Fault{Method: "Cancel", Kind: tbanktest.FaultDropAfter, Times: 2})
	for range 4 {
		h.settle()
		h.pass(11 * time.Minute)
	}
	if one := h.only(); one.Status != sales.SubscriptionActive {
		t.Errorf("a part went back and the subscription is %s", one.Status)
	}
	h.survive(ask("d", 0))
	for range 4 {
		h.settle()
		h.pass(11 * time.Minute)
	}
	if one := h.only(); one.Status != sales.SubscriptionEnded || one.Why != sales.EndRefunded || h.chat.member() {
		t.Errorf("all went back: %s %s, in the channel: %t", one.Status, one.Why, h.chat.member())
	}
	if bank, err := h.bank.Payment(payment.URL); err != nil || bank.Refunded != 99000 || len(bank.Refunds) != 3 {
		t.Errorf("the bank gave back %d in %d receipts, %v", bank.Refunded, len(bank.Refunds), err)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

func TestReconcileFindsWhatTheBankDidNotTell(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	asked, found, err := h.bot.Reconcile(h.ctx, time.Time{})
	if err != nil || asked != 1 || len(found) != 0 {
		t.Fatalf("in order: asked %d, found %+v, %v", asked, found, err)
	}
	payment := h.money().payments[0]
	if _, err := h.bank.Refund(payment.URL, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.bank.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for h.mail.waits() {
		h.mail.drop(0)
	}
	_, found, err = h.bot.Reconcile(h.ctx, time.Time{})
	if err != nil || len(found) != 1 || found[0].State != "REFUNDED" || found[0].Taken != 99000 {
		t.Fatalf("a refund in the cabinet: %+v, %v", found, err)
	}
	h.survive(h.bot.Recheck(h.ctx, payment.ID))
	h.settle()
	if _, found, err = h.bot.Reconcile(h.ctx, time.Time{}); err != nil || len(found) != 0 || h.only().Status != sales.SubscriptionEnded {
		t.Errorf("taken over: %+v, %v, %s", found, err, h.only().Status)
	}
}

package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm"
	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// desk is a CRM in which one bill lies.
type desk struct {
	board
	bill crm.Bill
	read error
	lost int
	done []string
}

func (d *desk) Bill(_ context.Context, account, id string) (crm.Bill, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if account != "31337" || id != d.bill.ID {
		return crm.Bill{}, crm.ErrNoBill
	}
	return d.bill, d.read
}

func (d *desk) BillPaid(_ context.Context, id string, at time.Time, inFull bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = append(d.done, fmt.Sprint(id, " ", inFull))
	if d.lost--; d.lost >= 0 {
		return &sales.Error{Code: "crm_unavailable", Uncertain: true}
	}
	d.bill.Paid = inFull
	return nil
}

// billing is a shop whose seller wrote one bill.
func billing(t *testing.T) (*world, *desk) {
	t.Helper()
	d := &desk{bill: crm.Bill{
		ID: "42", Name: "Счёт за апрель", Total: 499000, Email: "anna@mail.ru", Phone: "+79120000001",
		Items: []crm.BillItem{{Name: strings.Repeat("Длинное название ", 20), Price: 499000, Quantity: 1000, Tax: "vat22"}},
	}}
	return newWorld(t, shop, func(c *bot.Config) { c.CRM, c.Taxation = d, "usn_income" }), d
}

func (w *world) bill() bot.Billed {
	w.Helper()
	billed, err := w.Bill(w.ctx(), "31337", "42", "", "ru")
	if err != nil {
		w.Fatal(err)
	}
	return billed
}

// attempts are the payments of the bill.
func (w *world) attempts() (all []sales.Payment) {
	w.Helper()
	w.view(func(tx storage.Tx) (err error) {
		all, err = tx.Payments("bill:42")
		return err
	})
	return all
}

func TestBillIsPaidOnceAndMarked(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	d.lost = 2
	first := w.bill()
	if first.State != bot.BillOpen || first.Amount != 499000 || first.Title != "Счёт за апрель" {
		t.Fatalf("got %+v", first)
	}
	for range 3 {
		if again := w.bill(); !cmp.Equal(again, first) {
			t.Errorf("another visit: %+v", again)
		}
	}
	payment := w.attempts()[0]
	if len(w.attempts()) != 1 || payment.Receipt.Total() != 499000 || payment.Receipt.Email != "anna@mail.ru" || len([]rune(payment.Receipt.Items[0].Name)) > 128 {
		t.Errorf("payments %+v, receipt %+v", w.attempts(), payment.Receipt)
	}
	for range 2 {
		w.notify(paid(payment))
	}
	for range 4 {
		w.pass(time.Hour)
	}
	if diff := cmp.Diff([]string{"42 true", "42 true", "42 true"}, d.done); diff != "" {
		t.Errorf("the CRM was told (-want +got):\n%s", diff)
	}
	if got := w.bill(); got.State != bot.BillPaid {
		t.Errorf("after the payment: %+v", got)
	}
	d.bill.Paid = false // the CRM has not taken it in: we know
	if got := w.bill(); got.State != bot.BillPaid {
		t.Errorf("paid here alone: %+v", got)
	}
	if texts := w.chat.texts(); len(texts) > 0 {
		t.Errorf("somebody was told %v", texts)
	}
	if jobs, _ := w.buried(); len(jobs) > 0 {
		t.Errorf("buried: %v", jobs)
	}
}

func TestBillStates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(*world, *desk)
		want  bot.BillState
	}{
		"gone":                    {func(_ *world, d *desk) { d.read = crm.ErrNoBill }, bot.BillMissing},
		"zero":                    {func(_ *world, d *desk) { d.read = fmt.Errorf("%w: zero", crm.ErrBillWrong) }, bot.BillWrong},
		"paid":                    {func(_ *world, d *desk) { d.bill.Paid = true }, bot.BillPaid},
		"CRM away":                {func(_ *world, d *desk) { d.read = &sales.Error{Code: "crm_unavailable"} }, bot.BillWaiting},
		"nobody for the receipt":  {func(_ *world, d *desk) { d.bill.Email, d.bill.Phone = "", "" }, bot.BillWho},
		"a phone for the receipt": {func(_ *world, d *desk) { d.bill.Email = "" }, bot.BillOpen},
		"bank away":               {func(w *world, _ *desk) { w.bank.fall(&sales.Error{Code: "bank_unavailable"}) }, bot.BillWaiting},
		"paid in part":            {func(_ *world, d *desk) { d.bill.Partly = true }, bot.BillPartly},
		"VAT unknown":             {func(_ *world, d *desk) { d.bill.Items[0].Tax = "" }, bot.BillWrong},
		"bank refuses":            {func(w *world, _ *desk) { w.bank.fall(&sales.Error{Code: "bank_refused", Action: sales.Bury}) }, bot.BillRefused},
		"the shop makes no receipts": {func(w *world, d *desk) {
			d.bill.Email, d.bill.Phone = "", ""
			w.config.Taxation = bot.NoReceipt
			w.restart()
		}, bot.BillOpen},
		"PayWall is off":      {func(w *world, _ *desk) { w.config.Taxation = ""; w.restart() }, bot.BillMissing},
		"no bank":             {func(w *world, _ *desk) { w.config.Provider = nil; w.restart() }, bot.BillMissing},
		"a CRM without bills": {func(w *world, _ *desk) { w.config.CRM = &board{}; w.restart() }, bot.BillMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, d := billing(t)
			test.spoil(w, d)
			if got := w.bill(); got.State != test.want || (got.URL != "") != (test.want == bot.BillOpen) {
				t.Errorf("got %+v, want %s", got, test.want)
			}
		})
	}
}

// TestBillSurvivesACrashBetweenPaymentAndLink makes the payment known to the
// store, and loses the process before the bank answers.
func TestBillSurvivesACrashBetweenPaymentAndLink(t *testing.T) {
	t.Parallel()
	w, _ := billing(t)
	w.bank.fall(&sales.Error{Code: "bank_timeout", Uncertain: true})
	if got := w.bill(); got.State != bot.BillWaiting {
		t.Fatalf("got %+v", got)
	}
	w.restart()
	w.bank.fall(nil)
	if got := w.bill(); got.State != bot.BillOpen || len(w.attempts()) != 1 {
		t.Errorf("got %+v with %d payments", got, len(w.attempts()))
	}
}

func TestBillsOfManyVisitorsAtOnceAreOnePayment(t *testing.T) {
	t.Parallel()
	w, _ := billing(t)
	var visits sync.WaitGroup
	ctx := w.ctx()
	for range 20 {
		visits.Go(func() {
			if billed, err := w.Bill(ctx, "31337", "42", "", "ru"); err != nil || billed.State != bot.BillOpen {
				t.Errorf("got %+v, %v", billed, err)
			}
		})
	}
	visits.Wait()
	if n := len(w.attempts()); n != 1 {
		t.Errorf("%d payments", n)
	}
}

func TestCorrectedBillGetsANewPayment(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	w.bill()
	w.clock.pass(time.Minute)
	d.bill.Total, d.bill.Items[0].Price = 599000, 599000
	if got := w.bill(); got.State != bot.BillOpen || got.Amount != 599000 || len(w.attempts()) != 2 {
		t.Fatalf("got %+v with %d payments", got, len(w.attempts()))
	}
	w.notify(paid(w.attempts()[0])) // the old link, still open in another tab
	w.drain()
	if diff := cmp.Diff([]string{"42 false"}, d.done); diff != "" {
		t.Errorf("the CRM was told (-want +got):\n%s", diff)
	}
	w.notify(paid(w.attempts()[1]))
	w.drain()
	if diff := cmp.Diff([]string{"42 false", "42 true"}, d.done); diff != "" {
		t.Errorf("the CRM was told (-want +got):\n%s", diff)
	}
}

func TestBillLinkExpiresAndIsMadeAnew(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	w.bill()
	w.pass(26 * time.Hour)
	if got := w.bill(); got.State != bot.BillOpen || len(w.attempts()) != 2 || w.attempts()[0].Status != sales.PaymentExpired {
		t.Errorf("got %+v, payments %+v", got, w.attempts())
	}
	if len(d.done) > 0 {
		t.Errorf("the CRM was told %v", d.done)
	}
}

// TestPaidTwiceBillCallsAPerson pays both links of a bill whose sum did not change.
func TestPaidTwiceBillCallsAPerson(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	w.bill()
	old := w.attempts()[0]
	w.pass(26 * time.Hour)
	w.bill()
	w.notify(paid(w.attempts()[1]))
	w.notify(payments.Event{Key: "late", Payment: old.ID, External: old.External, Status: sales.PaymentPaid, State: "CONFIRMED", Amount: old.Amount})
	w.drain()
	var reason string
	w.view(func(tx storage.Tx) (err error) {
		reason, err = tx.Ref(bot.AttentionRef("bill:42"))
		return err
	})
	if reason != "paid_twice" || len(d.done) != 1 {
		t.Errorf("attention %q, the CRM was told %v", reason, d.done)
	}
}

func TestDeletedBillThatWasPaidIsShown(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	w.bill()
	d.lost = -1
	gone := &goneDesk{d}
	w.config.CRM = gone
	w.restart()
	w.notify(paid(w.attempts()[0]))
	w.drain()
	if jobs, _ := w.buried(); len(jobs) != 1 || jobs[0] != "bill_paid bill_gone" {
		t.Errorf("buried: %v", jobs)
	}
}

// goneDesk is a desk whose bill was thrown away after it was read.
type goneDesk struct{ *desk }

func (*goneDesk) BillPaid(context.Context, string, time.Time, bool) error { return crm.ErrNoBill }

// TestBillNeverEntersAFlow proves that a bill's buyer, who has no chat, starts no dialog.
func TestBillNeverEntersAFlow(t *testing.T) {
	t.Parallel()
	w, _ := billing(t)
	w.bill()
	payment := w.attempts()[0]
	for _, status := range []sales.PaymentStatus{sales.PaymentDeclined, sales.PaymentPaid, sales.PaymentRefunded} {
		w.notify(event(payment, status, payment.Amount))
	}
	w.pass(48 * time.Hour)
	w.view(func(tx storage.Tx) error {
		if session, err := tx.Session("bill:42"); err == nil {
			t.Errorf("a session began: %+v", session)
		}
		contact, err := tx.Contact("bill:42")
		if err != nil || contact.ChatID != 0 || contact.Name != "Счёт за апрель" {
			t.Errorf("contact %+v, %v", contact, err)
		}
		lines, err := tx.Journal("bill:42", 0, 100)
		for _, line := range lines {
			if line.Who != flows.Event {
				t.Errorf("somebody spoke: %+v", line)
			}
		}
		return err
	})
}

// TestBillThatCannotBePaidCallsAPersonOnce: the seller has to hear of it, too.
func TestBillThatCannotBePaidCallsAPersonOnce(t *testing.T) {
	t.Parallel()
	w, d := billing(t)
	d.bill.Items[0].Tax = ""
	for range 3 {
		if got := w.bill(); got.State != bot.BillWrong || len(w.attempts()) != 0 {
			t.Errorf("got %+v, payments %+v", got, w.attempts())
		}
	}
	w.view(func(tx storage.Tx) error {
		reason, err1 := tx.Ref(bot.AttentionRef("bill:42"))
		lines, err2 := tx.Journal("bill:42", 0, 100)
		if reason != "bill_wrong" || len(lines) != 1 || !strings.Contains(lines[0].Text, "VAT") {
			t.Errorf("attention %q, journal %+v", reason, lines)
		}
		return errors.Join(err1, err2)
	})
	w.config.Taxation = bot.NoReceipt
	w.restart()
	if got := w.bill(); got.State != bot.BillOpen {
		t.Errorf("without receipts: %+v", got)
	}
}

package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
)

// reachable gives the customer an address for receipts, or takes it away.
func (h *history) reachable(email string) {
	h.Helper()
	err := h.disk.Update(h.Context(), func(tx storage.Tx) error {
		contact, err := tx.Contact("tg:7")
		if err != nil {
			return err
		}
		contact.Email = email
		return tx.PutContact(contact)
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *history) days(n int) {
	for range n * 12 {
		h.pass(2 * time.Hour)
		h.settle()
	}
}

func TestAFaultOfTheShopCostsNobodyASubscription(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	until := h.only().Until
	h.reachable("")
	h.clock.pass(until.Sub(h.clock.Now()))
	h.days(10) // twice the grace
	one := h.only()
	if one.Status != sales.SubscriptionActive || one.Reason != sales.DeclineShop || one.Failed != 0 || !h.chat.member() {
		t.Fatalf("%s %s after %d declines, in the channel: %t", one.Status, one.Reason, one.Failed, h.chat.member())
	}
	if h.attention() != "bank_receipt" {
		t.Errorf("attention %q", h.attention())
	}
	notes := h.notes("payment")
	if !slices.ContainsFunc(notes, func(n string) bool {
		return strings.HasPrefix(n, "bank_receipt ") && strings.Contains(n, "чек: ")
	}) {
		t.Errorf("the journal does not say what is wrong with the receipt: %q", notes)
	}
	if one.Charges > 45 || h.told("Отказ") || h.told("Конец") {
		t.Errorf("%d tries; the customer was told: %t %t", one.Charges, h.told("Отказ"), h.told("Конец"))
	}
	h.reachable("anna@mail.ru")
	h.survive(h.bot.Attended(h.ctx, "tg:7"))
	h.pass(time.Minute)
	h.settle()
	if one := h.only(); h.charges() != 1 || one.Reason != "" || one.Until.Format(time.DateOnly) != "2027-03-29" {
		t.Errorf("mended: %d charges, %q, until %s", h.charges(), one.Reason, one.Until)
	}
}

func TestAFaultOfTheShopUsesUpNoGrace(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: tbanktest.FaultTemporary, Code: "1051"})
	h.clock.pass(h.only().Until.Sub(h.clock.Now()))
	h.settle()
	if one := h.only(); one.Status != sales.SubscriptionOverdue || one.Failed != 1 {
		t.Fatalf("after a decline: %s, %d", one.Status, one.Failed)
	}
	h.reachable("")
	h.days(10)
	if one := h.only(); one.Status != sales.SubscriptionOverdue || one.Failed != 1 || !h.chat.member() {
		t.Fatalf("%s %s after %d declines, in the channel: %t", one.Status, one.Why, one.Failed, h.chat.member())
	}
	h.reachable("anna@mail.ru")
	h.days(1)
	if one := h.only(); h.charges() != 1 || one.Status != sales.SubscriptionActive {
		t.Errorf("mended: %d charges, %s", h.charges(), one.Status)
	}
}

func TestRenewalsFollowTheTaxesOfToday(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	old := h.only()
	old.Plan.Item.Tax, old.Plan.Taxation, old.Plan.Price = "vat20", "osn", 77000 // joined before all that changed
	if err := h.disk.Update(h.Context(), func(tx storage.Tx) error { return tx.PutSubscription(old) }); err != nil {
		t.Fatal(err)
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Fatalf("%d charges, attention %q", h.charges(), h.attention())
	}
	all := h.money().payments
	charge := all[slices.IndexFunc(all, func(p sales.Payment) bool { return p.Initiator != "" })]
	if r := charge.Receipt; charge.Amount != 77000 || r.Taxation != "usn_income" || r.Items[0].Tax != "none" || r.Total() != 77000 {
		t.Errorf("charged %s with %+v", charge.Amount, r)
	}
}

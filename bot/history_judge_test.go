package bot_test

import (
	"fmt"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/sales"
)

func (m *mailbox) pick(which int) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.bodies) == 0 {
		return "", false
	}
	slices.Sort(m.bodies) // whatever order the bank's own goroutines had
	return m.bodies[which%len(m.bodies)], true
}

func (m *mailbox) remove(body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.bodies, body); i >= 0 {
		m.bodies = slices.Delete(m.bodies, i, i+1)
	}
}

// drop loses one for good.
func (m *mailbox) drop(which int) {
	if body, found := m.pick(which); found {
		m.remove(body)
	}
}

func (m *mailbox) waits() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.bodies) > 0
}

// watch gives what must not be at any moment.
func (h *history) watch() string {
	all := h.money()
	rank := map[sales.PaymentStatus]int{sales.PaymentPaid: 1, sales.PaymentOther: 1, sales.PaymentPartly: 2, sales.PaymentRefunded: 3}
	for _, payment := range all.payments {
		before := h.seen[payment.ID]
		if rank[payment.Status] < rank[before] || rank[before] == 1 && rank[payment.Status] == 1 && before != payment.Status {
			return fmt.Sprintf("payment %s went from %s to %s", payment.ID, before, payment.Status)
		}
		h.seen[payment.ID] = payment.Status
	}
	if len(all.entries) < h.entries {
		return "the ledger became shorter"
	}
	h.entries = len(all.entries)
	sum := sales.Money(0)
	for _, balance := range sales.Balances(all.entries) {
		sum += balance
	}
	if sum != 0 {
		return fmt.Sprintf("the ledger's sum is %s", sum)
	}
	return ""
}

// judge gives what must not be once everything has come to rest.
func (h *history) judge() string {
	all := h.money()
	checks := []func(purse) string{h.asTheBank, h.once, h.periods, h.delivered, h.access, h.atRest}
	for _, check := range checks {
		if fault := check(all); fault != "" {
			return fault
		}
	}
	return ""
}

// told tells whether a line of the dialog begins so.
func (h *history) told(prefix string) bool {
	return slices.ContainsFunc(h.said(), func(line flows.Line) bool { return strings.HasPrefix(line.Text, prefix) })
}

// looked tells whether a person was called for a part that somebody gave back.
func (h *history) looked(payment sales.Payment) bool {
	return h.told("refund_unasked "+payment.ID) || h.told("payment_different_amounts "+payment.External)
}

// asTheBank compares the ledger with the bank's, payment by payment.
func (h *history) asTheBank(all purse) string {
	type sums struct{ paid, back sales.Money }
	bank, ours := map[string]sums{}, map[string]sums{}
	for _, p := range h.bank.Payments() {
		id, _, _ := strings.Cut(p.OrderID, ".")
		one := bank[id]
		if !p.PaidAt.IsZero() {
			one.paid += sales.Money(p.Paid)
			one.back += sales.Money(p.Refunded)
		}
		bank[id] = one
	}
	for _, entry := range all.entries {
		one := ours[entry.Payment]
		switch entry.Kind {
		case sales.EntryPayment:
			one.paid += entry.Amount
		case sales.EntryRefundDone:
			one.back += entry.Amount
		}
		ours[entry.Payment] = one
	}
	for _, payment := range all.payments {
		if payment.Status == sales.PaymentPartly && h.looked(payment) && (payment.PaidAt.IsZero() || ours[payment.ID].paid == bank[payment.ID].paid) {
			continue // news or receipts of it were lost
		}
		if bank[payment.ID] != ours[payment.ID] {
			return fmt.Sprintf("payment %s (%s): the bank says %+v, the ledger %+v", payment.ID, payment.Status, bank[payment.ID], ours[payment.ID])
		}
		if one := ours[payment.ID]; one.back > one.paid {
			return fmt.Sprintf("payment %s: %s of %s went back", payment.ID, one.back, one.paid)
		}
	}
	return ""
}

// once wants an order paid once, unless a person was told; a period charged once.
func (h *history) once(all purse) string {
	for _, order := range all.orders {
		paid, heard, charged := 0, 0, 0
		for _, payment := range all.payments {
			if payment.Order == order.ID && !payment.PaidAt.IsZero() && payment.Paid == payment.Due() {
				paid++
				if payment.Status != sales.PaymentRefunded && !h.told("payment_different_amounts "+payment.External) {
					heard++ // what came back before we knew of it is only in the ledger
				}
				if payment.Initiator != "" {
					charged++
				}
			}
		}
		told := 0
		for _, line := range h.said() {
			if line.Kind == "paid_twice" {
				told++
			}
		}
		switch {
		case charged > 1 || charged == 1 && paid > 1:
			return fmt.Sprintf("order %s was charged %d times, paid %d times", order.ID, charged, paid)
		case heard > 1 && told == 0:
			return fmt.Sprintf("order %s was paid %d times and nobody was told", order.ID, paid)
		case order.Paid() && paid == 0, !order.Paid() && heard > 0:
			return fmt.Sprintf("order %s has %d payments and paid is %t", order.ID, paid, order.Paid())
		}
	}
	return ""
}

// periods wants each period of a subscription explained by one paid order.
func (h *history) periods(all purse) string {
	for _, one := range all.subscriptions {
		paid := 0
		for _, order := range all.orders {
			if order.Subscription == one.ID && order.Paid() {
				paid++
			}
		}
		if paid != one.Taken {
			return fmt.Sprintf("subscription %s (%s) counts %d payments of %d", one.ID, one.Status, one.Taken, paid)
		}
		if one.Plan.Payments > 0 && one.Taken > one.Plan.Payments {
			return fmt.Sprintf("subscription %s took %d of %d instalments", one.ID, one.Taken, one.Plan.Payments)
		}
	}
	return ""
}

// delivered wants the course handed over once for each order that is paid.
func (h *history) delivered(all purse) string {
	bought, handed := 0, 0
	for _, order := range all.orders {
		if order.Product == "course" && order.Paid() {
			bought++
			if order.DeliveredAt.IsZero() {
				return "order " + order.ID + " is paid and not delivered"
			}
		}
	}
	for _, line := range h.said() {
		if line.Kind == "deliver" && strings.Contains(line.Text, "course.example") {
			handed++
		}
	}
	if bought != handed {
		return fmt.Sprintf("%d courses were paid, %d handed over", bought, handed)
	}
	return ""
}

// access wants exactly subscribers in the channel.
func (h *history) access(all purse) string {
	live := slices.ContainsFunc(all.subscriptions, func(one sales.Subscription) bool {
		return one.Plan.Channel != "" && one.Live()
	})
	if live != h.chat.member() {
		return fmt.Sprintf("in the channel: %t, subscribed: %t", h.chat.member(), live)
	}
	return ""
}

// atRest wants no refund and no charge hanging.
func (h *history) atRest(all purse) string {
	for _, refunds := range all.refunds {
		for _, refund := range refunds {
			if refund.Open() {
				return fmt.Sprintf("refund %s of payment %s is %s", refund.ID, refund.Payment, refund.Status)
			}
		}
	}
	for _, one := range all.subscriptions {
		if one.Charging != "" {
			return fmt.Sprintf("subscription %s (%s) still waits for the charge %s", one.ID, one.Status, one.Charging)
		}
	}
	return ""
}

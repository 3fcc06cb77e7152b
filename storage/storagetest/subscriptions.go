package storagetest

import (
	"fmt"
	"testing"
	"time"

	"voronka/sales"
	"voronka/storage"
)

func subscriptions() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"a subscription comes back as it went in":         subscriptionReturns,
		"subscriptions of a contact come newest first":    subscriptionsNewestFirst,
		"subscriptions of everybody are listed by page":   subscriptionsByPage,
		"what is to be done follows NextAt":               renewalsFollow,
		"what is to be done comes earliest first":         renewalsEarliestFirst,
		"a refund comes back as it went in":               refundReturns,
		"refunds of a payment come oldest first":          refundsOldestFirst,
		"refunds of everybody are listed by page":         refundsByPage,
		"a subscription that is written again is one row": subscriptionOnce,
	}
}

// subscription is one with everything that a subscription can have.
func subscription(id, contact string, created, next time.Time) sales.Subscription {
	plan := sales.Plan{
		ID: "club", Title: "Клуб 🌷", Price: sales.Roubles(990), Every: sales.Period{Count: 1, Unit: sales.Months},
		First: sales.Roubles(1), Trial: sales.Period{Count: 7, Unit: sales.Days}, Payments: 6, Grace: 72 * time.Hour,
		Retry: []time.Duration{24 * time.Hour}, Remind: []time.Duration{72 * time.Hour}, Consent: "charges", Channel: "@club",
		Item: sales.ReceiptItem{Name: "Доступ", Tax: "none"}, Taxation: "usn_income",
		Deliver: sales.Delivery{Link: "https://club.example"},
	}
	yearly := plan
	yearly.ID = "club_year"
	return sales.Subscription{
		ID: id, Contact: contact, Flow: "club", Plan: plan, Next: &yearly, Status: sales.SubscriptionOverdue,
		CreatedAt: created, Anchor: created, Period: 2, Until: created.Add(time.Hour), Taken: 2, NextAt: next,
		Charging: "payment-1", Charges: 4, Failed: 1, Overdue: created, Reason: sales.DeclineMoney, RetryAt: created, Reminded: 1, CardChecked: true, Change: &yearly,
		Cancelled: created, Paused: created, Left: time.Hour, Ended: created, Why: sales.EndUnpaid,
	}
}

func refund(id, payment string, created time.Time) sales.Refund {
	return sales.Refund{
		ID: id, Payment: payment, Order: "order-1", Contact: "tg:1", Amount: 12345, Reason: "передумала 🌷", By: "flow",
		Withdraw: true, Status: sales.RefundPending, State: "REFUNDING", Message: "подождите", Before: 5,
		Receipt: &sales.Receipt{FFD: "1.05", Email: "anna@mail.ru", Taxation: "usn_income"}, CreatedAt: created,
	}
}

func subscriptionReturns(t *testing.T, store storage.Store) {
	missing(t, store, "subscription", func(tx storage.Tx) (sales.Subscription, error) { return tx.Subscription("s1") })
	want := subscription("s1", "tg:1", day(10, 0), day(11, 0))
	for range 2 {
		update(t, store, func(tx storage.Tx) error { return tx.PutSubscription(want) })
		same(t, "subscription", read(t, store, func(tx storage.Tx) (sales.Subscription, error) { return tx.Subscription("s1") }), want)
		want.Status, want.Next, want.Charging, want.NextAt = sales.SubscriptionEnded, nil, "", time.Time{}
	}
}

func subscriptionIDs(list []sales.Subscription) (ids []string) {
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

func putSubscriptions(t *testing.T, store storage.Store) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 20} {
			for _, contact := range []string{"tg:1", "tg:10"} {
				if err := tx.PutSubscription(subscription(fmt.Sprint(contact, "/", i), contact, day(10, minute), time.Time{})); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func subscriptionsNewestFirst(t *testing.T, store storage.Store) {
	putSubscriptions(t, store)
	for _, contact := range []string{"tg:1", "tg:10"} {
		got := read(t, store, func(tx storage.Tx) ([]sales.Subscription, error) { return tx.Subscriptions(contact) })
		same(t, "subscriptions of "+contact, subscriptionIDs(got), []string{contact + "/0", contact + "/2", contact + "/1"})
	}
}

func subscriptionsByPage(t *testing.T, store storage.Store) {
	putSubscriptions(t, store)
	var ids []string
	for last := (sales.Subscription{}); ; {
		page := read(t, store, func(tx storage.Tx) ([]sales.Subscription, error) { return tx.AllSubscriptions(last, 4) })
		if len(page) == 0 {
			break
		}
		ids, last = append(ids, subscriptionIDs(page)...), page[len(page)-1]
	}
	same(t, "all subscriptions", ids, []string{"tg:10/0", "tg:1/0", "tg:10/2", "tg:1/2", "tg:10/1", "tg:1/1"})
}

func subscriptionOnce(t *testing.T, store storage.Store) {
	for _, contact := range []string{"tg:1", "tg:2", "tg:2"} {
		update(t, store, func(tx storage.Tx) error {
			return tx.PutSubscription(subscription("s1", contact, day(10, 0), day(11, 0)))
		})
	}
	for contact, want := range map[string]int{"tg:1": 0, "tg:2": 1} {
		if got := read(t, store, func(tx storage.Tx) ([]sales.Subscription, error) { return tx.Subscriptions(contact) }); len(got) != want {
			t.Errorf("%s has %d subscriptions, want %d", contact, len(got), want)
		}
	}
	if got := renewing(t, store, day(12, 0), 9); len(got.IDs) != 1 {
		t.Errorf("to be done: %v", got)
	}
}

type renewals struct {
	IDs  []string
	Next time.Time
}

func renewing(t *testing.T, store storage.Store, now time.Time, limit int) renewals {
	t.Helper()
	return read(t, store, func(tx storage.Tx) (r renewals, err error) {
		r.IDs, r.Next, err = tx.Renewing(now, limit)
		return r, err
	})
}

func renewalsFollow(t *testing.T, store storage.Store) {
	steps := []struct {
		name string
		at   time.Time
		want renewals
	}{
		{"later", day(13, 0), renewals{Next: day(13, 0)}},
		{"due", day(11, 0), renewals{IDs: []string{"s1"}}},
		{"due this moment", day(12, 0), renewals{IDs: []string{"s1"}}},
		{"never", time.Time{}, renewals{}},
		{"again", day(12, 30), renewals{Next: day(12, 30)}},
	}
	for _, step := range steps {
		update(t, store, func(tx storage.Tx) error {
			return tx.PutSubscription(subscription("s1", "tg:1", day(10, 0), step.at))
		})
		same(t, step.name, renewing(t, store, day(12, 0), 9), step.want)
	}
}

func renewalsEarliestFirst(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 50, 20, 40} {
			if err := tx.PutSubscription(subscription(fmt.Sprint("s", i), "tg:1", day(10, 0), day(11, minute))); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "two of three", renewing(t, store, day(11, 35), 2), renewals{[]string{"s1", "s3"}, day(11, 30)})
	same(t, "all three", renewing(t, store, day(11, 35), 9), renewals{[]string{"s1", "s3", "s0"}, day(11, 40)})
	same(t, "none yet", renewing(t, store, day(11, 0), 9), renewals{Next: day(11, 10)})
}

func refundReturns(t *testing.T, store storage.Store) {
	missing(t, store, "refund", func(tx storage.Tx) (sales.Refund, error) { return tx.Refund("r1") })
	want := refund("r1", "payment-1", day(10, 0))
	for range 2 {
		update(t, store, func(tx storage.Tx) error { return tx.PutRefund(want) })
		same(t, "refund", read(t, store, func(tx storage.Tx) (sales.Refund, error) { return tx.Refund("r1") }), want)
		want.Status, want.DoneAt, want.Receipt = sales.RefundDone, day(11, 0), nil
	}
}

func refundIDs(list []sales.Refund) (ids []string) {
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

func putRefunds(t *testing.T, store storage.Store) {
	t.Helper()
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 20} {
			for _, payment := range []string{"p1", "p10"} {
				if err := tx.PutRefund(refund(fmt.Sprint(payment, "/", i), payment, day(10, minute))); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func refundsOldestFirst(t *testing.T, store storage.Store) {
	putRefunds(t, store)
	for _, payment := range []string{"p1", "p10"} {
		got := read(t, store, func(tx storage.Tx) ([]sales.Refund, error) { return tx.Refunds(payment) })
		same(t, "refunds of "+payment, refundIDs(got), []string{payment + "/1", payment + "/2", payment + "/0"})
	}
}

func refundsByPage(t *testing.T, store storage.Store) {
	putRefunds(t, store)
	var ids []string
	for last := (sales.Refund{}); ; {
		page := read(t, store, func(tx storage.Tx) ([]sales.Refund, error) { return tx.AllRefunds(last, 4) })
		if len(page) == 0 {
			break
		}
		ids, last = append(ids, refundIDs(page)...), page[len(page)-1]
	}
	same(t, "all refunds", ids, []string{"p10/0", "p1/0", "p10/2", "p1/2", "p10/1", "p1/1"})
}

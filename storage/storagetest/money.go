package storagetest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"voronka/sales"
	"voronka/storage"
)

func money() map[string]func(*testing.T, storage.Store) {
	return map[string]func(*testing.T, storage.Store){
		"an order comes back as it went in":      orderReturns,
		"orders of a contact come newest first":  ordersNewestFirst,
		"a payment comes back as it went in":     paymentReturns,
		"payments of an order come oldest first": paymentsOldestFirst,
		"payments to check follow CheckAt":       checksFollow,
		"payments to check come earliest first":  checksEarliestFirst,
		"a notification is kept once":            recordedOnce,
		"a name has one value, the last":         refs,
		"names are listed by how they begin":     refsListed,
	}
}

func orderReturns(t *testing.T, store storage.Store) {
	missing(t, store, "unknown order", func(tx storage.Tx) (sales.Order, error) { return tx.Order("o1") })
	want := order("o1", "tg:1", day(10, 0))
	for range 2 {
		update(t, store, func(tx storage.Tx) error { return tx.PutOrder(want) })
		got := read(t, store, func(tx storage.Tx) (sales.Order, error) { return tx.Order("o1") })
		same(t, "order", got, want)
		want.PaidAt, want.PaidBy, want.DeliveredAt = day(11, 0), "p1", day(11, 1)
	}
}

func ordersNewestFirst(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 20} {
			for _, contact := range []string{"tg:1", "tg:10"} {
				if err := tx.PutOrder(order(fmt.Sprint(contact, "/", i), contact, day(10, minute))); err != nil {
					return err
				}
			}
		}
		return tx.PutOrder(order("tg:1/0", "tg:1", day(10, 30)))
	})
	for _, contact := range []string{"tg:1", "tg:10"} {
		orders := read(t, store, func(tx storage.Tx) ([]sales.Order, error) { return tx.Orders(contact) })
		var ids []string
		for _, order := range orders {
			ids = append(ids, order.ID)
		}
		same(t, "orders", ids, []string{contact + "/0", contact + "/2", contact + "/1"})
	}
	none := read(t, store, func(tx storage.Tx) ([]sales.Order, error) { return tx.Orders("tg:") })
	same(t, "orders of a stranger", none, []sales.Order(nil))
}

func paymentReturns(t *testing.T, store storage.Store) {
	missing(t, store, "unknown payment", func(tx storage.Tx) (sales.Payment, error) { return tx.Payment("p1") })
	want := payment("p1", "o1", day(10, 0), day(11, 0))
	for range 2 {
		update(t, store, func(tx storage.Tx) error { return tx.PutPayment(want) })
		got := read(t, store, func(tx storage.Tx) (sales.Payment, error) { return tx.Payment("p1") })
		same(t, "payment", got, want)
		want.Status, want.Paid, want.CheckAt, want.Receipt = sales.PaymentPaid, want.Amount, time.Time{}, nil
	}
}

func paymentsOldestFirst(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 20} {
			if err := tx.PutPayment(payment(fmt.Sprint("p", i), "o1", day(10, minute), time.Time{})); err != nil {
				return err
			}
		}
		return tx.PutPayment(payment("other", "o11", day(10, 0), time.Time{}))
	})
	payments := read(t, store, func(tx storage.Tx) ([]sales.Payment, error) { return tx.Payments("o1") })
	var ids []string
	for _, payment := range payments {
		ids = append(ids, payment.ID)
	}
	same(t, "payments", ids, []string{"p1", "p2", "p0"})
}

type checks struct {
	Payments []string
	Next     time.Time
}

func unchecked(t *testing.T, store storage.Store, now time.Time, limit int) checks {
	t.Helper()
	return read(t, store, func(tx storage.Tx) (c checks, err error) {
		c.Payments, c.Next, err = tx.Unchecked(now, limit)
		return c, err
	})
}

func checksFollow(t *testing.T, store storage.Store) {
	steps := []struct {
		name string
		at   time.Time
		want checks
	}{
		{"later", day(13, 0), checks{Next: day(13, 0)}},
		{"due", day(11, 0), checks{Payments: []string{"p1"}}},
		{"due this moment", day(12, 0), checks{Payments: []string{"p1"}}},
		{"nothing awaited", time.Time{}, checks{}},
		{"awaited again", day(12, 30), checks{Next: day(12, 30)}},
	}
	for _, step := range steps {
		update(t, store, func(tx storage.Tx) error { return tx.PutPayment(payment("p1", "o1", day(10, 0), step.at)) })
		same(t, step.name, unchecked(t, store, day(12, 0), 10), step.want)
	}
}

func checksEarliestFirst(t *testing.T, store storage.Store) {
	update(t, store, func(tx storage.Tx) error {
		for i, minute := range []int{30, 10, 50, 20, 40} {
			if err := tx.PutPayment(payment(fmt.Sprint("p", i), "o1", day(10, 0), day(11, minute))); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "two of three", unchecked(t, store, day(11, 35), 2), checks{[]string{"p1", "p3"}, day(11, 30)})
	same(t, "all three", unchecked(t, store, day(11, 35), 9), checks{[]string{"p1", "p3", "p0"}, day(11, 40)})
	same(t, "none yet", unchecked(t, store, day(11, 0), 9), checks{Next: day(11, 10)})
}

func recordedOnce(t *testing.T, store storage.Store) {
	raws := [][]byte{[]byte(`{"Status":"CONFIRMED"}`), []byte("не JSON \x00\xff"), nil, bytes.Repeat([]byte("x"), 64<<10)}
	for i, raw := range raws {
		for attempt := range 3 {
			update(t, store, func(tx storage.Tx) error {
				known, err := tx.Record(fmt.Sprint("tbank:", i), raw, day(10, 0))
				if want := attempt > 0; err == nil && known != want {
					err = fmt.Errorf("notification %d, attempt %d: known %v", i, attempt, known)
				}
				return err
			})
		}
	}
}

// keys are those of a kind of records.
func keys(t *testing.T, store storage.Store, kind string) (found []string) {
	t.Helper()
	err := store.(storage.Carrier).Records(t.Context(), func(r storage.Record) error {
		if r.Kind == kind {
			found = append(found, r.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func refs(t *testing.T, store storage.Store) {
	for _, want := range []string{"", "1", "2", "", "Сделка 🌷"} {
		update(t, store, func(tx storage.Tx) error { return tx.PutRef("deal:tg:1", want) })
		got := read(t, store, func(tx storage.Tx) (string, error) { return tx.Ref("deal:tg:1") })
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if kept := keys(t, store, storage.RecordRef); slices.Contains(kept, "deal:tg:1") != (want != "") {
			t.Errorf("the value %q leaves %q behind", want, kept)
		}
	}
	if got := read(t, store, func(tx storage.Tx) (string, error) { return tx.Ref("deal:tg:") }); got != "" {
		t.Errorf("an unknown name has the value %q", got)
	}
}

func refsListed(t *testing.T, store storage.Store) {
	want := []string{"invite/", "invite/1", "invite/10", "invite/2", "invite/\x00odd\\", "invite/я🌷"}
	slices.Sort(want)
	update(t, store, func(tx storage.Tx) error {
		for _, key := range append([]string{"a", "invit", "invite", "invitf", "invite0", "я"}, want...) {
			if err := tx.PutRef(key, "1"); err != nil {
				return err
			}
		}
		return tx.PutRef("invite/gone", "")
	})
	for _, limit := range []int{1, 2, 100} {
		var got []string
		for behind, more := "", true; more; {
			page := read(t, store, func(tx storage.Tx) ([]string, error) { return tx.RefKeys("invite/", behind, limit) })
			if len(page) > limit {
				t.Fatalf("%d keys, the limit is %d", len(page), limit)
			}
			if more = len(page) > 0; more {
				got, behind = append(got, page...), page[len(page)-1]
			}
		}
		slices.Sort(got)
		same(t, fmt.Sprint("keys by ", limit), got, want)
	}
	update(t, store, func(tx storage.Tx) error { // what the transaction itself wrote
		if err := tx.PutRef("new/1", "1"); err != nil {
			return err
		}
		got, err := tx.RefKeys("new/", "", 10)
		same(t, "keys of an update", got, []string{"new/1"})
		return err
	})
}

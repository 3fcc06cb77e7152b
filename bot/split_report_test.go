package bot_test

import (
	"errors"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

const splitting = `start: menu
states:
  menu: {do: [{split: price, arms: [{name: cheap}, {name: dear}]}, {say: Привет}], end: true}
`

func TestSplitsAreCountedFromTheChoiceOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, splitting)
	now := w.clock.Now()
	err := w.store.Update(w.ctx(), func(tx storage.Tx) error {
		put := func(id, arm string, orders ...sales.Order) error {
			err := errors.Join(tx.PutContact(sales.Contact{ID: id, ActiveAt: now}),
				tx.PutSession(flows.Session{Contact: id, Seed: "s", Vars: map[string]string{"price": arm}}),
				tx.Append(id, flows.Line{At: now, Kind: "split", Text: "price: " + arm}, flows.Line{At: now, Text: "потом"}))
			for _, order := range orders {
				order.Contact = id
				err = errors.Join(err, tx.PutOrder(order), tx.PutPayment(sales.Payment{ID: "p" + order.ID, Order: order.ID, Contact: id, Status: sales.PaymentPaid, CreatedAt: now}))
			}
			return err
		}
		paid := func(id string, amount sales.Money, at time.Time) sales.Order {
			return sales.Order{ID: id, Amount: amount, CreatedAt: at, PaidAt: at, PaidBy: "p" + id}
		}
		back := paid("3", 700, now.Add(time.Hour))
		err := errors.Join(
			put("tg:1", "cheap", paid("1", 1000, now.Add(time.Hour)), paid("2", 5000, now.Add(-time.Hour))), // the second was before
			put("tg:2", "cheap"),
			put("tg:3", "dear", back),
			put("tg:4", "gone", paid("4", 1000, now)),
		)
		return errors.Join(err, tx.PutPayment(sales.Payment{ID: "p3", Order: "3", Contact: "tg:3", Status: sales.PaymentRefunded, CreatedAt: now}))
	})
	if err != nil {
		t.Fatal(err)
	}
	reports, err := bot.Splits(w.ctx(), w.store, w.Live())
	if err != nil || len(reports) != 1 {
		t.Fatal(err, reports)
	}
	cheap, dear := reports[0].Arm("cheap"), reports[0].Arm("dear")
	if cheap.Customers != 2 || cheap.Buyers != 1 || cheap.Revenue != 1000 || cheap.PerCustomer() != 500 || cheap.Conversion() != 500 {
		t.Errorf("cheap: %+v", cheap)
	}
	if dear.Customers != 1 || dear.Buyers != 0 || dear.Refunds != 1 || dear.Revenue != 0 || reports[0].Why != "few" {
		t.Errorf("dear: %+v, %s", dear, reports[0].Why)
	}
}

package bot

import (
	"context"
	"fmt"
	"time"

	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// Difference is a payment of which the ledger and the provider say different things.
type Difference struct {
	Payment  string      `json:"payment"`
	External string      `json:"external,omitempty"`
	Contact  string      `json:"contact"`
	Title    string      `json:"title"`
	Taken    sales.Money `json:"taken"`
	Returned sales.Money `json:"returned"`
	// State is the provider's word, Amount its sum.
	State  string      `json:"state"`
	Amount sales.Money `json:"amount"`
	// Failure is set where the provider could not be asked.
	Failure string `json:"failure,omitempty"`
}

// Reconcile asks the provider about every payment made since a moment and
// compares it with the ledger. It gives how many it asked about and what differs.
func (b *Bot) Reconcile(ctx context.Context, since time.Time) (asked int, found []Difference, err error) {
	if b.Provider == nil {
		return 0, nil, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "no payment provider is configured"}
	}
	seen := map[string]bool{}
	err = eachPayment(ctx, b.Store, since, func(payment sales.Payment, order sales.Order) error {
		seen[payment.ID] = true
		if payment.Provider != b.Provider.Name() || payment.External == "" && payment.PaidAt.IsZero() {
			return ctx.Err()
		}
		asked++
		one, differs, err := b.compare(ctx, payment)
		if differs {
			one.Title = order.Title
			found = append(found, one)
		}
		return err
	})
	if err != nil {
		return asked, found, err
	}
	// Bills of the CRM have no dialog, and a dialog may have moved meanwhile.
	err = b.eachBooked(ctx, since, seen, func(payment sales.Payment) error {
		asked++
		one, differs, err := b.compare(ctx, payment)
		if differs {
			found = append(found, one)
		}
		return err
	})
	return asked, found, err
}

// eachBooked goes through the payments that the ledger knows since a moment and
// that were not seen.
func (b *Bot) eachBooked(ctx context.Context, since time.Time, seen map[string]bool, visit func(sales.Payment) error) error {
	for last := int64(0); ; {
		var missed []sales.Payment
		var page []sales.Entry
		err := b.Store.View(ctx, func(tx storage.Tx) (err error) {
			if page, err = tx.Entries(last, pageSize); err != nil {
				return err
			}
			for _, entry := range page {
				if seen[entry.Payment] || entry.At.Before(since) {
					continue
				}
				payment, err := tx.Payment(entry.Payment)
				if err != nil {
					return err
				}
				if seen[payment.ID] = true; payment.Provider == b.Provider.Name() {
					missed = append(missed, payment)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		for _, payment := range missed {
			if err := visit(payment); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			return nil
		}
		last = page[len(page)-1].Number
	}
}

// compare asks about one payment.
func (b *Bot) compare(ctx context.Context, payment sales.Payment) (one Difference, differs bool, err error) {
	var entries []sales.Entry
	var refunds []sales.Refund
	var unasked string
	err = b.Store.View(ctx, func(tx storage.Tx) (err error) {
		if entries, err = tx.EntriesOf(payment.ID); err != nil {
			return err
		}
		if refunds, err = tx.Refunds(payment.ID); err != nil {
			return err
		}
		unasked, err = tx.Ref(unaskedRef(payment.ID))
		return err
	})
	if err != nil {
		return one, false, fmt.Errorf("read the ledger: %w", err)
	}
	one = Difference{Payment: payment.ID, External: payment.External, Contact: payment.Contact}
	for _, entry := range entries {
		switch entry.Kind {
		case sales.EntryPayment:
			one.Taken += entry.Amount
		case sales.EntryRefundDone:
			one.Returned += entry.Amount
		}
	}
	event, err := b.Provider.Status(ctx, payment)
	if err != nil {
		if ctx.Err() != nil {
			return one, false, ctx.Err()
		}
		one.Failure = sales.AsError(err).Code
		return one, true, nil
	}
	one.State, one.Amount = event.State, event.Amount
	return one, !one.agrees(event) || event.Status == sales.PaymentPartly && !explained(payment, refunds, event.Amount, unasked), nil
}

// agrees tells whether the provider's word is what the ledger says.
func (d Difference) agrees(event payments.Event) bool {
	switch event.Status {
	case sales.PaymentPaid, sales.PaymentOther:
		return d.Returned == 0 && d.Taken == event.Amount
	case sales.PaymentPartly:
		return d.Returned > 0 && d.Returned < d.Taken
	case sales.PaymentRefunded:
		return d.Returned == d.Taken && (d.Taken > 0 || event.Released)
	}
	return d.Taken == 0
}

// pageSize bounds how much of the store is read in one transaction.
const pageSize = 100

// eachPayment goes through the payments made since a moment.
func eachPayment(ctx context.Context, store storage.Store, since time.Time, visit func(sales.Payment, sales.Order) error) error {
	type sold struct {
		payment sales.Payment
		order   sales.Order
	}
	for last := (sales.Contact{}); ; {
		var page []sales.Contact
		var found []sold
		err := store.View(ctx, func(tx storage.Tx) (err error) {
			found = nil
			if page, err = tx.Contacts(last, pageSize); err != nil {
				return err
			}
			for _, contact := range page {
				orders, err := tx.Orders(contact.ID)
				if err != nil {
					return err
				}
				for _, order := range orders {
					payments, err := tx.Payments(order.ID)
					if err != nil {
						return err
					}
					for _, payment := range payments {
						if !payment.CreatedAt.Before(since) {
							found = append(found, sold{payment, order})
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read payments: %w", err)
		}
		for _, one := range found {
			if err := visit(one.payment, one.order); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
		last = page[len(page)-1]
	}
}

// Balances adds up the whole ledger by account, and tells how many entries it has.
func Balances(ctx context.Context, store storage.Store) (sums map[sales.Account]sales.Money, count int64, err error) {
	sums = map[sales.Account]sales.Money{}
	for {
		var page []sales.Entry
		err := store.View(ctx, func(tx storage.Tx) (err error) {
			page, err = tx.Entries(count, pageSize)
			return err
		})
		if err != nil {
			return nil, 0, fmt.Errorf("read the ledger: %w", err)
		}
		for account, sum := range sales.Balances(page) {
			sums[account] += sum
		}
		if len(page) == 0 {
			return sums, count, nil
		}
		count = page[len(page)-1].Number
	}
}

// CancelSubscription stops the charges of a subscription for an operator; with
// now access ends too, at the clock's next tick, and the flow hears of it.
func (b *Bot) CancelSubscription(ctx context.Context, id, by string, now bool) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error {
		one, err := tx.Subscription(id)
		if err != nil || one.Status == sales.SubscriptionEnded {
			return err
		}
		one.Cancelled, one.Next, one.Status = b.Now(), nil, sales.SubscriptionCancelled
		if now || one.Until.IsZero() || !one.Paused.IsZero() {
			one.Until = b.Now()
		}
		if err := tx.PutSubscription(one.Scheduled()); err != nil {
			return err
		}
		return b.note(one.Contact, "subscription", "cancelled by "+by)(tx)
	})
}

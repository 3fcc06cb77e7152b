package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// Caps bound what is charged from saved cards within a day of the project, in
// kopecks; zero is no bound. What is over one waits for the next day, and a
// person hears of it.
type Caps struct {
	Customer, Plan, Day sales.Money
}

// renewals does what is due about subscriptions.
func (b *Bot) renewals(ctx context.Context) error {
	var due []string
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		due, _, err = tx.Renewing(b.Now(), sweepLimit)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for due subscriptions: %w", err)
	}
	var failures []error
	for _, id := range due {
		// One that cannot be read must not silence the others.
		err := b.Store.Update(ctx, func(tx storage.Tx) error { return b.renew(tx, id) })
		if err != nil {
			failures = append(failures, fmt.Errorf("renew subscription %s: %w", id, err))
		}
	}
	if len(due) > 0 {
		b.runner.Wake()
	}
	return errors.Join(failures...)
}

// renew lets the flow do what is due about one subscription. It is claimed by
// the transaction: another that comes later finds nothing due.
func (b *Bot) renew(tx storage.Tx, id string) error {
	one, err := tx.Subscription(id)
	now := b.Now()
	if err != nil || one.NextAt.IsZero() || one.NextAt.After(now) {
		return err
	}
	deed := one.Due(now)
	if deed == sales.DeedCharge || deed == sales.DeedEnd && one.Cancelled.IsZero() {
		if until, err := b.heldBack(tx, one, deed); err != nil || !until.IsZero() {
			return errors.Join(err, tx.PutSubscription(one.Postponed(until)))
		}
	}
	err = b.take(tx, flows.Input{
		ID:   "subscription:" + id + ":" + string(deed) + ":" + strconv.FormatInt(one.NextAt.UnixNano(), 10),
		Kind: flows.Renewal, Contact: one.Contact, At: now, Subscription: id,
	})
	if err != nil {
		return err
	}
	after, err := tx.Subscription(id)
	if err != nil || !after.NextAt.Equal(one.NextAt) || after.Due(now) != deed {
		return err
	}
	// The turn failed: it must not be tried every second, nor be forgotten.
	after.NextAt = now.Add(stoppedPause)
	return errors.Join(tx.PutSubscription(after), b.raise(tx, one.Contact, "subscription_stuck"))
}

// heldBack is until when a charge has to wait, zero when it may go. While
// charges are off nobody loses access for a charge that could not be made.
func (b *Bot) heldBack(tx storage.Tx, one sales.Subscription, deed sales.Deed) (time.Time, error) {
	stopped, err := b.ChargesStopped(tx)
	switch {
	case err != nil || stopped != "":
		return b.Now().Add(stoppedPause), err
	case deed == sales.DeedEnd:
		return time.Time{}, nil
	}
	cap, err := b.overCap(tx, one.Contact, one.Coming().ID, one.Sum())
	if err != nil || cap == "" {
		return time.Time{}, err
	}
	if err := b.raise(tx, one.Contact, "charge_cap_"+cap); err != nil {
		return time.Time{}, err
	}
	year, month, day := b.today().Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, b.zone()), nil
}

func (b *Bot) zone() *time.Location {
	if b.Engine.Zone == nil {
		return time.UTC
	}
	return b.Engine.Zone
}

func (b *Bot) today() time.Time { return b.Now().In(b.zone()) }

// counters are what was charged today: of a customer, a plan, in all.
func counters(contact, plan string) map[string]string {
	return map[string]string{
		"customer": "charged/contact/" + contact, "plan": "charged/plan/" + plan, "day": "charged/day",
	}
}

// overCap names the cap that a charge would break, empty for none.
func (b *Bot) overCap(tx storage.Tx, contact, plan string, sum sales.Money) (string, error) {
	refs := counters(contact, plan)
	for name, limit := range map[string]sales.Money{"customer": b.Caps.Customer, "plan": b.Caps.Plan, "day": b.Caps.Day} {
		if limit == 0 {
			continue
		}
		charged, err := b.chargedToday(tx, refs[name])
		if err != nil {
			return "", err
		}
		if charged+sum > limit {
			return name, nil
		}
	}
	return "", nil
}

func (b *Bot) chargedToday(tx storage.Tx, ref string) (sales.Money, error) {
	text, err := tx.Ref(ref)
	if err != nil {
		return 0, err
	}
	day, sum, _ := strings.Cut(text, " ")
	if day != b.today().Format(time.DateOnly) {
		return 0, nil
	}
	kopecks, err := strconv.ParseInt(sum, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read what was charged today: %w", err)
	}
	return sales.Money(kopecks), nil
}

// enqueueCharge writes the job of a charge, counted in the same transaction.
func (b *Bot) enqueueCharge(tx storage.Tx, e flows.Charge, contact string, at time.Time) error {
	payment, err := tx.Payment(e.Payment)
	if err != nil {
		return fmt.Errorf("load payment: %w", err)
	}
	order, err := tx.Order(payment.Order)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	job := chargeJob{Payment: e.Payment}
	cap, err := b.overCap(tx, contact, order.Product, payment.Amount)
	if err != nil {
		return err
	}
	if cap != "" {
		job.Refuse = "charge_cap_" + cap
		if err := b.raise(tx, contact, job.Refuse); err != nil {
			return err
		}
		return put(tx, paymentLane(e.Payment), jobCharge, job, at)
	}
	for _, ref := range counters(contact, order.Product) {
		charged, err := b.chargedToday(tx, ref)
		if err != nil {
			return err
		}
		text := b.today().Format(time.DateOnly) + " " + strconv.FormatInt(int64(charged+payment.Amount), 10)
		if err := tx.PutRef(ref, text); err != nil {
			return err
		}
	}
	return put(tx, paymentLane(e.Payment), jobCharge, job, at)
}

// stopRef holds who switched charges off, and when.
const stopRef = "charges/stopped"

// ChargesStopped tells who switched charges off, empty while they are on.
func (b *Bot) ChargesStopped(tx storage.Tx) (string, error) {
	if b.ChargesOff {
		return "settings", nil
	}
	return tx.Ref(stopRef)
}

// StopCharges switches all charges of saved cards off; an empty name switches
// them on again. What came due meanwhile is charged then.
func (b *Bot) StopCharges(ctx context.Context, by string) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error { return tx.PutRef(stopRef, by) })
}

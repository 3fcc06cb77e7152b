package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// billPaidJob tells the CRM that money came for a bill.
type billPaidJob struct {
	Bill   string    `json:"bill"`
	At     time.Time `json:"at"`
	InFull bool      `json:"in_full"`
}

// billHeard is what becomes of a bill when its payment moves: money is noted in
// the CRM, everything is noted where the console shows it.
func (b *Bot) billHeard(tx storage.Tx, order sales.Order, payment sales.Payment, outcome flows.Outcome) error {
	if err := b.note(order.Contact, "payment", "payment_"+string(outcome)+" "+payment.ID)(tx); err != nil {
		return err
	}
	switch outcome {
	case flows.Success, flows.DifferentAmounts:
	case flows.Refunded:
		return b.raise(tx, order.Contact, "bill_refunded")
	default:
		return nil
	}
	now := b.Now()
	inFull := payment.Paid >= order.Amount
	if inFull {
		order.PaidAt, order.PaidBy, order.DeliveredAt = now, payment.ID, now
		if err := tx.PutOrder(order); err != nil {
			return fmt.Errorf("save order: %w", err)
		}
	} else if err := b.raise(tx, order.Contact, "bill_partially_paid"); err != nil {
		return err
	}
	return put(tx, crmLane(order.Contact), jobBillPaid, billPaidJob{order.Product, now, inFull}, now)
}

// billPaid is the job that marks a bill paid. Setting a status twice does no harm.
func (b *Bot) billPaid(ctx context.Context, _ outbox.Job, payload billPaidJob) (func(storage.Tx) error, error) {
	biller, able := b.CRM.(crm.Biller)
	if !able {
		return nil, &sales.Error{Code: "crm_without_bills", Action: sales.Bury, Message: "no CRM with bills is configured"}
	}
	err := biller.BillPaid(ctx, payload.Bill, payload.At, payload.InFull)
	if errors.Is(err, crm.ErrNoBill) {
		return nil, &sales.Error{Code: "bill_gone", Action: sales.Bury, Message: "the paid bill is not in the CRM any more", Err: err}
	}
	return nil, err
}

// blameBill tells an operator, once, why a buyer could not pay a bill.
func (b *Bot) blameBill(ctx context.Context, id string, bill crm.Bill, code, why string) error {
	contact := "bill:" + id
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		told, err := tx.Ref(AttentionRef(contact))
		if err != nil || told != "" {
			return err
		}
		if _, err := tx.Contact(contact); errors.Is(err, storage.ErrNotFound) {
			err = tx.PutContact(sales.Contact{ID: contact, Name: cmp.Or(bill.Name, id), CreatedAt: b.Now(), ActiveAt: b.Now()})
			if err != nil {
				return fmt.Errorf("save contact: %w", err)
			}
		} else if err != nil {
			return fmt.Errorf("load contact: %w", err)
		}
		return errors.Join(b.note(contact, "payment", code+" "+why)(tx), b.raise(tx, contact, code))
	})
	if err != nil {
		return fmt.Errorf("tell what is wrong with bill %s: %w", id, err)
	}
	return nil
}

package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// change turns one step of the mirror into the CRM's words. Its id is the same
// however often the turn is computed.
func (b *Bot) change(turn flows.Turn, in flows.Input, number int, m flows.Mirror) crm.Change {
	flow := b.flow(turn.Session.Flow)
	change := crm.Change{
		ID: in.ID + "/" + strconv.Itoa(number), Contact: turn.Contact, At: in.At,
		Title: cmp.Or(m.Title, flow.Title), Person: m.Contact, Stage: m.Stage, PersonFields: m.Person,
		Price: m.Price, Note: m.Note, CloseTask: m.CloseTask, Tags: m.Tags, Fields: m.Fields, Money: in.Kind == flows.Paid,
	}
	if change.Note == "" && m.State != "" && m.Stage == "" {
		change.Note = "→ " + m.State
	}
	if flow.Mirroring != nil && flow.Mirroring.Notes == "none" && m.Note == "" {
		change.Note = ""
	}
	if change.Money && (m.Price > 0 || strings.HasPrefix(m.Note, "payment_")) { // its own step alone
		change.Bill = paidBill(flow, in)
		if in.Payment != nil {
			change.Goods = goodsOf(flow, in.Payment.Product)
		}
	}
	if m.Task != nil {
		change.Task = &crm.Task{Text: m.Task.Text, Due: in.At.Add(time.Duration(m.Task.Due) * time.Second), Name: m.Task.Name}
	}
	change = b.mapped(change, flow)
	if m.Task != nil {
		change.Map.TaskType = cmp.Or(m.Task.Type, change.Map.TaskType)
		change.Map.TaskFor = cmp.Or(m.Task.Responsible, change.Map.TaskFor)
	}
	return change
}

// mirror enqueues a change, where there is a CRM. One about money does not wait
// behind the lanes of others.
func (b *Bot) mirror(tx storage.Tx, change crm.Change, at time.Time) error {
	if b.CRM == nil || idle(change) {
		return nil
	}
	if change.Bill != nil {
		bill, err := traced(tx, change.Contact.ID, *change.Bill)
		if err != nil {
			return err
		}
		change.Bill = bill
	}
	lane := crmLane(change.Contact.ID)
	job, err := outbox.New(lane, jobMirror, mirrorJob{change}, at)
	if err != nil {
		return err
	}
	if change.Money {
		job.NotBefore = at.Add(-hurry)
		if err := b.clearWay(tx, change, job.NotBefore); err != nil {
			return err
		}
	}
	_, err = tx.Enqueue(job)
	return err
}

// hurry is how much earlier than the rest a change about money wants to be done.
const hurry = time.Hour

// clearWay lets what stands before a change about money go as early as it. The
// CRM is told before the commit: a head under way must not wait for it, and a
// step that is undone does no harm there.
func (b *Bot) clearWay(tx storage.Tx, change crm.Change, at time.Time) error {
	head, found, err := tx.Head(crmLane(change.Contact.ID))
	if err != nil || !found {
		return err
	}
	if hastener, able := b.CRM.(crm.Hastener); able {
		hastener.Hasten(change.Contact.ID, change.At)
	}
	return hasten(tx, head, at)
}

// hasten lets a lane's head, and with it all that stands before the change about
// money, go as early. A head that failed keeps its pause.
func hasten(tx storage.Tx, head outbox.Job, at time.Time) error {
	if head.Attempts > 0 || !head.NotBefore.After(at) {
		return nil
	}
	head.NotBefore = at
	return tx.Save(head)
}

// mirrored is what the store keeps of a contact's mirror.
type mirrored struct {
	crm.Refs
	// Closed is set once the deal was won or lost: the next sale is a new deal.
	Closed bool `json:"closed,omitempty"`
}

// begins tells whether a change belongs to a new deal once the last one is
// closed: it opens a stage, tells of a link with its bill or goods, or money
// came, which always has its price and note. Money for a bill that hangs on the closed deal belongs there.
func (m mirrored) begins(change crm.Change) bool {
	switch {
	case change.Bill != nil:
		return change.Bill.Of(m.Bills) == ""
	case change.Stage == "":
		return change.Price > 0 && (change.Note != "" || len(change.Goods) > 0)
	}
	return change.Stage != crm.Won && change.Stage != crm.Lost
}

// readMirrored reads a contact's map.
func readMirrored(tx storage.Tx, key string) (known mirrored, err error) {
	raw, err := tx.Ref(key)
	if err != nil || raw == "" {
		return known, err
	}
	return known, json.Unmarshal([]byte(raw), &known)
}

func (b *Bot) mirrored(ctx context.Context, key string) (known mirrored, err error) {
	err = b.peek(ctx, func(tx storage.Tx) (err error) {
		known, err = readMirrored(tx, key)
		return err
	})
	if err != nil {
		return known, fmt.Errorf("read the CRM map: %w", err)
	}
	return known, nil
}

// callOperator marks the dialog in the console and gives the manager a task.
func (b *Bot) callOperator(tx storage.Tx, turn flows.Turn, in flows.Input, number int, call flows.CallOperator) error {
	if err := b.raise(tx, turn.Contact.ID, call.Text); err != nil {
		return err
	}
	m := flows.Mirror{Task: &flows.Task{Text: call.Text, Due: int64(time.Hour / time.Second)}}
	return b.mirror(tx, b.change(turn, in, number, m), in.At)
}

// raise marks a dialog as needing a person; the console shows the reason until
// an operator puts the mark away.
func (b *Bot) raise(tx storage.Tx, contact, reason string) error {
	if err := b.call(tx, contact); err != nil {
		return err
	}
	return tx.PutRef(AttentionRef(contact), reason)
}

// AttentionRef is the store's ref under which a dialog's call for a person is kept.
func AttentionRef(contact string) string { return "attention/" + contact }

// Attended puts away a dialog's call for a person. A charge that the shop's own
// fault held up is tried again: whoever saw to it may have mended it.
func (b *Bot) Attended(ctx context.Context, contact string) error {
	return b.Store.Update(ctx, func(tx storage.Tx) error {
		held, err := tx.Subscriptions(contact)
		if err != nil {
			return fmt.Errorf("load subscriptions: %w", err)
		}
		for _, one := range held {
			if one.Reason != sales.DeclineShop {
				continue
			}
			if err := tx.PutSubscription(one.Mended(b.Now())); err != nil {
				return fmt.Errorf("save subscription: %w", err)
			}
		}
		return tx.PutRef(AttentionRef(contact), "")
	})
}

// mirrorRefund notes in the CRM that a part of the money went back. Of all of
// it the flow's own turn tells.
func (b *Bot) mirrorRefund(tx storage.Tx, refund sales.Refund) error {
	contact, err := tx.Contact(refund.Contact)
	if errors.Is(err, storage.ErrNotFound) {
		return nil // a bill of the CRM's own: it has no dialog
	}
	if err != nil {
		return fmt.Errorf("load contact: %w", err)
	}
	order, err := tx.Order(refund.Order)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	return b.mirror(tx, crm.Change{
		ID: "refund/" + refund.ID, Contact: contact, At: b.Now(), Title: b.flow(order.Flow).Title,
		Note: "partly_refunded: " + order.Title + ", " + refund.Amount.String() + " ₽",
	}, b.Now())
}

package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"voronka/crm"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// mapped puts into a change what the flow's map says of every change.
func (b *Bot) mapped(change crm.Change, flow *flows.Flow) crm.Change {
	m := flow.Mirroring
	if m == nil {
		return change
	}
	change.Map = crm.Map{
		Pipeline: m.Pipeline, Responsible: m.Responsible, Tags: m.Tags, LossReason: m.LossReason, Match: m.Match,
		Tracking: m.Tracking, Notes: m.Notes, TaskType: m.TaskType, TaskFor: m.TaskFor, TasksDone: m.TasksDone,
		Unsorted: m.Unsorted, Products: m.Products,
	}
	if m.Notes == "none" {
		change.Map.Notes = ""
	}
	return change
}

// idle tells that a change would change nothing.
func idle(c crm.Change) bool {
	return !c.Person && c.Stage == "" && c.Price == 0 && c.Note == "" && c.Task == nil && c.CloseTask == "" && c.Bill == nil &&
		len(c.Goods)+len(c.Tags)+len(c.Fields)+len(c.PersonFields) == 0
}

// mirrorLink tells the CRM of a payment link: the stage that the map gives to
// it, the price, the bill, what is sold, and the link itself for the manager.
func (b *Bot) mirrorLink(tx storage.Tx, turn flows.Turn, in flows.Input, number int, link flows.MakeLink) error {
	flow := b.flow(turn.Session.Flow)
	m := flow.Mirroring
	if b.CRM == nil || m == nil || !m.Bills && !m.Products && m.Events["payment_link"] == "" {
		return nil
	}
	told := lastMirror(turn)
	change := crm.Change{
		ID: in.ID + "/link" + strconv.Itoa(number), Contact: turn.Contact, At: in.At,
		Title: cmp.Or(told.Title, flow.Title), Stage: m.Events["payment_link"], Fields: told.Fields,
	}
	for _, payment := range turn.Payments {
		if payment.ID != link.Payment {
			continue
		}
		change.Price = payment.Amount // what the deal is worth, as long as nobody has paid
		order, err := tx.Order(payment.Order)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		link := ""
		if b.PublicURL != "" { // the bank's own address is not known yet
			link = b.payAddress(payment)
			change.Note = "payment_link: " + cmp.Or(order.Title, flow.Title) + ", " + payment.Amount.String() + " ₽\n" + link
		}
		change.Goods = goodsOf(flow, order.Product)
		if m.Bills {
			change.Bill = billOf(flow, payment, order, m.Supplier)
			change.Bill.Link = link
		}
	}
	return b.mirror(tx, b.mapped(change, flow), in.At)
}

// lastMirror is the step of a turn that holds what the map says of the deal: a
// link may be what the deal begins with.
func lastMirror(turn flows.Turn) flows.Mirror {
	for _, effect := range slices.Backward(turn.Effects) {
		if mirror, is := effect.(flows.Mirror); is {
			return mirror
		}
	}
	return flows.Mirror{}
}

// goodsOf is what a deal is about, where the flow wants it in the list of
// products: at the price of the list, whatever a customer pays.
func goodsOf(flow *flows.Flow, name string) []crm.BillItem {
	product, known := flow.Product(name)
	if !known || flow.Mirroring == nil || !flow.Mirroring.Products {
		return nil
	}
	return []crm.BillItem{{Name: product.Title, Price: product.Price, Quantity: 1000, Tax: cmp.Or(product.Item.Tax, "none"), Unit: product.Item.Unit, SKU: product.ID}}
}

// traced names all under which a bill may be known in the CRM: by a payment of
// its order, as the mirror of earlier versions did, or by an order of the same
// product that this one replaced when its price changed.
func traced(tx storage.Tx, contact string, bill crm.Invoice) (*crm.Invoice, error) {
	bill.Was = nil
	payments, err := tx.Payments(bill.ID)
	if err != nil {
		return nil, fmt.Errorf("load payments: %w", err)
	}
	for _, payment := range payments {
		bill.Was = append(bill.Was, payment.ID)
	}
	order, err := tx.Order(bill.ID)
	if err != nil || order.Product == "" || order.Subscription != "" {
		return &bill, ignored(err, storage.ErrNotFound)
	}
	orders, err := tx.Orders(contact)
	if err != nil {
		return nil, fmt.Errorf("load orders: %w", err)
	}
	for _, other := range orders {
		replaced := other.Product == order.Product && other.Flow == order.Flow && other.Subscription == "" && !other.Paid()
		if replaced && other.ID != order.ID && other.CreatedAt.Before(order.CreatedAt) {
			bill.Was = append(bill.Was, other.ID)
		}
	}
	return &bill, nil
}

// ignored is an error, unless it is one that does not matter.
func ignored(err, unimportant error) error {
	if errors.Is(err, unimportant) {
		return nil
	}
	return err
}

// billOf is the invoice of an order, with what is bought as its one row.
func billOf(flow *flows.Flow, payment sales.Payment, order sales.Order, supplier string) *crm.Invoice {
	title := cmp.Or(order.Title, flow.Title)
	row := crm.BillItem{Name: title, Price: payment.Amount, Quantity: 1000, Tax: "none"}
	if product, known := flow.Product(order.Product); known {
		row.Tax = cmp.Or(product.Item.Tax, row.Tax)
		row.Unit, row.SKU = product.Item.Unit, product.ID
	}
	return &crm.Invoice{ID: payment.Order, Title: title, Total: payment.Amount, Items: []crm.BillItem{row}, Supplier: supplier}
}

// paidBill marks the bill of an order as paid, in full or in part, where the
// flow wants bills.
func paidBill(flow *flows.Flow, in flows.Input) *crm.Invoice {
	if flow.Mirroring == nil || !flow.Mirroring.Bills || in.Payment == nil {
		return nil
	}
	total, partly := in.Payment.Paid, false
	switch in.Payment.Outcome {
	case flows.Success:
	case flows.DifferentAmounts:
		total, partly = in.Payment.Amount, in.Payment.Paid < in.Payment.Amount
	default:
		return nil
	}
	order, _ := flow.Product(in.Payment.Product)
	title := cmp.Or(order.Title, flow.Title)
	return &crm.Invoice{
		ID: cmp.Or(in.Payment.Order, in.Payment.Payment), Title: title, Total: total, PaidAt: in.At, Partly: partly, Supplier: flow.Mirroring.Supplier,
		Items: []crm.BillItem{{Name: title, Price: total, Quantity: 1000, Tax: cmp.Or(order.Item.Tax, "none"), Unit: order.Item.Unit, SKU: order.ID}},
	}
}

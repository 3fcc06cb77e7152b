package bot

import (
	"cmp"
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
	return !c.Person && c.Stage == "" && c.Price == 0 && c.Note == "" && c.Task == nil && c.Bill == nil &&
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
	change := crm.Change{
		ID: in.ID + "/link" + strconv.Itoa(number), Contact: turn.Contact, At: in.At, Title: flow.Title, Stage: m.Events["payment_link"],
	}
	for _, payment := range turn.Payments {
		if payment.ID != link.Payment {
			continue
		}
		change.Price = payment.Amount // what the deal is worth, as long as nobody has paid
		order := orderOf(turn, payment.Order)
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

func orderOf(turn flows.Turn, id string) sales.Order {
	for _, order := range turn.Orders {
		if order.ID == id {
			return order
		}
	}
	return sales.Order{}
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

// billOf is the invoice of a payment, with what is bought as its one row.
func billOf(flow *flows.Flow, payment sales.Payment, order sales.Order, supplier string) *crm.Invoice {
	title := cmp.Or(order.Title, flow.Title)
	row := crm.BillItem{Name: title, Price: payment.Amount, Quantity: 1000, Tax: "none"}
	if product, known := flow.Product(order.Product); known {
		row.Tax = cmp.Or(product.Item.Tax, row.Tax)
		row.Unit, row.SKU = product.Item.Unit, product.ID
	}
	return &crm.Invoice{ID: payment.ID, Title: title, Total: payment.Amount, Items: []crm.BillItem{row}, Supplier: supplier}
}

// paidBill marks the bill of a payment as paid, where the flow wants bills.
func paidBill(flow *flows.Flow, in flows.Input) *crm.Invoice {
	if flow.Mirroring == nil || !flow.Mirroring.Bills || in.Payment == nil || in.Payment.Outcome != flows.Success {
		return nil
	}
	order, _ := flow.Product(in.Payment.Product)
	title := cmp.Or(order.Title, flow.Title)
	return &crm.Invoice{
		ID: in.Payment.Payment, Title: title, Total: in.Payment.Paid, PaidAt: in.At, Supplier: flow.Mirroring.Supplier,
		Items: []crm.BillItem{{Name: title, Price: in.Payment.Paid, Quantity: 1000, Tax: cmp.Or(order.Item.Tax, "none"), Unit: order.Item.Unit, SKU: order.ID}},
	}
}

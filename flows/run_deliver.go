package flows

import (
	"slices"

	"voronka/sales"
)

// Deliver hands over what belongs to an order. It refuses, with a line in the
// journal, when the order is not paid, and does nothing when the goods went out
// in an earlier turn. Text is a template of HTML.
func (r *Run) Deliver(order sales.Order, goods sales.Delivery, text Template) {
	switch {
	case !order.Paid() || r.refunded(order):
		r.Trouble("not delivered, the order is not paid: " + order.ID)
		return
	case !order.DeliveredAt.IsZero() && !r.deliveredNow(order):
		r.Event("deliver", "delivered before: "+order.ID)
		return
	}
	parcels := parcels(order.ID, goods)
	if len(parcels) == 0 {
		r.Trouble("nothing to deliver: " + order.Product)
		return
	}
	parcels[0].Text = r.Render(text, MaxCaption)
	for _, parcel := range parcels {
		if r.sent(parcel) {
			continue
		}
		r.Emit(parcel)
		r.line(Line{Who: Bot, Kind: "deliver", Text: parcel.words()})
	}
	order.DeliveredAt = r.Input.At
	r.SaveOrder(order)
	if product, known := r.Flow.Product(order.Product); known && product.Closing {
		r.Settle(order.Product, CloseReceipt, 0)
	}
}

// deliveredNow tells whether it was this turn that delivered the order.
func (r *Run) deliveredNow(order sales.Order) bool {
	return slices.ContainsFunc(r.effects, func(effect Effect) bool {
		sent, ok := effect.(Deliver)
		return ok && sent.Order == order.ID
	})
}

// sent tells whether this turn has handed over the same already.
func (r *Run) sent(parcel Deliver) bool {
	parcel.Text = ""
	return slices.ContainsFunc(r.effects, func(effect Effect) bool {
		sent, ok := effect.(Deliver)
		sent.Text = ""
		return ok && sent == parcel
	})
}

// parcels are the single things in a delivery.
func parcels(order string, goods sales.Delivery) []Deliver {
	var all []Deliver
	if goods.File != "" {
		all = append(all, Deliver{Order: order, File: goods.File})
	}
	if goods.Download != "" {
		all = append(all, Deliver{Order: order, Download: goods.Download, Lives: goods.Lives})
	}
	if goods.Link != "" {
		all = append(all, Deliver{Order: order, Link: goods.Link})
	}
	if goods.Invite != "" {
		all = append(all, Deliver{Order: order, Invite: goods.Invite})
	}
	return all
}

func (d Deliver) words() string {
	text := PlainText(d.Text)
	if text != "" {
		text += " "
	}
	return text + d.What()
}

package flows

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strconv"
	"time"

	"voronka/sales"
)

// ID makes an id of 32 hexadecimal digits that nobody can guess who does not
// know the session's seed, and that the same turn makes again when it is replayed.
func (r *Run) ID(kind string) string {
	r.ids++
	var room [64]byte
	purpose := append(append(room[:0], kind...), ' ')
	purpose = append(strconv.AppendInt(purpose, r.Session.Turns, 10), ' ')
	return r.secret(strconv.AppendInt(purpose, int64(r.ids), 10))
}

// CustomerKey is how a provider may recognise the buyer again: the same for
// all payments of a session, with no personal data in it.
func (r *Run) CustomerKey() string { return CustomerKey(r.Session) }

// CustomerKey is that of a session.
func CustomerKey(s Session) string { return secret(s.Seed, []byte("customer")) }

func (r *Run) secret(purpose []byte) string { return secret(r.Session.Seed, purpose) }

func secret(seed string, purpose []byte) string {
	var room [128]byte
	whole := append(append(room[:0], seed...), ' ')
	sum := sha256.Sum256(append(whole, purpose...))
	var digits [32]byte
	hex.Encode(digits[:], sum[:16])
	return string(digits[:])
}

// order finds an order as this turn has it.
func (r *Run) order(id string) (sales.Order, bool) {
	same := func(order sales.Order) bool { return order.ID == id }
	if i := slices.IndexFunc(r.orders, same); i >= 0 {
		return r.orders[i], true
	}
	if i := slices.IndexFunc(r.known.Orders, same); i >= 0 {
		return r.known.Orders[i], true
	}
	return sales.Order{}, false
}

// everyOrder goes through the known orders and then this turn's, each as this
// turn has it.
func (r *Run) everyOrder() iter.Seq[sales.Order] {
	return func(yield func(sales.Order) bool) {
		for i := range len(r.known.Orders) + len(r.orders) {
			var order sales.Order
			if i < len(r.known.Orders) {
				order, _ = r.order(r.known.Orders[i].ID)
			} else {
				order = r.orders[i-len(r.known.Orders)]
			}
			if !yield(order) {
				return
			}
		}
	}
}

// paymentAt counts through the known payments and then this turn's.
func (r *Run) paymentAt(i int) *sales.Payment {
	if i < len(r.known.Payments) {
		return &r.known.Payments[i]
	}
	return &r.payments[i-len(r.known.Payments)]
}

func (r *Run) payment(id string) (sales.Payment, bool) {
	same := func(payment sales.Payment) bool { return payment.ID == id }
	if i := slices.IndexFunc(r.payments, same); i >= 0 {
		return r.payments[i], true
	}
	if i := slices.IndexFunc(r.known.Payments, same); i >= 0 {
		return r.known.Payments[i], true
	}
	return sales.Payment{}, false
}

// SaveOrder writes a new or changed order.
func (r *Run) SaveOrder(order sales.Order) {
	if i := slices.IndexFunc(r.orders, func(o sales.Order) bool { return o.ID == order.ID }); i >= 0 {
		r.orders[i] = order
		return
	}
	r.orders = append(r.orders, order)
}

// OrderOf finds the order of a product: the last one that is not paid, else
// the last that is paid and not refunded.
func (r *Run) OrderOf(product string) (sales.Order, bool) {
	var last sales.Order
	for order := range r.everyOrder() {
		if order.Product != product || order.Flow != r.Flow.ID || r.refunded(order) {
			continue
		}
		later := order.CreatedAt.Compare(last.CreatedAt) >= 0
		if last.ID == "" || last.Paid() && !order.Paid() || last.Paid() == order.Paid() && later {
			last = order
		}
	}
	return last, last.ID != ""
}

// CurrentOrder is the order that was asked for or paid last.
func (r *Run) CurrentOrder() (sales.Order, bool) { return r.order(r.Session.Order) }

func (r *Run) refunded(order sales.Order) bool {
	payment, ok := r.payment(order.PaidBy)
	return ok && payment.Status == sales.PaymentRefunded
}

// Demand asks for the money of a product: it finds or makes the order and a
// payment whose link lives as long as the terms say. A payment that can still be
// paid is used again. An order already paid is given back with no payment.
func (r *Run) Demand(product sales.Product, terms Terms) (sales.Order, sales.Payment, bool) {
	order, due := r.dueOrder(product)
	if !due {
		return order, sales.Payment{}, false
	}
	payment, known := r.payable(order, nil)
	if !known || payment.Hold != terms.Hold || payment.Method != terms.Method || payment.Recurrent != terms.SaveCard {
		payment = r.newPayment(order, product, terms.Expires.Sub(r.Input.At), r.Fill(terms.Description))
		payment.Hold, payment.Method, payment.Recurrent = terms.Hold, terms.Method, terms.SaveCard
		payment.Language = cmp.Or(terms.Language, payment.Language)
		r.payments = append(r.payments, payment)
		r.Emit(MakeLink{Payment: payment.ID})
	}
	r.Session.Payment = payment.ID
	r.remember(product.ID)
	return order, payment, true
}

// dueOrder finds or makes the order of a product; it is not due when it is paid.
func (r *Run) dueOrder(product sales.Product) (sales.Order, bool) {
	order, known := r.OrderOf(product.ID)
	if known && order.Paid() {
		return order, false
	}
	if !known || order.Amount != product.Price {
		order = sales.Order{
			ID: r.ID("order"), Contact: r.Contact.ID, Flow: r.Flow.ID, Product: product.ID,
			Title: product.Title, Amount: product.Price, CreatedAt: r.Input.At,
		}
		r.SaveOrder(order)
	}
	r.Session.Order = order.ID
	return order, true
}

// payable finds a payment of the order whose link can still be used, with a
// minute left to do so, and the same buyer in its receipt. A declined attempt
// is renewed: nothing promises that the bank's form takes another one (T-Bank
// API 1.80, statuses), and a second decline of it could not be told from a
// repeated notification. fits says which are meant, nil all.
func (r *Run) payable(order sales.Order, fits func(sales.Payment) bool) (sales.Payment, bool) {
	for i := len(r.known.Payments) + len(r.payments) - 1; i >= 0; i-- {
		payment := r.paymentAt(i)
		open := payment.Status == sales.PaymentNew || payment.Status == sales.PaymentLinked
		if payment.Order != order.ID || !open || payment.Initiator != "" || payment.Amount != order.Amount || payment.ExpiresAt.Before(r.Input.At.Add(time.Minute)) {
			continue
		}
		if fits != nil && !fits(*payment) {
			continue
		}
		if receipt := payment.Receipt; receipt == nil || receipt.Email == r.Contact.Email && receipt.Phone == r.Contact.Phone {
			return *payment, true
		}
	}
	return sales.Payment{}, false
}

// maxDescription is in characters (T-Bank API 1.80, Init: Description).
const maxDescription = 140

func (r *Run) newPayment(order sales.Order, product sales.Product, expires time.Duration, description string) sales.Payment {
	language := "ru" // T-Bank API 1.80, Init: Language is ru or en
	if len(r.Contact.Language) >= 2 && r.Contact.Language[:2] == "en" {
		language = "en"
	}
	return sales.Payment{
		ID: r.ID("payment"), Order: order.ID, Contact: r.Contact.ID, Provider: r.engine.Provider,
		Amount: order.Amount, Status: sales.PaymentNew, Description: Clip(cmp.Or(description, product.Title), maxDescription),
		Language: language, CustomerKey: r.CustomerKey(), Receipt: r.receipt(product), Shop: product.Shop,
		CreatedAt: r.Input.At, ExpiresAt: r.Input.At.Add(expires), Place: cmp.Or(r.written(), product.Item.Place),
	}
}

// receipt is the receipt of one piece of a product, nil when it needs none.
func (r *Run) receipt(product sales.Product) *sales.Receipt {
	if product.Taxation == "" {
		return nil
	}
	item := product.Item
	if item.Name == "" {
		item.Name = product.Title
	}
	if item.Price == 0 {
		item.Price = product.Price + product.Tender.Sum()
	}
	if item.Quantity == 0 {
		item.Quantity = 1000
	}
	ffd := r.engine.FFD
	if ffd == "" {
		ffd = "1.05"
	}
	if len(product.Items) > 0 {
		return &sales.Receipt{
			FFD: ffd, Email: r.Contact.Email, Phone: r.Contact.Phone, Taxation: product.Taxation, Items: slices.Clone(product.Items),
			Tender: product.Tender,
		}
	}
	whole := &struct {
		sales.Receipt
		items [1]sales.ReceiptItem
	}{items: [1]sales.ReceiptItem{item}}
	whole.Receipt = sales.Receipt{
		FFD: ffd, Email: r.Contact.Email, Phone: r.Contact.Phone, Taxation: product.Taxation, Items: whole.items[:],
		Tender: product.Tender,
	}
	return &whole.Receipt
}

// remember keeps in which state a product was asked to be paid for.
func (r *Run) remember(product string) {
	product = r.asked(r.Flow.ID, product)
	if r.Session.Asked[product] == r.Session.State {
		return
	}
	asked := make(map[string]string, len(r.Session.Asked)+1)
	for id, state := range r.Session.Asked {
		asked[id] = state
	}
	asked[product] = r.Session.State
	r.Session.Asked = asked
}

// asked is the name of a flow's product among those asked to be paid for.
func (r *Run) asked(flow, product string) string {
	if flow == "" || flow == r.home.ID {
		return product
	}
	return flow + "/" + product
}

// PaidOrder is the last paid order of a product that was not refunded; of two,
// the one not delivered yet.
func (r *Run) PaidOrder(product string) (sales.Order, bool) {
	var found sales.Order
	for order := range r.everyOrder() {
		if order.Product != product || order.Flow != r.Flow.ID || !order.Paid() || r.refunded(order) {
			continue
		}
		if found.ID == "" || !found.DeliveredAt.IsZero() && (order.DeliveredAt.IsZero() || order.PaidAt.After(found.PaidAt)) {
			found = order
		}
	}
	return found, found.ID != ""
}

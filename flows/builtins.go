package flows

import (
	"strconv"
	"strings"

	"voronka/sales"
)

// Builtins are the variables that every flow can read, sorted by subject. A
// product's price and title can be read besides, as `course.price` and
// `course.title`; see Flow.Builtin.
func Builtins() []string {
	return []string{
		"name", "last_name", "full_name", "username", "language", "email", "phone", "client_id",
		"start", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term",
		"question", "state", "flow", "tags",
		"product", "price", "order_id", "payment_id", "payment_sum", "pay_url", "receipt_url",
		"tinkoff_payment_id", "tinkoff_payment_completed", "tinkoff_callback_data",
		"error_payment_button", "error_payment_func", "tinkoff_rebill_id", "tinkoff_recurrent_id",
		"current_date", "current_time", "weekday", "next_day", "timestamp",
		"date_of_creation", "time_of_creation", "platform_id", "client_type", "messenger", "message_from_outside", "none",
		"subscription.plan", "subscription.title", "subscription.price", "subscription.status", "subscription.until",
		"subscription.next", "subscription.retry", "subscription.left", "subscription.reason", "card.last", "card.expires",
		"orders_paid", "orders_sum", "days_known", "days_silent",
	}
}

// Builtin tells whether a variable is there without being set.
func (f *Flow) Builtin(name string) bool {
	if contains(Builtins(), name) {
		return true
	}
	id, property, dotted := strings.Cut(name, ".")
	if id == "segment" {
		return f.Segment(property) != nil
	}
	if id == "bought" {
		id, property = property, "title"
	}
	_, known := f.Product(id)
	return dotted && known && (property == "price" || property == "title")
}

// Lookup gives the value of a variable as people read it: amounts with spaces
// between thousands. What the customer's answers set comes before what the
// engine knows.
func (r *Run) Lookup(name string) string { return r.lookup(name, sales.Money.String) }

// reckon gives the value of a variable for the calculator.
func (r *Run) reckon(name string) string { return r.lookup(name, sales.Money.Decimal) }

func (r *Run) lookup(name string, money func(sales.Money) string) string {
	switch name {
	case "name":
		return r.Contact.Name
	case "email":
		return r.Contact.Email
	case "phone":
		return r.Contact.Phone
	}
	if value, known := r.rebill(name); known {
		return value
	}
	if value, set := r.variable(name, money); set {
		return value
	}
	contact := &r.Contact
	switch name {
	case "last_name":
		return contact.LastName
	case "full_name":
		return strings.TrimSpace(contact.Name + " " + contact.LastName)
	case "username":
		return contact.Username
	case "language":
		return contact.Language
	case "client_id":
		return contact.ID
	case "start", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term":
		return contact.Source[name]
	case "question":
		if r.Input.Kind == Text {
			return r.Input.Text
		}
		return ""
	case "state":
		return r.Session.State
	case "flow":
		return r.Flow.ID
	}
	if value, ok := r.moment(name); ok {
		return value
	}
	if value, ok := r.tagged(name); ok {
		return value
	}
	if value, ok := r.subscribed(name, money); ok {
		return value
	}
	if value, ok := r.audience(name, money); ok {
		return value
	}
	return r.lookupMoney(name, money)
}

// moment gives what is told of now, of the customer's first day and of the channel.
func (r *Run) moment(name string) (string, bool) {
	now := r.Now()
	begun := r.Contact.CreatedAt.In(now.Location())
	switch name {
	case "current_date":
		return now.Format("02.01.2006"), true
	case "current_time":
		return now.Format("15:04"), true
	case "weekday":
		return strconv.Itoa((int(now.Weekday())+6)%7 + 1), true
	case "next_day":
		return now.AddDate(0, 0, 1).Format("02.01.2006"), true
	case "timestamp":
		return strconv.FormatInt(r.Input.At.Unix(), 10), true
	case "date_of_creation":
		return begun.Format("02.01.2006"), true
	case "time_of_creation":
		return begun.Format("15:04"), true
	case "platform_id":
		return strconv.FormatInt(r.Contact.ChatID, 10), true
	case "client_type":
		return "1", true // salebot's number of Telegram
	case "messenger":
		return "Telegram", true
	case "message_from_outside":
		return r.Input.Kind.outside(), true
	}
	return "", false
}

// lookupMoney gives what belongs to the last order, or to a product by its id.
func (r *Run) lookupMoney(name string, money func(sales.Money) string) string {
	switch name {
	case "order_id":
		return r.Session.Order
	case "payment_id":
		return r.Session.Payment
	case "pay_url":
		if r.Session.Payment == "" {
			return ""
		}
		return PayLink(r.Session.Payment)
	case "receipt_url":
		return r.receiptURL()
	case "product", "price":
		order, ok := r.order(r.Session.Order)
		if !ok {
			return ""
		}
		if name == "price" {
			return money(order.Amount)
		}
		return r.Flow.title(order.Product, order.Title)
	case "tinkoff_payment_id", "tinkoff_payment_completed", "tinkoff_callback_data":
		return r.lookupBank(name)
	case "payment_sum":
		if event := r.Input.Payment; event != nil {
			return money(event.Paid)
		}
		if payment, ok := r.payment(r.Session.Payment); ok {
			return money(payment.Amount)
		}
		return ""
	}
	id, property, dotted := strings.Cut(name, ".")
	if product, known := r.Flow.Product(id); dotted && known {
		if property == "price" {
			return money(product.Price)
		}
		return r.Flow.title(product.ID, product.Title)
	}
	return ""
}

package flows

import (
	"strings"
)

// Builtins are the variables that every flow can read, sorted by subject. A
// product's price and title can be read besides, as `course.price` and
// `course.title`; see Flow.Builtin.
func Builtins() []string {
	return []string{
		"name", "last_name", "full_name", "username", "language", "email", "phone", "client_id",
		"start", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term",
		"question", "state", "flow",
		"product", "price", "order_id", "payment_id", "payment_sum", "pay_url",
		"current_date", "current_time", "weekday",
	}
}

// Builtin tells whether a variable is there without being set.
func (f *Flow) Builtin(name string) bool {
	if contains(Builtins(), name) {
		return true
	}
	id, property, dotted := strings.Cut(name, ".")
	_, known := f.Product(id)
	return dotted && known && (property == "price" || property == "title")
}

package flows

import (
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// subscribed gives `subscription.…`, of the subscription that is spoken of or
// else the contact's last, and `card.…`; ok is false for any other name.
func (r *Run) subscribed(name string, money func(sales.Money) string) (value string, ok bool) {
	id, property, _ := strings.Cut(name, ".")
	if id == "card" && (property == "last" || property == "expires") {
		return r.savedCard(property), true
	}
	if _, sold := r.Flow.Product(id); sold || id != "subscription" {
		return "", false
	}
	one, known := r.subscription(r.about)
	if !known {
		one, known = r.last()
	}
	if !known {
		return "", contains(Builtins(), name)
	}
	switch property {
	case "plan":
		return one.Plan.ID, true
	case "title":
		return r.Flow.title(one.Plan.ID, one.Plan.Title), true
	case "price":
		return money(one.Sum()), true
	case "status":
		return string(one.Status), true
	case "until":
		return r.day(one.Until), true
	case "next":
		return r.day(one.ChargeAt()), true
	case "retry":
		return r.day(one.RetryAt), true
	case "reason":
		return string(one.Reason), true
	case "left":
		if !one.Plan.Instalments() {
			return "", true
		}
		return strconv.Itoa(max(0, one.Plan.Payments-one.Taken)), true
	}
	return "", false
}

// last is the contact's last subscription that lives, else the last of all.
func (r *Run) last() (sales.Subscription, bool) {
	if one, known := r.SubscriptionTo(""); known {
		return one, true
	}
	all := r.mine()
	if len(all) == 0 {
		return sales.Subscription{}, false
	}
	return all[len(all)-1], true
}

func (r *Run) savedCard(property string) string {
	card := r.known.Card
	switch {
	case card == nil:
		return ""
	case property == "last":
		return card.Last
	case card.Expires.IsZero():
		return ""
	}
	return card.Expires.Add(-time.Hour).Format("01.2006") // the month it still works in
}

// day writes a moment as the date it has in the project.
func (r *Run) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(r.zone()).Format("02.01.2006")
}

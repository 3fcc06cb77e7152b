package tbank

import (
	"strconv"

	"voronka/sales"
)

// Init has no idempotency key, and CheckOrder cannot give a lost PaymentURL
// back. A link whose answer was lost is therefore made anew, under the next
// order id: "<payment>", "<payment>.2", … "<payment>.9". A payment's id has no dot in it,
// and needs to leave two of the 36 characters free for that.
const (
	attempts     = 9
	longestOrder = 36 // T-Bank API 1.80, Init, OrderId
)

// orderID is the OrderId of the n-th attempt, from 1; empty where it would be too long.
func orderID(payment string, n int) string {
	id := payment
	if n > 1 {
		id += "." + strconv.Itoa(n)
	}
	if len(id) > longestOrder {
		return ""
	}
	return id
}

// paymentID is the payment that an OrderId belongs to.
func paymentID(order string) string {
	cut := len(order) - 2
	if cut > 0 && order[cut] == '.' && order[cut+1] >= '2' && order[cut+1] <= '9' {
		return order[:cut]
	}
	return order
}

// eventKey is the bank's own identity of an event, which has no id: terminal,
// payment, status and amount (T-Bank API 1.80, notifications).
func eventKey(terminal, payment, word string, amount sales.Money) string {
	return terminal + ":" + payment + ":" + word + ":" + strconv.FormatInt(int64(amount), 10)
}

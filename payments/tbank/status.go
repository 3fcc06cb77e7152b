package tbank

import "voronka/sales"

// status translates the bank's word (T-Bank API 1.80, "Статусная модель
// платежа"). Whatever is on its way or unknown reads as linked: still pending.
// AUTHORIZED is a hold only, CONFIRMED is money.
func status(word string) sales.PaymentStatus {
	switch word {
	case "AUTHORIZED", "CONFIRMING", "PARTIAL_REVERSED":
		return sales.PaymentHeld
	case "CONFIRMED":
		return sales.PaymentPaid
	case "REJECTED", "AUTH_FAIL":
		return sales.PaymentDeclined
	case "CANCELED", "DEADLINE_EXPIRED", "ATTEMPTS_EXPIRED":
		return sales.PaymentExpired
	case "REFUNDED", "REVERSED":
		return sales.PaymentRefunded
	case "PARTIAL_REFUNDED":
		return sales.PaymentPartly
	}
	return sales.PaymentLinked
}

// released tells whether money that was held goes back, not money that was taken.
func released(word string) bool { return word == "REVERSED" || word == "PARTIAL_REVERSED" }

// untouched tells whether nobody has opened the payment's page.
func untouched(word string) bool { return word == "NEW" }

// closed tells whether nobody can pay any more, and nobody did.
func closed(word string) bool { return status(word) == sales.PaymentExpired }

// rank orders the payments of one order: the one with the best news about money counts.
func rank(word string) int {
	switch status(word) {
	case sales.PaymentPaid, sales.PaymentPartly, sales.PaymentRefunded:
		return 4
	case sales.PaymentHeld:
		return 3
	case sales.PaymentLinked:
		return 2
	case sales.PaymentDeclined:
		return 1
	}
	return 0
}

package tbanktest

// The statuses of a payment (T-Bank API 1.80, "Статусная модель платежа").
const (
	StatusNew             = "NEW"
	StatusFormShowed      = "FORM_SHOWED"
	StatusAuthorizing     = "AUTHORIZING"
	Status3DSChecking     = "3DS_CHECKING"
	Status3DSChecked      = "3DS_CHECKED"
	StatusAuthorized      = "AUTHORIZED"
	StatusConfirming      = "CONFIRMING"
	StatusConfirmed       = "CONFIRMED"
	StatusReversing       = "REVERSING"
	StatusPartialReversed = "PARTIAL_REVERSED"
	StatusReversed        = "REVERSED"
	StatusRefunding       = "REFUNDING"
	StatusAsyncRefunding  = "ASYNC_REFUNDING"
	StatusPartialRefunded = "PARTIAL_REFUNDED"
	StatusRefunded        = "REFUNDED"
	StatusCanceled        = "CANCELED"
	StatusDeadlineExpired = "DEADLINE_EXPIRED"
	StatusRejected        = "REJECTED"

	// statusReceipt is the Status of a fiscal notification; no payment is ever in it.
	statusReceipt = "RECEIPT"
)

// isPayable says that a buyer may still pay on the form. A declined attempt leaves the form open.
func isPayable(status string) bool {
	switch status {
	case StatusNew, StatusFormShowed, StatusRejected, Status3DSChecking:
		return true
	}
	return false
}

// expires says that the status ends with the link's deadline.
func expires(status string) bool {
	return status == StatusNew || status == StatusFormShowed || status == Status3DSChecking
}

// isPaid says that the buyer's money is held or taken.
func isPaid(status string) bool {
	switch status {
	case StatusAuthorized, StatusConfirming, StatusConfirmed, StatusPartialReversed, StatusPartialRefunded:
		return true
	}
	return false
}

package sales

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Faults of a pair of a payment's extra data.
var (
	ErrDataKey   = errors.New("a key of DATA is empty or longer than 20 characters")
	ErrDataValue = errors.New("a value of DATA is longer than 100 characters")
)

// CheckData finds what a bank would not take in a pair of a payment's extra
// data (T-Bank API 1.80, Init: DATA). Nothing is ever cut to fit: half a key
// means something else.
func CheckData(key, value string) error {
	switch {
	case key == "" || utf8.RuneCountInString(key) > 20 && !longKey(key):
		return fmt.Errorf("%w: %.80q", ErrDataKey, key)
	case utf8.RuneCountInString(value) > 100:
		return fmt.Errorf("%w: %q", ErrDataValue, key)
	}
	return nil
}

// longKey lists keys that the bank's own documents write longer than their limit.
func longKey(key string) bool {
	return key == "OperationInitiatorType" || key == "notificationEnableSource"
}

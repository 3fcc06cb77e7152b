package payments

import "errors"

// ErrForged is a notification that its provider did not sign.
var ErrForged = errors.New("notification is not signed by the provider")

// ErrUnknown is a genuine event about a payment that we do not have: the
// terminal is shared with another shop, or the store was restored from an
// older copy. Nothing is changed by it, and no repetition would help.
var ErrUnknown = errors.New("no such payment")

package payments

import "errors"

// ErrForged is a notification that its provider did not sign.
var ErrForged = errors.New("notification is not signed by the provider")

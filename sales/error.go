package sales

import (
	"errors"
	"fmt"
	"time"
)

// Action is what to do about an error.
type Action int

// The three answers to a failed job.
const (
	Retry Action = iota // the same again, later
	Bury                // never again by itself; an operator decides
	Stop                // the whole destination is unusable (wrong token, blocked account): wait long and raise an alarm
)

// Error is a failure that somebody has to act upon.
type Error struct {
	// Code is stable and machine-readable: "telegram_blocked", "bank_refused".
	Code   string
	Action Action
	// After is how long to wait before a retry; zero leaves it to the backoff.
	After time.Duration
	// Uncertain is set where the other side may have done what was asked although no answer came.
	Uncertain bool
	// Message is for the operator or the buyer, never with secrets or personal data.
	Message string
	Err     error
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Message != "" && e.Err != nil:
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
	case e.Message != "":
		return e.Code + ": " + e.Message
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError finds the coded error in err; anything else is an internal one to be retried.
func AsError(err error) *Error {
	var coded *Error
	if errors.As(err, &coded) {
		return coded
	}
	return &Error{Code: "internal", Action: Retry, Err: err}
}

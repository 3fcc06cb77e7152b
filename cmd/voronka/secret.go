package main

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a value that must not be seen: printed or logged it shows stars.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// Format hides the value from every verb of fmt, also from those that would
// not ask String.
func (s Secret) Format(state fmt.State, verb rune) {
	form := "%s"
	if verb == 'q' || verb == 'v' && state.Flag('#') {
		form = "%q"
	}
	// A writer that fails is the caller's to notice.
	_, _ = io.WriteString(state, fmt.Sprintf(form, s.String()))
}

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value from JSON, YAML and whatever else writes text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

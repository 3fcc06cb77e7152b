package payments

import (
	"fmt"
	"log/slog"
)

// Secret is what lets somebody take money: a stored card's token or id. No
// print, log or JSON shows it; Reveal does, for the call that needs it and for
// who encrypts it.
type Secret string

// hidden is what is seen of a secret.
const hidden = "***"

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Format implements fmt.Formatter: every verb shows the same.
func (s Secret) Format(f fmt.State, _ rune) {
	if s != "" {
		fmt.Fprint(f, hidden)
	}
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler, so that JSON does not show it either.
func (s Secret) MarshalText() ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	return []byte(hidden), nil
}

package tbank_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"voronka/payments"
)

// TestTrapAuthenticityIsAPrefix: at salebot the first ten characters of a key
// vouch for a payment. Here the bank's whole signature does: a token that agrees
// in its beginning, even in all but one character, is a forgery.
func TestTrapAuthenticityIsAPrefix(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		var input struct{ TerminalKey string }
		if err := json.Unmarshal(v.Input, &input); err != nil {
			t.Fatal(err)
		}
		receive := receiver(input.TerminalKey, v.Password)
		other := "0"
		if strings.HasSuffix(v.Token, other) {
			other = "1"
		}
		whole := len(v.Token)
		for _, token := range []string{
			v.Token[:10], v.Token[:10] + strings.Repeat("0", whole-10), v.Token[:whole-1], v.Token[:whole-1] + other, v.Token + "0", v.Password, "",
		} {
			if _, err := receive(withToken(t, string(v.Input), token)); !errors.Is(err, payments.ErrForged) {
				t.Errorf("%s: %q is taken: %v", v.Source, token, err)
			}
		}
	}
}

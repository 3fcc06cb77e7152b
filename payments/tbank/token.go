package tbank

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// signer computes the Token of a message.
type signer func(root map[string]json.RawMessage) string

// newSigner signs with a password as T-Bank API 1.80, "Токен", says: the
// scalars at the root as they stand on the wire, without Token, null, objects
// and arrays, and Password; sorted by name, values joined, SHA-256 in
// lower-case hex.
func newSigner(password string) signer {
	return func(root map[string]json.RawMessage) string {
		values := map[string]string{}
		for name, raw := range root {
			if value, ok := scalar(raw); ok && name != "Token" {
				values[name] = value
			}
		}
		values["Password"] = password
		var joined strings.Builder
		for _, name := range slices.Sorted(maps.Keys(values)) {
			joined.WriteString(values[name])
		}
		sum := sha256.Sum256([]byte(joined.String()))
		return hex.EncodeToString(sum[:])
	}
}

// scalar is a value as it is signed: a string's text, the literal of a number
// or a boolean. Objects, arrays and null are not signed.
func scalar(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", false
	}
	switch raw[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		var value string
		err := json.Unmarshal(raw, &value)
		return value, err == nil
	}
	return string(raw), true
}

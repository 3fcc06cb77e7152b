package tbanktest

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"sort"
	"strings"
)

// token signs a message as T-Bank API 1.80 "Токен" says: the scalars at the root as they stand on the wire,
// without Token and null, plus Password, sorted by name, values joined, SHA-256 in lower-case hex.
func token(root map[string]json.RawMessage, password string) string {
	values := map[string]string{"Password": password}
	for name, raw := range root {
		if text, scalar := scalarText(raw); scalar && name != "Token" && name != "Password" {
			values[name] = text
		}
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	var all strings.Builder
	for _, name := range names {
		all.WriteString(values[name])
	}
	sum := sha256.Sum256([]byte(all.String()))
	return hex.EncodeToString(sum[:])
}

// scalarText is the value as it is signed; objects, arrays and null are not signed.
func scalarText(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", false
	}
	switch raw[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", false
		}
		return s, true
	}
	return string(raw), true
}

func sameToken(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(got)), []byte(want)) == 1
}

// signed adds Token to a message and encodes it without HTML escapes.
func signed(message map[string]any, password string) []byte {
	root := make(map[string]json.RawMessage, len(message))
	for name, v := range message {
		root[name] = encode(v)
	}
	root["Token"] = encode(token(root, password))
	return encode(root)
}

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("tbanktest: encode: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}

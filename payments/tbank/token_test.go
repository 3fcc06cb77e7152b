package tbank_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tokenOf signs an object the way the bank's document words it, apart from the
// code under test: decode, drop what is nested, add the password, sort, join, hash.
func tokenOf(t *testing.T, object, password string) string {
	t.Helper()
	token := tokenOfObject([]byte(object), password)
	if token == "" {
		t.Fatalf("not an object: %s", object)
	}
	return token
}

func tokenOfObject(object []byte, password string) string {
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	decoder.UseNumber()
	var root map[string]any
	if err := decoder.Decode(&root); err != nil {
		return ""
	}
	root["Password"] = password
	joined := ""
	for _, name := range slices.Sorted(maps.Keys(root)) {
		switch v := root[name].(type) {
		case string:
			joined += v
		case json.Number:
			joined += v.String()
		case bool:
			joined += map[bool]string{true: "true", false: "false"}[v]
		}
	}
	sum := sha256.Sum256([]byte(joined))
	return hex.EncodeToString(sum[:])
}

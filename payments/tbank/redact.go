package tbank

import (
	"bytes"
	"encoding/json"
	"strings"
)

// redact writes a message again without secrets, card data and personal data.
func redact(root map[string]json.RawMessage) []byte {
	out := map[string]any{}
	for name, raw := range root {
		out[name] = redacted(name, plain(raw))
	}
	return encode(out)
}

// plain reads any JSON with its numbers as they are written.
func plain(raw json.RawMessage) any {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return nil
	}
	return v
}

func redacted(name string, v any) any {
	if private(name) {
		return "***"
	}
	switch v := v.(type) {
	case map[string]any:
		for inner, value := range v {
			v[inner] = redacted(inner, value)
		}
	case []any:
		for i, value := range v {
			v[i] = redacted("", value)
		}
	case string:
		if strings.EqualFold(name, "data") { // an object of older versions, written as a string
			return "***"
		}
	}
	return v
}

// private lists the fields of T-Bank API 1.80 that hold secrets, card data or
// personal data, in notifications and in the receipt and Data inside them.
func private(name string) bool {
	switch strings.ToLower(name) {
	case "pan", "expdate", "cardid", "rebillid", "token", "accounttoken", "password", "cvv", "carddata",
		"phone", "email", "customer", "customerinn", "clientinfo", "cashiername", "sbpcustomerid",
		"s_lastname", "s_firstname", "s_middlename", "lastname", "firstname":
		return true
	}
	return false
}

package botapi

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// field is a parameter of a call as text, in whichever way the bot sent it.
func (m message) field(name string) string {
	switch {
	case strings.HasPrefix(m.contentType, "application/json"):
		return jsonField(m.body, name)
	case strings.HasPrefix(m.contentType, "multipart/form-data"):
		return partField(m.body, name)
	}
	values, err := url.ParseQuery(string(m.body))
	if err != nil {
		return ""
	}
	return values.Get(name)
}

func jsonField(body []byte, name string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	raw := fields[name]
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// partField finds a part of a form without reading the others.
func partField(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte(`name="`+name+`"`))
	if !found {
		return ""
	}
	_, rest, _ = bytes.Cut(rest, []byte("\r\n\r\n"))
	value, _, _ := bytes.Cut(rest, []byte("\r\n--"))
	return string(value)
}

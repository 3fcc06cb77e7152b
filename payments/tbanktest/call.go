package tbanktest

import (
	"encoding/json"
	"strconv"
	"time"
)

// call is one API request under way.
type call struct {
	method   string
	root     map[string]json.RawMessage
	terminal Terminal
	now      time.Time
	base     string
}

// has says that the field is present and not null.
func (c *call) has(name string) bool {
	raw, ok := c.root[name]
	return ok && !isNull(raw)
}

// str is a string field, or a number's text where the bank takes both; "" when absent.
func (c *call) str(name string) string {
	text, scalar := scalarText(c.root[name])
	if !scalar {
		return ""
	}
	return text
}

// kopecks is an amount field; validation has made sure that it is a whole number.
func (c *call) kopecks(name string) int64 {
	n, err := strconv.ParseInt(c.str(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (c *call) data() map[string]string {
	var values map[string]any
	if json.Unmarshal(c.root["DATA"], &values) != nil {
		return nil
	}
	out := make(map[string]string, len(values))
	for k, v := range values {
		switch v := v.(type) {
		case string:
			out[k] = v
		case bool:
			out[k] = strconv.FormatBool(v)
		}
	}
	return out
}

// ok starts a successful answer.
func (c *call) ok(extra answer) answer {
	out := answer{"Success": true, "ErrorCode": "0", "TerminalKey": c.terminal.Key}
	for k, v := range extra {
		out[k] = v
	}
	return out
}

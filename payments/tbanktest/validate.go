package tbanktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// checker checks the values of one call.
type checker struct {
	*Server
	method string
}

// validate checks a request against the extract of the bank's document: requirements, types, lengths and
// enumerations are refused, unknown fields are recorded. Rules that a schema cannot say live with the method.
func (s *Server) validate(c *call) *refusal {
	fields, described := s.spec.Requests[c.method]
	if !described { // Resend is not in API 1.80
		return nil
	}
	byName := make(map[string]field, len(fields))
	for _, f := range fields {
		byName[f.Name] = f
	}
	check := checker{s, c.method}
	for _, name := range slices.Sorted(maps.Keys(c.root)) {
		if _, known := byName[name]; !known && !(c.method == "Init" && name == "IP") { // IP: older API and SDKs
			s.violate(c.method, name, "is unknown to the API")
		}
	}
	for _, f := range fields {
		if refused := check.checkField(c, f); refused != nil {
			return refused
		}
	}
	return nil
}

func (s checker) checkField(c *call, f field) *refusal {
	raw, present := c.root[f.Name]
	if !present || isNull(raw) {
		if f.Required {
			return s.missing(f.Name)
		}
		return nil
	}
	if c.method == "GetQr" && f.Name == "PaymentId" { // the schema says integer, examples send a string
		return s.checkDigits(f.Name, c.str(f.Name))
	}
	if f.Name == "Receipt" || f.Name == "DATA" {
		return nil // checkReceipt and checkData know more
	}
	return s.checkValue(f.Name, raw, f)
}

// missing answers a required field that is absent; the text is the table's 201 with the field's name.
func (s checker) missing(path string) *refusal {
	name := path[strings.LastIndex(path, ".")+1:]
	r := s.breach(path, "is required and missing", "201", "PaymentId", name)
	for i, row := range s.texts["201"] {
		if strings.Contains(strings.ToLower(row.Message), strings.ToLower("`"+name+"`")) {
			return s.refuseRow("201", i).because(path, r.Problem)
		}
	}
	return r
}

// badSize answers a wrong length with the code the table has for the field, or with 1.
func (s checker) badSize(path string, f field) *refusal {
	problem := fmt.Sprintf("is not %d to %d characters long", minLength(f), f.MaxLength)
	code, ok := map[string]string{"TerminalKey": "210", "OrderId": "212", "Description": "213", "CustomerKey": "216",
		"Email": "226", "Phone": "227", "CardId": "233", "RebillId": "235", "Token": "236", "PaymentId": "237",
		"InfoEmail": "242", "Ean13": "258"}[f.Name]
	if !ok {
		code = "1"
	}
	return s.breach(path, problem, code, "{min}", strconv.Itoa(minLength(f)), "{max}", strconv.Itoa(f.MaxLength))
}

// minLength is the document's, or one character for what must be there.
func minLength(f field) int {
	if f.MinLength == 0 && f.Required {
		return 1
	}
	return f.MinLength
}

func wrongType(raw json.RawMessage, want string) string {
	got := "number"
	switch raw[0] {
	case '"':
		got = "string"
	case '{':
		got = "object"
	case '[':
		got = "array"
	case 't', 'f':
		got = "boolean"
	}
	if want == "" || got == want || want == "integer" && got == "number" {
		return ""
	}
	return "is a JSON " + got + ", not a " + want
}

func typeCode(name string) string {
	switch name {
	case "Amount":
		return "247"
	case "DATA":
		return "250"
	}
	return "1"
}

// extraEnum lists values that the bank takes beyond API 1.80: the VAT rates of 2026 (developer.tbank.ru).
func extraEnum(name string) []string {
	if name == "Tax" {
		return []string{"vat22", "vat122"}
	}
	return nil
}

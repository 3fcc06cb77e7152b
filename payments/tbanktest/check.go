package tbanktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checkValue checks one value; path names it in violations.
func (s checker) checkValue(path string, raw json.RawMessage, f field) *refusal {
	if problem := wrongType(raw, f.Type); problem != "" {
		return s.breach(path, problem, typeCode(f.Name))
	}
	switch f.Type {
	case "object":
		return s.checkObject(path, raw, f.Object)
	case "array":
		return s.checkArray(path, raw, f)
	}
	text, _ := scalarText(raw)
	if f.Type == "number" && f.MaxLength > 0 {
		return s.checkNumber(path, text, f)
	}
	if n := utf8.RuneCountInString(text); f.MaxLength > 0 && n > f.MaxLength || n < minLength(f) {
		return s.badSize(path, f)
	}
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, text) && !slices.Contains(extraEnum(f.Name), text) {
		return s.breach(path, fmt.Sprintf("%q is not one of %s", text, strings.Join(f.Enum, ", ")), "1")
	}
	return s.checkFormat(path, text, f)
}

func (s checker) checkArray(path string, raw json.RawMessage, f field) *refusal {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || f.Items == nil {
		return nil
	}
	item := *f.Items
	for i, it := range items {
		if refused := s.checkValue(fmt.Sprintf("%s[%d]", path, i), it, item); refused != nil {
			return refused
		}
	}
	return nil
}

// checkObject checks an object that has one shape; where the document offers several, the caller picks.
func (s checker) checkObject(path string, raw json.RawMessage, names []string) *refusal {
	if len(names) != 1 {
		return nil
	}
	known, fields := s.spec.object(names[0])
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return s.breach(path, "is not an object", "1")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := known[name]; !ok {
			s.violate(s.method, path+"."+name, "is unknown to the API in "+names[0])
		}
	}
	for _, f := range fields {
		v, present := values[f.Name]
		if !present || isNull(v) {
			if f.Required {
				return s.missing(path + "." + f.Name)
			}
			continue
		}
		if refused := s.checkValue(path+"."+f.Name, v, f); refused != nil {
			return refused
		}
	}
	return nil
}

func (s checker) checkNumber(path, text string, f field) *refusal {
	whole, fraction, _ := strings.Cut(text, ".")
	if f.Name == "Quantity" {
		return s.checkQuantity(path, whole, fraction)
	}
	if len(whole) > f.MaxLength || fraction != "" || strings.ContainsAny(text, "eE") {
		return s.breach(path, "is not a whole number of at most "+strconv.Itoa(f.MaxLength)+" digits",
			"240", "{integer}", strconv.Itoa(f.MaxLength), "{fraction}", "0", "<", "", ">", "")
	}
	return nil
}

func (s checker) checkDigits(path, text string) *refusal {
	if !regexp.MustCompile(`^\d{1,20}$`).MatchString(text) {
		return s.breach(path, "is not a number of at most 20 digits", "237", "{min}", "1", "{max}", "20")
	}
	return nil
}

func (s checker) checkFormat(path, text string, f field) *refusal {
	switch f.Format {
	case "uri":
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return s.breach(path, "is not an absolute http(s) URL", "1")
		}
	case "email":
		if !emailPattern.MatchString(text) {
			return s.breach(path, "is not an e-mail address", "224")
		}
	}
	return nil
}

var emailPattern = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@.]+$`)

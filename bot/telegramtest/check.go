package telegramtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// fault is the first way in which a request differs from the description.
type fault struct {
	path        string // sendMessage.reply_markup.inline_keyboard[0][0].text
	problem     string // for people who read violations
	description string // what Telegram answers, without "Bad Request: "
}

// checkCall compares a call with the description of its method.
func (s *spec) checkCall(c *call) *failure {
	sh := s.Methods[c.method]
	for _, name := range c.names() {
		f, known := sh.field(name)
		if !known {
			if s.tolerated(c, name) {
				continue
			}
			return (&fault{c.method + "." + name, "unknown parameter", fmt.Sprintf("unknown parameter %q", name)}).failure()
		}
		if bad := s.checkParam(c, f); bad != nil {
			return bad.failure()
		}
	}
	for _, f := range sh.Fields {
		if f.Required && !c.has(f.Name) {
			return (&fault{c.method + "." + f.Name, "required parameter is missing", missing(c.method, f.Name)}).failure()
		}
	}
	return nil
}

// tolerated allows attached parts, and the parameters that the real server still reads though
// the documents dropped them (replaced by link_preview_options and reply_parameters in Bot API 7.0).
func (s *spec) tolerated(c *call, name string) bool {
	for _, p := range c.params {
		if strings.Contains(p.text, "attach://"+name) {
			return true
		}
	}
	old := []string{"disable_web_page_preview", "reply_to_message_id", "allow_sending_without_reply"}
	return strings.HasPrefix(c.method, "send") && slices.Contains(old, name)
}

func (f *fault) failure() *failure {
	out := badRequest("%s", f.description)
	out.violation = f.path + ": " + f.problem
	return out
}

// checkParam checks one top-level parameter, which may have arrived as text or as JSON.
func (s *spec) checkParam(c *call, f field) *fault {
	path := c.method + "." + f.Name
	if _, isFile := c.files[f.Name]; isFile {
		if slices.Contains(f.Types, "InputFile") {
			return nil
		}
		return &fault{path, "a file where " + strings.Join(f.Types, " or ") + " belongs", wrongType(f.Name)}
	}
	if p := c.params[f.Name]; p.text == "" && p.kind == formText && !slices.Contains(f.Types, "String") {
		return nil // an empty form value is no value
	}
	if items, arrays := itemTypes(f.Types); arrays {
		return s.checkMixed(items, c.params[f.Name], path, f)
	}
	var first *fault
	for _, typ := range f.Types {
		bad := s.checkText(typ, c.params[f.Name], path, f)
		if bad == nil {
			return s.checkLimit(f, c.params[f.Name].text, path)
		}
		if first == nil || len(bad.path) > len(first.path) {
			first = bad
		}
	}
	return first
}

// checkText reads a parameter's text as typ.
func (s *spec) checkText(typ string, p param, path string, f field) *fault {
	wrong := &fault{path, "not " + strings.Join(f.Types, " or "), wrongType(f.Name)}
	switch typ {
	case "String":
		if p.kind == jsonOther {
			return wrong
		}
		return nil
	case "Integer":
		if _, err := strconv.ParseInt(p.text, 10, 64); err != nil {
			return wrong
		}
		return nil
	case "Boolean":
		if _, ok := parseBool(p.text); !ok {
			return wrong
		}
		return nil
	case "InputFile":
		if strings.HasPrefix(p.text, "attach://") {
			return nil
		}
		return wrong
	}
	value, err := decodeJSON(p.text)
	if err != nil {
		return &fault{path, "not JSON for " + typ, cannotParse(f.Name)}
	}
	return s.checkValue(typ, value, path)
}

// checkValue checks a decoded JSON value, at any depth.
func (s *spec) checkValue(typ string, value any, path string) *fault {
	wrong := &fault{path, fmt.Sprintf("not %s but %T", typ, value), wrongType(path[strings.LastIndexByte(path, '.')+1:])}
	ok := true
	switch typ {
	case "Integer":
		n, isNumber := value.(json.Number)
		_, err := n.Int64()
		ok = isNumber && err == nil
	case "Float":
		_, ok = value.(json.Number)
	case "String":
		_, ok = value.(string)
	case "Boolean":
		_, ok = value.(bool)
	case "InputFile":
		text, isText := value.(string)
		ok = isText && strings.HasPrefix(text, "attach://")
	default:
		if item, isArray := strings.CutPrefix(typ, "Array of "); isArray {
			return s.checkArray(item, value, path, wrong)
		}
		return s.checkObject(typ, value, path, wrong)
	}
	if !ok {
		return wrong
	}
	return nil
}

func (s *spec) checkArray(item string, value any, path string, wrong *fault) *fault {
	list, ok := value.([]any)
	if !ok {
		return wrong
	}
	for i, v := range list {
		if bad := s.checkValue(item, v, fmt.Sprintf("%s[%d]", path, i)); bad != nil {
			return bad
		}
	}
	return nil
}

func (s *spec) checkObject(typ string, value any, path string, wrong *fault) *fault {
	object, ok := value.(map[string]any)
	if !ok {
		return wrong
	}
	sh, known := s.Types[typ]
	if !known {
		return nil
	}
	if len(sh.Subtypes) > 0 {
		return s.checkUnion(sh.Subtypes, value, path)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f, ok := sh.field(name)
		if !ok {
			return &fault{path + "." + name, "unknown field of " + typ, fmt.Sprintf("unknown field %q of %s", name, typ)}
		}
		if bad := s.checkField(f, object[name], path+"."+name); bad != nil {
			return bad
		}
	}
	for _, f := range sh.Fields {
		if _, present := object[f.Name]; f.Required && !present {
			return &fault{path + "." + f.Name, "required field of " + typ + " is missing", missingField(typ, f.Name)}
		}
	}
	return nil
}

func (s *spec) checkField(f field, value any, path string) *fault {
	if bad := s.checkUnion(f.Types, value, path); bad != nil {
		return bad
	}
	switch v := value.(type) {
	case string:
		return s.checkLimit(f, v, path)
	case json.Number:
		return s.checkLimit(f, v.String(), path)
	}
	return nil
}

// checkUnion accepts a value that fits one of the types; otherwise the fault found deepest is the telling one.
func (s *spec) checkUnion(types []string, value any, path string) *fault {
	var deepest *fault
	for _, typ := range types {
		bad := s.checkValue(typ, value, path)
		if bad == nil {
			return nil
		}
		if deepest == nil || len(bad.path) > len(deepest.path) {
			deepest = bad
		}
	}
	return deepest
}

// checkLimit checks the limits that the description states.
func (s *spec) checkLimit(f field, text, path string) *fault {
	if len(f.OneOf) > 0 && !slices.Contains(f.OneOf, text) {
		return &fault{path, "not one of " + strings.Join(f.OneOf, ", "), wrongType(f.Name)}
	}
	var size int64
	switch {
	case f.Unit == "", f.Parsed, f.Name == "limit", f.Name == "max_connections":
		return nil // counted after parsing, or clamped instead of refused
	case f.Unit == "bytes":
		size = int64(len(text))
	case f.Unit == "characters":
		size = int64(utf16Len(text))
	default:
		size, _ = strconv.ParseInt(text, 10, 64)
	}
	if size >= f.Min && size <= f.Max {
		return nil
	}
	problem := fmt.Sprintf("%d %s, allowed are %d-%d", size, f.Unit, f.Min, f.Max)
	return &fault{path, problem, outOfRange(f)}
}

func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }

// utf16Slice cuts by offset and length in UTF-16 units, as entities count.
func utf16Slice(s string, offset, length int) string {
	units := utf16.Encode([]rune(s))
	from := min(max(offset, 0), len(units))
	return string(utf16.Decode(units[from:min(max(from+length, from), len(units))]))
}

func decodeJSON(text string) (any, error) {
	var value any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err := d.Decode(&value)
	return value, err
}

package steps

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"voronka/flows"
)

// payload is what a request carries: texts as a JSON object or as a form, or
// JSON of any shape.
type payload struct {
	key   string // body, form or json; empty for none
	texts []assignment
	value value
}

func readPayload(n flows.Node) payload {
	var p payload
	for _, key := range []string{"body", "form", "json"} {
		field := n.Field(key)
		switch {
		case field.Zero():
			continue
		case p.key != "":
			field.Error("http_bodies", "First", p.key, "Second", key)
		case key == "json":
			p.value = readValue(field)
		default:
			p.texts = readAssignments(field)
		}
		p.key = key
	}
	return p
}

// fill writes the payload and names its content type.
func (p payload) fill(r *flows.Run) (body, contentType string) {
	switch p.key {
	case "body":
		// Texts always encode.
		raw, _ := json.Marshal(fillAssignments(r, p.texts))
		return string(raw), ""
	case "form":
		form := url.Values{}
		for name, text := range fillAssignments(r, p.texts) {
			form.Set(name, text)
		}
		return form.Encode(), "application/x-www-form-urlencoded"
	case "json":
		out := &bytes.Buffer{}
		p.value.write(r, out)
		return out.String(), ""
	}
	return "", ""
}

func (p payload) reads() []flows.Ref {
	refs := p.value.reads()
	for _, one := range p.texts {
		refs = append(append(refs, one.text.Reads()...), one.formula.Reads()...)
	}
	return refs
}

// value is a piece of JSON whose texts may hold variables. A text that begins
// with "=" is a formula: its result is a number or a truth where it is one.
type value struct {
	keys    []string // of an object
	items   []value  // of an object or a list
	list    bool
	literal string // a number, true, false or null, as it was written
	text    flows.Template
	formula *flows.Formula
}

func readValue(n flows.Node) value {
	switch {
	case n.IsMap():
		var v value
		v.keys = []string{}
		for _, entry := range n.Entries() {
			v.keys, v.items = append(v.keys, entry.Name), append(v.items, readValue(entry.Value))
		}
		return v
	case n.IsList():
		v := value{list: true}
		for _, item := range n.Items() {
			v.items = append(v.items, readValue(item))
		}
		return v
	case n.Zero():
		return value{literal: "null"}
	}
	text := n.Text()
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "="):
		return value{formula: flows.ReadAssigned(n)}
	case n.IsLiteral() && json.Valid([]byte(text)):
		return value{literal: text}
	}
	return value{text: flows.ReadTemplate(n)}
}

func (v value) write(r *flows.Run, out *bytes.Buffer) {
	switch {
	case v.literal != "":
		out.WriteString(v.literal)
	case v.list || v.keys != nil:
		v.writeItems(r, out)
	case v.formula != nil:
		result, _, _ := r.Compute(v.formula)
		if json.Valid([]byte(result)) {
			out.WriteString(result)
			return
		}
		writeText(out, result)
	default:
		writeText(out, r.Fill(v.text))
	}
}

func (v value) writeItems(r *flows.Run, out *bytes.Buffer) {
	marks := "{}"
	if v.list {
		marks = "[]"
	}
	out.WriteByte(marks[0])
	for i, item := range v.items {
		if i > 0 {
			out.WriteByte(',')
		}
		if !v.list {
			writeText(out, v.keys[i])
			out.WriteByte(':')
		}
		item.write(r, out)
	}
	out.WriteByte(marks[1])
}

func writeText(out *bytes.Buffer, text string) {
	raw, _ := json.Marshal(text) // a text always encodes
	out.Write(raw)
}

func (v value) reads() []flows.Ref {
	refs := append(v.text.Reads(), v.formula.Reads()...)
	for _, item := range v.items {
		refs = append(refs, item.reads()...)
	}
	return refs
}

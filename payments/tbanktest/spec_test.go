package tbanktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite spec.json, errors.json and testdata from the bank's documents")

const reference = "../../../shared/reference/tbank/"

// readReference returns the bank's document, or nil (loudly) where it is not at hand.
func readReference(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(reference + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("COMPARISON NOT RUN: %s is not at hand", name)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func compareOrUpdate(t *testing.T, file string, fresh any) {
	t.Helper()
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(fresh); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("%s differs from the bank's document (-document +ours):\n%s", file, diff)
	}
}

func modelledMethods() []string {
	return []string{"Init", "GetState", "CheckOrder", "Confirm", "Cancel", "Charge", "GetQr", "SbpPayTest",
		"AddCard", "GetAddCardState", "AddAccountQr", "GetAddAccountQrState", "GetAccountQrList", "ChargeQr",
		"GetQrBankList", "QrMembersList", "GetQrState", "SendClosingReceipt",
		"AddCustomer", "GetCustomer", "RemoveCustomer", "GetCardList", "RemoveCard"}
}

func TestSpecMatchesTheBanksDocument(t *testing.T) {
	t.Parallel()
	raw := readReference(t, "openapi-tkassa-1.80.json")
	if raw == nil {
		return
	}
	x := newExtractor(t, raw)
	requests := spec{Source: x.source, Requests: map[string][]field{}, Objects: map[string][]field{}}
	responses := spec{Source: x.source, Requests: map[string][]field{}, Objects: map[string][]field{}}
	for _, m := range modelledMethods() {
		path := "/v2/" + m
		if m == "SendClosingReceipt" {
			path = "/cashbox/" + m
		}
		op := x.node("paths", path, "post")
		x.into = requests.Objects
		requests.Requests[m] = x.fields(dig(op, "requestBody", "content", "application/json", "schema"))
		x.into = responses.Objects
		responses.Requests[m] = x.fields(dig(op, "responses", "200", "content", "application/json", "schema"))
	}
	x.into = requests.Objects
	x.object("#/components/schemas/Common")
	x.into = responses.Objects
	for _, n := range []string{"NotificationPayment", "NotificationFiscalization", "NotificationAddCard", "NotificationQr"} {
		responses.Requests[n] = x.fields(x.node("components", "schemas", n))
	}
	compareOrUpdate(t, "spec.json", requests)
	compareOrUpdate(t, "testdata/responses.json", responses)
}

// extractor walks an OpenAPI document and keeps what [field] has room for.
type extractor struct {
	doc    map[string]any
	source string
	into   map[string][]field
}

func newExtractor(t *testing.T, raw []byte) *extractor {
	x := &extractor{}
	if err := json.Unmarshal(raw, &x.doc); err != nil {
		t.Fatal(err)
	}
	x.source = fmt.Sprintf("T-Bank internet acquiring, OpenAPI %v (kravetsone/t-kassa-api openapi.json, 2025-09-16)", dig(x.doc, "info", "version"))
	return x
}

func dig(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (x *extractor) node(path ...string) map[string]any {
	m, _ := dig(x.doc, path...).(map[string]any)
	return m
}

func (x *extractor) deref(v any) map[string]any {
	m, _ := v.(map[string]any)
	if ref, ok := m["$ref"].(string); ok {
		return x.node(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return m
}

// fields lists the properties of an object schema by name; an array is one nameless field.
func (x *extractor) fields(v any) []field {
	s := x.deref(v)
	if s["type"] == "array" {
		f := x.field("", s, false)
		return []field{f}
	}
	var required []string
	for _, r := range list(s["required"]) {
		required = append(required, fmt.Sprint(r))
	}
	props, _ := s["properties"].(map[string]any)
	var out []field
	for name, p := range props {
		if name != "additionalProperties" {
			out = append(out, x.field(name, p, slices.Contains(required, name)))
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (x *extractor) field(name string, v any, required bool) field {
	f := field{Name: name, Required: required}
	if ref, ok := v.(map[string]any)["$ref"].(string); ok {
		f.Object = []string{x.object(ref)}
	}
	s := x.deref(v)
	f.Type, _ = s["type"].(string)
	f.Format, _ = s["format"].(string)
	if _, text := s["example"].(string); text && name == "AccountToken" {
		f.Type = "string" // an object by the document, a string in all its examples
	}
	f.MinLength, f.MaxLength = number(s["minLength"]), number(s["maxLength"])
	for _, e := range list(s["enum"]) {
		f.Enum = append(f.Enum, fmt.Sprint(e))
	}
	for _, o := range list(s["oneOf"]) {
		if ref, ok := o.(map[string]any)["$ref"].(string); ok {
			f.Object = append(f.Object, x.object(ref))
		}
	}
	if name == "DATA" && len(list(s["anyOf"])) > 0 {
		f.Type = "object"
	}
	if len(f.Object) > 0 {
		f.Type = "object"
	}
	if s["items"] != nil {
		item := x.field("", s["items"], false)
		if props := dig(s["items"], "properties"); props != nil {
			x.into[name+"Item"] = x.fields(s["items"])
			item.Object = []string{name + "Item"}
		}
		f.Items = &item
		f.Type = "array"
	}
	return f
}

func (x *extractor) object(ref string) string {
	name := ref[strings.LastIndex(ref, "/")+1:]
	if _, seen := x.into[name]; !seen {
		x.into[name] = nil
		x.into[name] = x.fields(map[string]any{"$ref": ref})
	}
	return name
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func number(v any) int {
	n, _ := v.(float64)
	return int(n)
}

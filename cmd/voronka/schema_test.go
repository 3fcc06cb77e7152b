package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"voronka/locales"
)

// schemas prints both schemas and reads them back, as an editor would.
func schemas(t *testing.T) (flow, tests map[string]any, text string) {
	t.Helper()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	read := func(command schemaCommand) (map[string]any, string) {
		var out bytes.Buffer
		if err := command.Run(&app{out: &out, words: words, language: "ru"}); err != nil {
			t.Fatal(err)
		}
		schema := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &schema); err != nil {
			t.Fatal(err)
		}
		return schema, out.String()
	}
	flow, text = read(schemaCommand{})
	tests, _ = read(schemaCommand{Tests: true})
	return flow, tests, text
}

// TestSchemaFits: every flow and test of the house is as the schemas say, and
// slips of the pen are not.
func TestSchemaFits(t *testing.T) {
	t.Parallel()
	flow, tests, _ := schemas(t)
	files, err := filepath.Glob("../../flows/catalog/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	// course.en.yaml is a translation, which has the keys of its flow's places.
	files = slices.DeleteFunc(files, func(file string) bool { return strings.Count(filepath.Base(file), ".") > 1 })
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schema := flow
		if strings.HasSuffix(file, "_test.yaml") {
			schema = tests
		}
		if fault := fits(t, schema, string(text)); fault != "" {
			t.Errorf("%s: %s", file, fault)
		}
	}
	for text, schema := range map[string]map[string]any{
		"start: a\nstate: {}":                                      flow,
		"states: {a: {doo: []}}":                                   flow,
		"states: {a: {do: [{sya: x}]}}":                            flow,
		"states: {a: {do: [{say: x, button: []}]}}":                flow,
		"states: {a: {do: [{say: x, buttons: [[{txt: a}]]}]}}":     flow,
		"states: {a: {do: [{ask: x, into: y, as: mail}]}}":         flow,
		"states: {a: {end: maybe}}":                                flow,
		"states: {a: {on: [{txt: x, to: a}]}}":                     flow,
		"states: {a: {timers: [{aftr: 1h, to: a}]}}":               flow,
		"states: {a: {do: [{pay: x, expires: soon}]}}":             flow,
		"receipt: {tax: vat13}":                                    flow,
		"products: {a: {prise: 10}}":                               flow,
		"texts: {sorry: x}":                                        flow,
		"dialogs: [{name: x, steps: [{custmer: a}]}]":              tests,
		"dialogs: [{name: x, steps: [{bank: plays}]}]":             tests,
		"dialogs: [{name: x, steps: [{not: {press: a}}]}]":         tests,
		"dialogs: [{name: x, steps: [{bot: a, state: b}]}]":        tests,
		"dialogs: [{name: x, steps: [{crm: {stge: won}}]}]":        tests,
		"dialogs: [{nme: x, steps: [{state: a}]}]":                 tests,
		"dialogs: [{name: x, steps: [{does: {blocks: a}}]}]":       tests,
		"dialogs: [{name: x, steps: [{send: {photo: a, fx: b}}]}]": tests,
	} {
		if fits(t, schema, text) == "" {
			t.Errorf("passes: %s", text)
		}
	}
}

// TestTranslationSchema: the translations of the house are as both schemas say,
// that of any flow and that of their own; a misspelt place is not.
func TestTranslationSchema(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	read := func(command schemaCommand) map[string]any {
		var out bytes.Buffer
		if err := command.Run(&app{out: &out, words: words, language: "ru"}); err != nil {
			t.Fatal(err)
		}
		schema := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &schema); err != nil {
			t.Fatal(err)
		}
		return schema
	}
	files, err := filepath.Glob("../../flows/catalog/*.??.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	whole := read(schemaCommand{Translation: true})
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		own := read(schemaCommand{Translation: true, Flow: file[:len(file)-len(".en.yaml")] + ".yaml"})
		for name, schema := range map[string]map[string]any{"any": whole, "own": own} {
			if fault := fits(t, schema, string(text)); fault != "" {
				t.Errorf("%s, %s: %s", file, name, fault)
			}
		}
		for text, schema := range map[string]map[string]any{"sates: {}": whole, "states: {welcom: {say: Hi}}": own, "states: {welcome: {say: {a: b}}}": own} {
			if fits(t, schema, text) == "" {
				t.Errorf("passes: %s", text)
			}
		}
	}
}

var explained = regexp.MustCompile("`([a-z_]+)`")

// TestSchemaIsWhole: what the reference explains of files, states, steps, rules
// and products is in the schema.
func TestSchemaIsWhole(t *testing.T) {
	t.Parallel()
	_, _, text := schemas(t)
	page, err := os.ReadFile("../../docs/ru/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for section := range strings.SplitSeq(string(page), "\n## ") {
		title, body, _ := strings.Cut(section, "\n")
		if !slices.Contains([]string{"Файл", "Состояние", "Шаги", "Правила", "Товар"}, title) {
			continue
		}
		for _, found := range explained.FindAllStringSubmatch(body, -1) {
			seen++
			if !strings.Contains(text, `"`+found[1]+`"`) && found[1] != "true" && found[1] != "callback" {
				t.Errorf("%s: %q is not in the schema", title, found[1])
			}
		}
	}
	if seen < 80 {
		t.Errorf("the reference explains only %d words", seen)
	}
}

// fits holds a YAML text to a schema with the keywords that ours use, and
// gives where it does not fit.
func fits(t *testing.T, schema map[string]any, text string) string {
	t.Helper()
	var value any
	// The loader takes #{…} without quotes, plain YAML does not.
	text = regexp.MustCompile(`#\{[^}]*\}`).ReplaceAllString(text, "…")
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return (&validator{schema}).check(schema, value, "")
}

type validator struct{ root map[string]any }

func (v *validator) check(schema map[string]any, value any, at string) string {
	if ref, ok := schema["$ref"].(string); ok {
		defs := v.root["$defs"].(map[string]any)
		return v.check(defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), value, at)
	}
	if ways, ok := schema["anyOf"].([]any); ok {
		deepest := ""
		for _, way := range ways {
			fault := v.check(way.(map[string]any), value, at)
			if fault == "" {
				return ""
			}
			if len(fault) > len(deepest) {
				deepest = fault
			}
		}
		return deepest
	}
	if kind, ok := schema["type"]; ok && !ofType(kind, value) {
		return at + ": not a " + fmt.Sprint(kind)
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, value) {
		return at + ": none of " + fmt.Sprint(words)
	}
	if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(fmt.Sprint(value)) {
		return at + ": unlike " + pattern
	}
	switch value := value.(type) {
	case map[string]any:
		return v.mapping(schema, value, at)
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, item := range value {
			if fault := v.check(items, item, fmt.Sprintf("%s/%d", at, i)); fault != "" {
				return fault
			}
		}
	}
	return ""
}

func (v *validator) mapping(schema, value map[string]any, at string) string {
	required, _ := schema["required"].([]any)
	for _, key := range required {
		if _, ok := value[key.(string)]; !ok {
			return at + ": no " + key.(string)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for key, inner := range value {
		one, known := properties[key].(map[string]any)
		if !known {
			if one, known = schema["additionalProperties"].(map[string]any); !known && schema["additionalProperties"] == false {
				return at + ": no key " + key
			}
		}
		if fault := v.check(one, inner, at+"/"+key); fault != "" {
			return fault
		}
	}
	return ""
}

func ofType(kind, value any) bool {
	if kinds, ok := kind.([]any); ok {
		return slices.ContainsFunc(kinds, func(one any) bool { return ofType(one, value) })
	}
	switch value.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case int, float64:
		return kind == "number"
	case map[string]any:
		return kind == "object"
	case []any:
		return kind == "array"
	}
	return kind == "string" // a date
}

package main

import (
	"errors"
	"slices"

	"voronka/flows/dialogs"
	"voronka/flows/steps"
	"voronka/locales"
)

// schemaCommand prints the JSON Schema of flows, for editors with the YAML
// language server.
type schemaCommand struct {
	Tests       bool   `help:"Схема файлов *_test.yaml · the schema of *_test.yaml"`
	Translation bool   `help:"Схема переводов; с файлом воронки — её мест и текстов · the schema of translations; with a flow, of its own places"`
	Flow        string `arg:"" optional:"" help:"Файл воронки для --translation · the flow for --translation"`
}

// Run prints the schema.
func (c *schemaCommand) Run(a *app) error {
	schema := flowSchema(a.words, a.language)
	switch {
	case c.Tests:
		schema = testSchema(a.words, a.language)
	case c.Translation && c.Flow == "":
		schema = translationSchema(a.words, a.language, nil)
	case c.Translation:
		flow, found, err := (&graphCommand{Flow: c.Flow}).load()
		if err != nil {
			return unread(c.Flow, err)
		}
		if flow == nil {
			return errors.Join(renderAll(a.err, 0, found, speech(a.words, a.language)), exit(exitFault))
		}
		schema = translationSchema(a.words, a.language, flow)
	}
	data, err := pretty(schema)
	if err != nil {
		return err
	}
	_, err = a.out.Write(data)
	return err
}

// dialect is the JSON Schema that the YAML language server knows best.
const dialect = "http://json-schema.org/draft-07/schema#"

// flowSchema asks the loader what a flow may hold.
func flowSchema(words *locales.Catalog, language string) node {
	p := &prober{loader: loader(), describe: describer(words, language)}
	root := func(value any) any { return value }
	schema := p.explore(root, nil, 0)
	state := spot(root).under("states", map[string]any{"start": "a"}).under("a", nil)
	step := state.under("do", nil).item()
	known := slices.Clone(p.steps)
	for _, kind := range steps.All() {
		if !slices.Contains(known, kind.Word) {
			known = append(known, kind.Word)
		}
	}
	var ways []any
	for _, word := range known {
		ways = append(ways, p.step(step, word))
	}
	rule := node{"type": "object", "properties": node{}, "additionalProperties": false}
	rules := spot(root).under("anywhere", nil).item()
	for _, key := range p.rules {
		var beside map[string]any
		if key == "to" || key == "do" || key == "if" {
			beside = map[string]any{"text": "a"}
		}
		rule["properties"].(node)[key] = p.described(key, p.explore(rules.under(key, beside), nil, 2))
	}
	schema["$schema"], schema["title"] = dialect, words.Text(language, "schema.title", nil)
	schema["$defs"] = node{"step": node{"anyOf": ways}, "rule": rule}
	return schema
}

// step is what may stand beside a step's own word.
func (p *prober) step(at spot, word string) node {
	beside := map[string]any{word: "a"}
	keys, _ := known(p.complaints(at, with(beside, probe, 1)), "unknown_key", "Key")
	if !slices.Contains(keys, word) {
		keys = append(keys, word)
	}
	object := p.object(at, keys, beside, 2)
	object["required"] = []string{word}
	return p.described(word, object)
}

func describer(words *locales.Catalog, language string) func(string) string {
	return func(key string) string {
		if key = "schema.key." + key; words.Has(language, key) {
			return words.Text(language, key, nil)
		}
		return ""
	}
}

// testSchema is that of files of dialogs.
func testSchema(words *locales.Catalog, language string) node {
	text := node{"type": []string{"string", "number", "boolean", "null"}}
	pairs := node{"type": "object", "additionalProperties": text}
	var lines, expected []any
	for _, word := range dialogs.Describe() {
		line := node{
			"type": "object", "required": []string{word.Name}, "additionalProperties": false,
			"properties": node{word.Name: testValue(word, text, pairs)},
		}
		if about := "schema.test." + word.Name; words.Has(language, about) {
			line["description"] = words.Text(language, about, nil)
		}
		lines = append(lines, line)
		if !word.Action {
			expected = append(expected, line)
		}
	}
	lines = append(lines, closed(node{"not": node{"anyOf": expected}}))
	step := node{"$ref": "#/$defs/step"}
	dialog := closed(node{
		"name": text, "start_at": text, "with": pairs, "steps": node{"anyOf": []any{step, node{"type": "array", "items": step}}},
	})
	schema := closed(node{
		"flow": text, "at": text, "customer": pairs, "dialogs": several(node{"$ref": "#/$defs/dialog"}, true),
	})
	schema["$defs"] = node{"step": node{"anyOf": lines}, "dialog": dialog}
	schema["$schema"], schema["title"] = dialect, words.Text(language, "schema.tests", nil)
	return schema
}

func closed(properties node) node {
	return node{"type": "object", "properties": properties, "additionalProperties": false}
}

// testValue is what may stand after a word of the tests.
func testValue(word dialogs.Word, text, pairs node) node {
	ways := []any{text, node{"type": "array", "items": text}}
	if len(word.Values) > 0 {
		ways = []any{node{"enum": word.Values}}
		if word.Name == "card" {
			ways = append(ways, node{"type": "string", "pattern": `^expires \d{4}-\d{2}$`})
		}
		if word.Name == "bank" {
			ways = append(ways, node{"type": "string", "pattern": `^other \S`})
		}
	}
	if len(word.Keys) > 0 {
		keys := node{}
		for _, key := range word.Keys {
			keys[key] = text
		}
		ways = append(ways, closed(keys))
	} else if word.Name == "var" {
		ways = []any{pairs}
	}
	return anyOf(ways)
}

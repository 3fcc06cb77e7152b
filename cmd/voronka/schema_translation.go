package main

import (
	"strings"

	"voronka/flows"
	"voronka/locales"
)

// translationSchema is that of a flow's translations: its own places, each
// with the text that stands there now. Without a flow any place is fine.
func translationSchema(words *locales.Catalog, language string, flow *flows.Flow) node {
	text := node{"type": []string{"string", "number"}}
	said := node{"anyOf": []any{text, node{"type": "array", "items": text}}}
	var schema node
	if flow == nil {
		schema = closed(node{})
		for _, section := range flows.TranslatedSections() {
			schema["properties"].(node)[section] = node{"$ref": "#/$defs/place"}
		}
		schema["$defs"] = node{"place": node{"anyOf": []any{text, said, node{"type": "object", "additionalProperties": node{"$ref": "#/$defs/place"}}}}}
	} else {
		schema = closed(node{})
		for _, phrase := range flow.Phrases() {
			describePhrase(schema, strings.Split(phrase.Key, "/"), phrase, text, said)
		}
	}
	schema["$schema"], schema["title"] = dialect, words.Text(language, "schema.translation", nil)
	return schema
}

// describePhrase puts a phrase into a schema, with an object for each part of its key.
func describePhrase(schema node, key []string, phrase flows.Phrase, text, said node) {
	properties := schema["properties"].(node)
	if len(key) > 1 {
		inner, is := properties[key[0]].(node)
		if !is || inner["properties"] == nil {
			inner = closed(node{})
			properties[key[0]] = inner
		}
		describePhrase(inner, key[1:], phrase, text, said)
		return
	}
	value := node{"description": phrase.Text, "type": text["type"]}
	if phrase.Heard {
		value = node{"description": phrase.Text, "anyOf": said["anyOf"]}
	}
	if _, taken := properties[key[0]]; !taken {
		properties[key[0]] = value
	}
}

package flows

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Phrase is one text of a flow that customers read or write, under the key that
// its translations have.
type Phrase struct {
	// Key is the way to the text: "states/welcome/say", "anywhere/help/say".
	// States, rules, buttons, answers and products are named in it, so that it
	// survives their reordering; a second text of the same name is "say 2".
	Key  string
	Text string
	Pos  Pos
	// Heard is set for words that rules wait for: a translation adds to them,
	// and need not.
	Heard bool
}

// spot is a place in a tree. Put puts a translation there and gives the nodes
// that are the translator's own; it is nil for a text that is looked up by its key.
type spot struct {
	Phrase
	put func(words *yaml.Node) []*yaml.Node
}

// Phrases lists the texts of a flow in the order of its file.
func (f *Flow) Phrases() []Phrase { return f.phrases() }

// TranslatedSections are the sections of a file that hold texts for customers.
func TranslatedSections() []string {
	return []string{"products", "anywhere", "states", "fallback", "otherwise", "texts"}
}

// placing finds the spots of a tree.
type placing struct {
	source *Source
	spots  []spot
	taken  map[string]int
}

// spotsOf walks a tree of its own: putting translations changes it.
func spotsOf(root *yaml.Node, source *Source) []spot {
	p := &placing{source: source, taken: map[string]int{}}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i].Value, root.Content[i+1]
		switch {
		case key == "anywhere" || key == "fallback":
			p.rules(value, key)
		case key == "otherwise":
			p.steps(value, key)
		case value.Kind != yaml.MappingNode:
		case key == "states" || key == "products" || key == "plans":
			for j := 0; j+1 < len(value.Content); j += 2 {
				p.mapping(value.Content[j+1], under(key, value.Content[j].Value))
			}
		case key == "texts":
			for j := 0; j+1 < len(value.Content); j += 2 {
				p.spoken(under(key, value.Content[j].Value), value.Content[j+1])
			}
		}
	}
	return p.spots
}

// silentKey tells of keys under which nothing is said to a customer.
func silentKey(key string) bool {
	return contains([]string{"flow", "title", "start", "receipt", "moved", "stages", "crm", "operator", "http", "headers", "body", "form", "json", "code", "set", "calc",
		"if", "to", "url", "photo", "document", "file", "link", "invite", "into", "as", "callback", "event", "tag", "untag",
		"consent", "channel", "subscribe", "unsubscribe", "renew", "new_card", "method", "change_plan", "pause_plan", "resume_plan", "refund"}, key)
}

// spokenKey tells of keys whose text a customer sees.
func spokenKey(key string) bool {
	return contains([]string{"say", "ask", "edit", "choose", "retry", "share", "button", "text", "caption", "description", "alert", "notice"}, key)
}

// heardKey tells of conditions whose words a customer types or presses.
func heardKey(key string) bool {
	return contains([]string{"text", "contains", "keywords", "fuzzy", "button"}, key)
}

func (p *placing) mapping(node *yaml.Node, path string) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		at := under(path, key)
		switch {
		case (strings.HasPrefix(path, "products/") || strings.HasPrefix(path, "plans/")) && key == "title":
			p.add(at, value, nil)
		case silentKey(key):
		case key == "do":
			p.steps(value, path)
		case key == "on":
			p.rules(value, at)
		case key == "timers":
			p.timers(value, at)
		case key == "buttons" || key == "choices" || key == "keyboard":
			p.labels(value, at, key == "choices")
		case value.Kind == yaml.ScalarNode && spokenKey(key):
			p.spoken(at, value)
		case value.Kind == yaml.MappingNode:
			p.mapping(value, at)
		}
	}
}

func (p *placing) steps(node *yaml.Node, path string) {
	for _, item := range items(node) {
		p.mapping(item, path)
	}
}

// rules are named by what they wait for.
func (p *placing) rules(node *yaml.Node, path string) {
	for _, item := range items(node) {
		if item.Kind != yaml.MappingNode || len(item.Content) < 2 {
			continue
		}
		first, value := item.Content[0].Value, item.Content[1]
		name := first
		if word := firstWord(value); contains([]string{"text", "contains", "keywords", "fuzzy", "button", "command", "start", "regexp"}, first) && word != "" {
			name = word
		}
		at := under(path, name)
		rest := &yaml.Node{Kind: yaml.MappingNode}
		for i := 0; i+1 < len(item.Content); i += 2 {
			key, value := item.Content[i].Value, item.Content[i+1]
			switch {
			case heardKey(key):
				p.heard(under(at, key), value)
			case isOutcome(key): // its value is a target, or the rest of the rule
				p.mapping(value, at)
			default:
				rest.Content = append(rest.Content, item.Content[i], value)
			}
		}
		p.mapping(rest, at)
	}
}

func (p *placing) timers(node *yaml.Node, path string) {
	for _, item := range items(node) {
		if item.Kind == yaml.MappingNode && len(item.Content) > 1 {
			p.mapping(item, under(path, firstWord(item.Content[1])))
		}
	}
}

// labels are buttons, answers and keys in rows. A button is named by where it
// leads, an answer by its value, anything else by its words.
func (p *placing) labels(node *yaml.Node, path string, answers bool) {
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			p.labels(item, path, answers)
		}
		return
	}
	if node.Kind == yaml.ScalarNode {
		if node.Value == "none" || node.Tag == "!!null" {
			return
		}
		base := *node
		p.add(under(path, node.Value), node, func(words *yaml.Node) []*yaml.Node {
			if !answers {
				*node = *words
				return []*yaml.Node{node}
			}
			// What is kept stays the same in every language.
			*node = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: base.Line, Column: base.Column, Content: []*yaml.Node{
				scalar("text", &base), words, scalar("value", &base), &base,
			}}
			return []*yaml.Node{words}
		})
		return
	}
	name, text, valued := "", (*yaml.Node)(nil), false
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key, value := node.Content[i].Value, node.Content[i+1]; {
		case key == "text":
			text = value
		case name == "" && (key == "to" || key == "value" || key == "callback"):
			name = value.Value
		}
		valued = valued || node.Content[i].Value == "value"
	}
	if text == nil {
		return
	}
	if name == "" {
		name = text.Value
	}
	base := *text
	p.add(under(path, name), text, func(words *yaml.Node) []*yaml.Node {
		*text = *words
		if answers && !valued {
			node.Content = append(node.Content, scalar("value", &base), &base)
		}
		return []*yaml.Node{text}
	})
}

func (p *placing) spoken(key string, node *yaml.Node) {
	p.add(key, node, func(words *yaml.Node) []*yaml.Node {
		*node = *words
		return []*yaml.Node{node}
	})
}

// heard takes the words of a condition; a translation adds its own.
func (p *placing) heard(key string, node *yaml.Node) {
	if firstWord(node) == "" {
		return
	}
	p.add(key, node, func(words *yaml.Node) []*yaml.Node {
		own := *node
		*node = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: own.Line, Column: own.Column}
		node.Content = append(append(node.Content, items(&own)...), items(words)...)
		return items(words)
	})
	p.spots[len(p.spots)-1].Heard = true
}

func (p *placing) add(key string, node *yaml.Node, put func(*yaml.Node) []*yaml.Node) {
	if p.taken[key]++; p.taken[key] > 1 {
		key += " " + strconv.Itoa(p.taken[key])
	}
	phrase := Phrase{Key: key, Text: firstWord(node), Pos: Pos{File: p.source.Name, Line: node.Line, Col: node.Column}}
	p.spots = append(p.spots, spot{phrase, put})
}

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "/" + key
}

// items are the elements of a list; anything else is one by itself.
func items(node *yaml.Node) []*yaml.Node {
	if node.Kind == yaml.SequenceNode {
		return node.Content
	}
	return []*yaml.Node{node}
}

func firstWord(node *yaml.Node) string {
	for node.Kind == yaml.SequenceNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	if node.Kind == yaml.ScalarNode && node.Tag != "!!bool" && node.Tag != "!!null" {
		return node.Value
	}
	return ""
}

func scalar(text string, near *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: near.Line, Column: near.Column}
}

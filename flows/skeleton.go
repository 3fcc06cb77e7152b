package flows

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Skeleton is the text of a translation's file: every phrase of the flow under
// its key, the text to translate in a comment above, what is translated already
// in its place. Missing counts phrases that still lack a translation.
func (f *Flow) Skeleton(language string) (text string, missing int, err error) {
	done := map[string]*translation{}
	for name, source := range f.Written {
		parts := translationName.FindStringSubmatch(name)
		if parts == nil || parts[2] != language {
			continue
		}
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(hide(source)), &root); err != nil {
			return "", 0, fmt.Errorf("read translation %s: %w", name, err)
		}
		if len(root.Content) > 0 {
			flatten(root.Content[0], "", done)
		}
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, phrase := range f.phrases() {
		value := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle}
		if old := done[phrase.Key]; old != nil && firstWord(old.value) != "" {
			value = grow(old.value)
			value.Value = show(value.Value)
			for _, word := range value.Content {
				word.Value = show(word.Value)
			}
			value.HeadComment, value.LineComment, value.FootComment = "", "", ""
		} else if phrase.Heard {
			value = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		} else {
			missing++
		}
		graft(root, strings.Split(phrase.Key, "/"), phrase.Text, value)
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return "", 0, fmt.Errorf("write translation: %w", err)
	}
	return out.String(), missing, nil
}

// graft puts a value at the end of a path, with a comment above it.
func graft(node *yaml.Node, path []string, comment string, value *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if len(path) > 1 && node.Content[i].Value == path[0] && node.Content[i+1].Kind == yaml.MappingNode {
			graft(node.Content[i+1], path[1:], comment, value)
			return
		}
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Value: path[0]}
	if len(path) == 1 {
		key.HeadComment = "# " + strings.ReplaceAll(strings.TrimSpace(comment), "\n", "\n# ")
		node.Content = append(node.Content, key, value)
		return
	}
	inner := &yaml.Node{Kind: yaml.MappingNode}
	node.Content = append(node.Content, key, inner)
	graft(inner, path[1:], comment, value)
}

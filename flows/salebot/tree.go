package salebot

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping makes a YAML mapping of keys and values, in their order; empty values
// are left out.
func mapping(pairs ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(pairs); i += 2 {
		put(node, pairs[i].(string), pairs[i+1])
	}
	return node
}

func put(node *yaml.Node, key string, value any) {
	child := tree(value)
	if child == nil || child.Kind != yaml.ScalarNode && len(child.Content) == 0 || child.Kind == yaml.ScalarNode && child.Value == "" {
		return
	}
	node.Content = append(node.Content, scalar(key), child)
}

// tree makes a node of a text, a flag, a number, a list of texts or nodes.
func tree(value any) *yaml.Node {
	switch value := value.(type) {
	case *yaml.Node:
		return value
	case string:
		return scalar(value)
	case bool:
		if value {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
		}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(value)}
	case []string:
		if len(value) == 1 {
			return scalar(value[0])
		}
		var list []*yaml.Node
		for _, one := range value {
			list = append(list, scalar(one))
		}
		return tree(list)
	case []*yaml.Node:
		return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: value}
	}
	return nil
}

func scalar(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.Contains(text, "\n") {
		node.Style = yaml.LiteralStyle
	}
	return node
}

// child is the value of a key, nil when it is not there.
func child(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

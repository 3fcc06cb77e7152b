package salebot

import (
	"cmp"
	"html"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
)

// acceptance takes out of the tree what the loader refuses.
type acceptance struct {
	translation *translation
	root        *yaml.Node
	file        string
	tamed       map[*yaml.Node]bool
	// repaired are the findings that were answered once.
	repaired map[string]bool
}

// result loads the tree until nothing in it is refused, or nothing that is
// refused can be taken out.
func (a *acceptance) result() (Result, error) {
	a.tamed, a.repaired = map[*yaml.Node]bool{}, map[string]bool{}
	for {
		data, err := encode(a.root)
		if err != nil {
			return Result{}, err
		}
		_, found := a.translation.loader.LoadText(a.file, string(data))
		changed := false
		if flows.Failed(found) {
			if changed, err = a.mend(data, found); err != nil {
				return Result{}, err
			}
		}
		if !changed {
			return Result{YAML: data, Loads: !flows.Failed(found), Findings: found}, nil
		}
	}
}

// mend answers each error of one loading.
func (a *acceptance) mend(data []byte, found []flows.Diagnostic) (changed bool, err error) {
	var written yaml.Node
	if err := yaml.Unmarshal(data, &written); err != nil || len(written.Content) == 0 {
		return false, err
	}
	for i := range found {
		if found[i].Severity == flows.Error && a.repair(&found[i]) {
			changed = true
		}
	}
	if changed { // lines have moved: load again before anything is taken out
		return true, nil
	}
	touched := map[*yaml.Node]bool{}
	for i := range found {
		if found[i].Severity != flows.Error {
			continue
		}
		place := trail{touched: touched}
		place.follow(a.root, written.Content[0], found[i].Pos)
		if place.stale {
			changed = true
			continue
		}
		if a.take(&place, &found[i]) {
			changed = true
		}
	}
	a.prune(a.root)
	return changed, nil
}

// trail is the way from the root to a place of the file.
type trail struct {
	nodes   []*yaml.Node
	touched map[*yaml.Node]bool
	// stale tells that this part of the tree has been changed since it was loaded.
	stale bool
}

// follow goes down the tree and its written twin to what stands last before the
// place.
func (t *trail) follow(own, twin *yaml.Node, pos flows.Pos) {
	t.nodes = append(t.nodes, own)
	if t.touched[own] {
		t.stale = true
		return
	}
	best, step := -1, 1
	if own.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i < len(twin.Content) && i < len(own.Content); i += step {
		at := twin.Content[i]
		if at.Line < pos.Line || at.Line == pos.Line && at.Column <= pos.Col {
			best = i
		}
	}
	if best >= 0 {
		t.follow(own.Content[best+step-1], twin.Content[best+step-1], pos)
	}
}

// take removes the smallest part around a place: an item of a list, or else a
// key of a state. A message is first tried as plain text.
func (a *acceptance) take(place *trail, found *flows.Diagnostic) bool {
	nodes := place.nodes
	var from *block
	for _, node := range nodes {
		from = cmp.Or(a.translation.origin[node], from)
	}
	for i := len(nodes) - 1; i > 0; i-- {
		parent, node := nodes[i-1], nodes[i]
		switch {
		case parent.Kind == yaml.SequenceNode && node.Kind == yaml.MappingNode:
			place.touched[parent] = true
			if text := cmp.Or(child(node, "say"), child(node, "ask")); text != nil && !a.tamed[node] {
				a.tamed[node] = true
				text.Value = plainText(text.Value)
				a.note(from, "plain_text", found)
				return true
			}
			parent.Content = slices.DeleteFunc(parent.Content, func(one *yaml.Node) bool { return one == node })
			a.note(from, "refused", found)
			return true
		case i >= 3 && parent.Kind == yaml.MappingNode && nodes[i-2] == a.translation.states:
			place.touched[parent] = true
			at := slices.Index(parent.Content, node)
			parent.Content = slices.Delete(parent.Content, at-1, at+1)
			a.note(from, "refused", found)
			return true
		}
	}
	return false
}

func (a *acceptance) note(b *block, code string, found *flows.Diagnostic) {
	note := Note{Code: code, Found: found}
	if b != nil {
		note.Block, note.Name = b.id, b.people()
	}
	a.translation.notes = append(a.translation.notes, note)
}

// plainText is a text in which nothing is a tag or a formula.
func plainText(text string) string {
	return html.EscapeString(html.UnescapeString(strings.ReplaceAll(text, "#{", "{")))
}

// prune drops lists that have become empty, and lets a state without ways out
// end the flow.
func (a *acceptance) prune(node *yaml.Node) {
	for _, one := range node.Content {
		a.prune(one)
	}
	if node.Kind == yaml.MappingNode && node != a.translation.states {
		for i := len(node.Content) - 2; i >= 0; i -= 2 {
			if value := node.Content[i+1]; value.Kind == yaml.SequenceNode && len(value.Content) == 0 {
				node.Content = slices.Delete(node.Content, i, i+2)
			}
		}
	}
	if node.Kind == yaml.SequenceNode {
		node.Content = slices.DeleteFunc(node.Content, func(one *yaml.Node) bool {
			return one.Kind == yaml.SequenceNode && len(one.Content) == 0
		})
	}
	if node == a.translation.states {
		for i := 1; i < len(node.Content); i += 2 {
			state := node.Content[i]
			if child(state, "on") == nil && child(state, "timers") == nil && child(state, "next") == nil && child(state, "end") == nil {
				put(state, "end", true)
			}
		}
	}
}

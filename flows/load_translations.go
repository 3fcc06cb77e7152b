package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// translationName is that of the file beside `course.yaml` which holds its
// texts in another language: "course.en.yaml".
var translationName = regexp.MustCompile(`^(.+)\.([a-z]{2,3})\.yaml$`)

// isTranslation tells whether a file translates a flow that lies beside it.
func isTranslation(files fs.FS, name string) bool {
	parts := translationName.FindStringSubmatch(name)
	if parts == nil {
		return false
	}
	_, err := fs.Stat(files, parts[1]+".yaml")
	return err == nil
}

// In is the flow in the language nearest to an IETF tag such as "en-US": the
// flow itself where it has no translation into it.
func (f *Flow) In(language string) *Flow {
	if len(f.languages) == 0 {
		return f
	}
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-")
	if translated := f.languages[base]; translated != nil {
		return translated
	}
	return f.languages[""]
}

// Languages lists the languages that the flow is translated into, sorted.
func (f *Flow) Languages() []string {
	var list []string
	for language := range f.languages {
		if language != "" {
			list = append(list, language)
		}
	}
	slices.Sort(list)
	return list
}

// translate compiles the flow once for each translation beside it.
func (w *loading) translate(flow *Flow, root *yaml.Node, data []byte) {
	flow.phrases = sync.OnceValue(func() (all []Phrase) {
		for _, one := range spotsOf(grow(root), flow.Source) {
			all = append(all, one.Phrase)
		}
		return all
	})
	names := w.translations(flow)
	if len(names) == 0 {
		return
	}
	sum := sha256.New()
	_, _ = sum.Write(data) // a hash never fails to write
	languages := map[string]*Flow{"": flow}
	for _, language := range slices.Sorted(maps.Keys(names)) {
		text, err := readBounded(w.files, names[language])
		if err != nil {
			w.diags.Add(Error, Pos{File: filepath.Join(filepath.Dir(flow.File), names[language]), Line: 1, Col: 1}, "translation_unread", "File", names[language])
			continue
		}
		_, _ = sum.Write(append([]byte("\x00"+language+"\x00"), text...))
		flow.Written[names[language]] = string(text)
		if translated := w.variant(flow, root, data, language, names[language], text); translated != nil {
			languages[language] = translated
		}
	}
	version := hex.EncodeToString(sum.Sum(nil)[:8])
	for _, one := range languages {
		one.languages, one.Version, one.Written, one.phrases = languages, version, flow.Written, flow.phrases
	}
}

// translations finds the files of a flow's translations by their language.
func (w *loading) translations(flow *Flow) map[string]string {
	if w.files == nil {
		return nil
	}
	entries, err := fs.ReadDir(w.files, ".")
	if err != nil {
		return nil
	}
	own := strings.TrimSuffix(filepath.Base(flow.File), ".yaml")
	names := map[string]string{}
	for _, entry := range entries {
		if parts := translationName.FindStringSubmatch(entry.Name()); parts != nil && parts[1] == own {
			names[parts[2]] = entry.Name()
		}
	}
	return names
}

// variant compiles the flow with the texts of one translation in the place of
// its own, and reports what is wrong with the translation.
func (w *loading) variant(flow *Flow, root *yaml.Node, data []byte, language, file string, text []byte) *Flow {
	source := &Source{Name: filepath.Join(filepath.Dir(flow.File), file)}
	w.sources = append(w.sources, source)
	words := map[string]*translation{}
	if strings.TrimSpace(string(text)) != "" {
		tree := (&reader{source: source, diags: w.diags}).read(text)
		if tree == nil {
			return nil
		}
		flatten(tree, "", words)
	}
	shadow := &loading{
		files: w.files, diags: &Diagnostics{},
		reading: &Reading{Kinds: w.reading.Kinds, sources: map[*yaml.Node]*Source{}},
	}
	tree, titles := grow(root), map[string]string{}
	var known []string
	for _, one := range spotsOf(tree, flow.Source) {
		known = append(known, one.Key)
		found := words[one.Key]
		if found == nil || firstWord(found.value) == "" {
			if !one.Heard {
				w.diags.Add(Warning, one.Pos, "translation_missing", "Key", one.Key, "Language", language, "File", file)
			}
			continue
		}
		if one.put == nil {
			titles[strings.Split(one.Key, "/")[1]] = found.value.Value
			continue
		}
		for _, node := range one.put(grow(found.value)) {
			shadow.reading.sources[node] = source
		}
	}
	for _, key := range slices.Sorted(maps.Keys(words)) {
		if !contains(known, key) {
			at := words[key].key
			w.diags.Add(Warning, Pos{File: source.Name, Line: at.Line, Col: at.Column}, "translation_unknown", "Key", key, "Suggest", Nearest(key, known))
		}
	}
	draft := shadow.compile(Node{yaml: tree, source: flow.Source, diags: shadow.diags, read: shadow.reading}, data)
	draft.flow.siblings, draft.flow.renames, draft.flow.language = flow.siblings, flow.renames, language
	draft.flow.segments = flow.segments
	shadow.links = w.links
	newChecker(draft, shadow).check(shadow)
	for _, one := range shadow.diags.list {
		if one.Pos.File == source.Name {
			w.diags.list = append(w.diags.list, one)
		}
	}
	draft.flow.titles = titles
	return draft.flow
}

// translation is one text of a translation with the key that stands before it.
type translation struct{ key, value *yaml.Node }

// flatten gives the texts of a translation by their keys.
func flatten(node *yaml.Node, path string, into map[string]*translation) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind == yaml.MappingNode {
			flatten(value, under(path, key.Value), into)
			continue
		}
		into[under(path, key.Value)] = &translation{key, value}
	}
}

// grow copies a tree with its aliases put in their places; the reader has
// bounded how far they multiply.
func grow(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return grow(node.Alias)
	}
	made := *node
	made.Anchor = ""
	made.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		made.Content[i] = grow(child)
	}
	return &made
}

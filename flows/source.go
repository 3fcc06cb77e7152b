package flows

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Source is the text of one file, kept to show lines in diagnostics.
type Source struct {
	Name  string
	Lines []string
}

// line is a line counted from 1, empty outside the file.
func (s *Source) line(n int) string {
	if n < 1 || n > len(s.Lines) {
		return ""
	}
	return s.Lines[n-1]
}

// Bounds of one file: far above any funnel, far below what hurts.
const (
	maxFile  = 1 << 20
	maxNodes = 100_000
	maxDepth = 64
)

// reader turns one file into a tree of nodes.
type reader struct {
	source *Source
	diags  *Diagnostics
	nodes  int
	failed bool
}

// read parses data; nil means that the reason is among the diagnostics.
func (r *reader) read(data []byte) *yaml.Node {
	if len(data) > maxFile {
		r.fail(1, 1, "file_too_big", "Max", maxFile/1024)
		return nil
	}
	if !utf8.Valid(data) {
		line, col := invalidAt(data)
		r.fail(line, col, "not_utf8")
		return nil
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	r.source.Lines = strings.Split(text, "\n")
	if strings.TrimSpace(text) == "" {
		r.fail(1, 1, "empty_file")
		return nil
	}
	if at := strings.IndexAny(text, hidden); at >= 0 {
		before := text[:at]
		line := 1 + strings.Count(before, "\n")
		r.fail(line, 1+utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]), "bad_character")
		return nil
	}
	return r.parse(text)
}

func (r *reader) parse(text string) *yaml.Node {
	text = hide(text)
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var root, more yaml.Node
	if err := decoder.Decode(&root); err != nil {
		r.syntax(text, err)
		return nil
	}
	if decoder.Decode(&more) == nil {
		r.fail(more.Line, 1, "second_document")
		return nil
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 || root.Content[0].Tag == "!!null" {
		r.fail(1, 1, "empty_file")
		return nil
	}
	r.walk(root.Content[0], map[*yaml.Node]bool{}, 0)
	if r.failed {
		return nil
	}
	return root.Content[0]
}

// walk puts the hidden variables back and refuses what would blow up or be
// lost: aliases that contain themselves or multiply, repeated keys.
func (r *reader) walk(node *yaml.Node, above map[*yaml.Node]bool, depth int) {
	if r.failed {
		return
	}
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth || above[node] {
		r.fail(node.Line, node.Column, "too_complex")
		return
	}
	node.Value = show(node.Value)
	if node.Kind == yaml.AliasNode {
		r.walk(node.Alias, above, depth+1)
		return
	}
	if node.Kind == yaml.MappingNode {
		r.keys(node)
	}
	above[node] = true
	defer delete(above, node)
	for _, child := range node.Content {
		r.walk(child, above, depth+1)
	}
}

func (r *reader) keys(node *yaml.Node) {
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		pos := Pos{File: r.source.Name, Line: key.Line, Col: key.Column}
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(pos.Line, pos.Col, "want_key")
		case key.Tag == "!!merge":
			r.fail(pos.Line, pos.Col, "merge_key")
		case seen[key.Value] > 0:
			r.diags.Add(Error, pos, "repeated_key", "Key", show(key.Value), "Line", seen[key.Value])
		}
		seen[key.Value] = key.Line
	}
}

func (r *reader) fail(line, col int, code string, args ...any) {
	r.failed = true
	r.diags.Add(Error, Pos{File: r.source.Name, Line: line, Col: col}, code, args...)
}

// syntax explains a parser's error in words of our own where it is a common one.
func (r *reader) syntax(text string, err error) {
	if errors.Is(err, io.EOF) {
		r.fail(1, 1, "empty_file")
		return
	}
	if tab := r.tabbed(); tab > 0 {
		r.fail(tab, 1, "tab")
		return
	}
	line := r.faulty(text, err)
	problem := err.Error()
	for _, known := range syntaxErrors() {
		if strings.Contains(problem, known[0]) {
			r.fail(line, r.indent(line), known[1])
			return
		}
	}
	r.fail(line, r.indent(line), "yaml_syntax", "Detail", syntaxPrefix.ReplaceAllString(problem, ""))
}

var syntaxPrefix = regexp.MustCompile(`^yaml: (line \d+: )?`)

// faulty finds the line that breaks the file, which the parser tells only
// roughly: the first after which reading fails with the very same error.
func (r *reader) faulty(text string, whole error) int {
	lines := strings.SplitAfter(text, "\n")
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		var root yaml.Node
		err := yaml.Unmarshal([]byte(strings.Join(lines[:i+1], "")), &root)
		return err != nil && err.Error() == whole.Error()
	})
}

// syntaxErrors pairs what go.yaml.in/yaml/v3 says with our code for it.
func syntaxErrors() [][2]string {
	return [][2]string{
		{"mapping values are not allowed", "yaml_colon"},
		{"did not find expected key", "yaml_indent"},
		{"did not find expected '-'", "yaml_indent"},
		{"could not find expected ':'", "yaml_no_colon"},
		{"did not find expected ','", "yaml_bracket"},
		{"unexpected end of stream", "yaml_quote"},
		{"cannot start any token", "yaml_character"},
		{"unknown anchor", "yaml_anchor"},
		{"alphabetic or numeric character", "yaml_anchor"},
		{"unknown escape", "yaml_escape"},
		{"control characters", "bad_character"},
	}
}

// tabbed is the first line indented with a tab, 0 when there is none.
func (r *reader) tabbed() int {
	for i, line := range r.source.Lines {
		if strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t") {
			return i + 1
		}
	}
	return 0
}

// indent is the column of the first character of a line.
func (r *reader) indent(line int) int {
	text := r.source.line(line)
	return 1 + len(text) - len(strings.TrimLeft(text, " \t"))
}

func invalidAt(data []byte) (line, col int) {
	at := 0
	for at < len(data) {
		char, size := utf8.DecodeRune(data[at:])
		if char == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	before := data[:at]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

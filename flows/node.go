package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"voronka/sales"
)

// Node is a value in a YAML file that knows where it stands. Reading a wrong
// value reports a diagnostic and gives the zero value, so that one pass finds
// every fault.
type Node struct {
	yaml   *yaml.Node
	source *Source
	diags  *Diagnostics
	read   *Reading
}

// Reading is what nested steps need while they are read: the words of the language.
type Reading struct {
	Kinds map[string]StepKind
	// sources are the files of values that were written elsewhere: translations.
	sources map[*yaml.Node]*Source
}

// Zero tells whether the value is absent.
func (n Node) Zero() bool {
	return n.yaml == nil || n.yaml.Kind == 0 || n.yaml.Kind == yaml.ScalarNode && n.yaml.Tag == "!!null"
}

// Pos is where the value stands.
func (n Node) Pos() Pos {
	if n.yaml == nil {
		return Pos{File: n.source.Name, Line: 1, Col: 1}
	}
	return Pos{File: n.source.Name, Line: n.yaml.Line, Col: n.yaml.Column}
}

// Error and Warn report a finding here; see Diagnostics.Add.
func (n Node) Error(code string, args ...any) { n.diags.Add(Error, n.Pos(), code, args...) }

// Warn reports a finding that does not keep the flow from running.
func (n Node) Warn(code string, args ...any) { n.diags.Add(Warning, n.Pos(), code, args...) }

// IsMap tells whether it is a mapping.
func (n Node) IsMap() bool { return n.yaml != nil && n.yaml.Kind == yaml.MappingNode }

// IsList tells whether it is a sequence.
func (n Node) IsList() bool { return n.yaml != nil && n.yaml.Kind == yaml.SequenceNode }

// IsScalar tells whether it is a plain value.
func (n Node) IsScalar() bool { return n.yaml != nil && n.yaml.Kind == yaml.ScalarNode }

// IsLiteral tells whether it is a number or a truth that was written without quotes.
func (n Node) IsLiteral() bool {
	return n.IsScalar() && n.yaml.Style == 0 && contains([]string{"!!int", "!!float", "!!bool"}, n.yaml.ShortTag())
}

// Entry is one pair of a mapping.
type Entry struct {
	Key   Node
	Name  string
	Value Node
}

// Entries gives the pairs of a mapping in order; anything else is reported
// and gives none. Of a repeated key, reported when the file is read, the first counts.
func (n Node) Entries() []Entry {
	if n.Zero() {
		return nil
	}
	if !n.IsMap() {
		n.Error("want_mapping")
		return nil
	}
	const few = 16 // are looked through faster than put into a map
	seen := map[string]bool{}
	entries := make([]Entry, 0, len(n.yaml.Content)/2)
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		key, value := n.at(n.yaml.Content[i]), n.at(n.yaml.Content[i+1])
		name := key.yaml.Value
		if seen[name] || len(n.yaml.Content) <= 2*few && slices.ContainsFunc(entries, func(e Entry) bool { return e.Name == name }) {
			continue
		}
		if len(n.yaml.Content) > 2*few {
			seen[name] = true
		}
		entries = append(entries, Entry{Key: key, Name: name, Value: value})
	}
	return entries
}

// Field is the value under a key of a mapping; Zero when absent.
func (n Node) Field(name string) Node {
	if n.IsMap() {
		for i := 0; i+1 < len(n.yaml.Content); i += 2 {
			if n.yaml.Content[i].Value == name {
				return n.at(n.yaml.Content[i+1])
			}
		}
	}
	missing := n
	missing.yaml = &yaml.Node{Line: n.Pos().Line, Column: n.Pos().Col}
	return missing
}

// Only reports every key of a mapping that is not among known, with the
// nearest known one as a suggestion.
func (n Node) Only(known ...string) {
	for _, entry := range n.Entries() {
		if !contains(known, entry.Name) && n.yaml.Style&yaml.FlowStyle != 0 && entry.Value.Zero() {
			entry.Key.Error("comma_in_text", "Text", entry.Name)
		} else if !contains(known, entry.Name) {
			entry.Key.Error("unknown_key", "Key", entry.Name, "Suggest", Nearest(entry.Name, known), "Known", strings.Join(known, ", "))
		}
	}
}

// Items gives the elements of a sequence; a single value counts as a sequence of one.
func (n Node) Items() []Node {
	if n.Zero() {
		return nil
	}
	if !n.IsList() {
		return []Node{n}
	}
	items := make([]Node, len(n.yaml.Content))
	for i, item := range n.yaml.Content {
		items[i] = n.at(item)
	}
	return items
}

// Text reads a string (a number or a date is taken as it is written).
func (n Node) Text() string {
	if n.Zero() {
		return ""
	}
	if !n.IsScalar() {
		n.Error("want_text")
		return ""
	}
	return n.yaml.Value
}

// Texts reads a string or a list of strings.
func (n Node) Texts() []string {
	var texts []string
	for _, item := range n.Items() {
		texts = append(texts, item.Text())
	}
	return texts
}

// Ref reads a name together with its place.
func (n Node) Ref() Ref { return Ref{Name: n.Text(), Pos: n.Pos()} }

// Bool reads true or false.
func (n Node) Bool() bool {
	if n.Zero() {
		return false
	}
	value, err := strconv.ParseBool(n.Text())
	if err != nil {
		n.Error("want_bool", "Value", n.yaml.Value)
	}
	return value
}

// Money reads roubles.
func (n Node) Money() sales.Money {
	if n.Zero() {
		return 0
	}
	amount, err := sales.ParseMoney(n.Text())
	if err != nil {
		n.Error("want_money", "Value", n.yaml.Value)
	}
	return amount
}

// Duration reads 30s, 30m, 24h, 3d, 2w or a sum of them such as 1h30m.
func (n Node) Duration() time.Duration {
	if n.Zero() {
		return 0
	}
	d, ok := ParseDuration(n.Text())
	if !ok {
		n.Error("want_duration", "Value", n.yaml.Value)
	}
	return d
}

// DurationWithin reads a duration and reports one shorter than least or longer than most.
func (n Node) DurationWithin(least, most time.Duration) time.Duration {
	d := n.Duration()
	if !n.Zero() && d != 0 && (d < least || d > most) {
		n.Error("duration_range", "Value", n.yaml.Value, "Min", FormatDuration(least), "Max", FormatDuration(most))
	}
	return d
}

// Steps reads a list of steps with the words of the language.
func (n Node) Steps() []Step {
	var steps []Step
	for _, item := range n.Items() {
		if step := item.step(); step != nil {
			steps = append(steps, step)
		}
	}
	return steps
}

func (n Node) step() Step {
	for _, entry := range n.Entries() {
		if kind, ok := n.read.Kinds[entry.Name]; ok {
			return kind.Read(n)
		}
	}
	words := make([]string, 0, len(n.read.Kinds))
	for word := range n.read.Kinds {
		words = append(words, word)
	}
	if entries := n.Entries(); len(entries) > 0 {
		entries[0].Key.Error("unknown_step", "Step", entries[0].Name, "Suggest", Nearest(entries[0].Name, words), "Known", joinSorted(words))
	} else if n.IsMap() {
		n.Error("empty_step")
	}
	return nil
}

func (n Node) at(y *yaml.Node) Node {
	if y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if source := n.read.sources[y]; source != nil {
		n.source = source
	}
	n.yaml = y
	return n
}

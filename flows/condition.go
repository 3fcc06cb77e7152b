package flows

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Condition is the `when` of a rule.
type Condition struct {
	// Kind of input that can match; Any matches each kind a customer can send.
	Kind InputKind
	Any  bool
	// Words are compared with the text as the Match says; empty matches any text.
	Words []string
	Match Match
	// Outcome of a payment.
	Outcome Outcome
	// Payload prefix of a deep link or callback.
	Payload string

	folded   []string
	patterns []*regexp.Regexp
	// where and label are what the trace shows.
	where, label string
}

// Match is how words are compared with what was said.
type Match string

// Match kinds; all fold case and ё to е.
const (
	Exact    Match = "exact"
	Contains Match = "contains"
	Regexp   Match = "regexp"
)

// ConditionKeys are the keys of a rule that say what it waits for.
func ConditionKeys() []string {
	keys := []string{"command", "text", "contains", "regexp", "button", "contact",
		"photo", "document", "voice", "location", "any", "start"}
	for _, outcome := range Outcomes() {
		keys = append(keys, string(outcome))
	}
	return keys
}

// ReadCondition reads what a rule waits for; it is reported and false is given
// when the rule says nothing of it or too much. The value under the outcome of
// a payment is no part of the condition: `{success: thanks}` moves to thanks.
func ReadCondition(n Node) (Condition, bool) {
	var found []Entry
	for _, entry := range n.Entries() {
		if contains(ConditionKeys(), entry.Name) {
			found = append(found, entry)
		}
	}
	switch {
	case len(found) == 0:
		n.Error("no_condition", "Known", strings.Join(ConditionKeys(), ", "))
		return Condition{}, false
	case len(found) > 1:
		found[1].Key.Error("many_conditions", "First", found[0].Name, "Second", found[1].Name)
		return Condition{}, false
	}
	return compileCondition(readCondition(found[0]), found[0].Value)
}

func readCondition(entry Entry) Condition {
	name, value := entry.Name, entry.Value
	condition := Condition{where: place(entry.Key.Pos()), label: name}
	switch name {
	case "any":
		condition.Any = true
	case "text", "contains", "regexp":
		condition.Kind, condition.Match = Text, map[string]Match{"text": Exact, "contains": Contains, "regexp": Regexp}[name]
		condition.Words = words(value)
	case "command":
		condition.Kind, condition.Match = Command, Exact
		for _, word := range words(value) {
			condition.Words = append(condition.Words, strings.TrimPrefix(word, "/"))
		}
	case "button":
		condition.Kind, condition.Match, condition.Words = Button, Exact, words(value)
	case "start":
		condition.Kind, condition.Payload = Command, value.Text()
	case "contact":
		condition.Kind = Shared
	case "photo", "document", "voice", "location":
		condition.Kind = InputKind(name)
	default:
		condition.Kind, condition.Outcome = Paid, Outcome(name)
	}
	if len(condition.Words) > 0 {
		condition.label += ": " + strings.Join(condition.Words, ", ")
	} else if condition.Payload != "" {
		condition.label += ": " + condition.Payload
	}
	return condition
}

// words reads a word or a list; true stands for any word.
func words(n Node) []string {
	if n.IsScalar() && (n.Zero() || n.yaml.Tag == "!!bool") {
		return nil
	}
	return slices.DeleteFunc(n.Texts(), func(word string) bool { return strings.TrimSpace(word) == "" })
}

// compileCondition prepares words for comparing.
func compileCondition(condition Condition, value Node) (Condition, bool) {
	for _, word := range condition.Words {
		if condition.Match != Regexp {
			condition.folded = append(condition.folded, fold(word))
			continue
		}
		pattern, err := regexp.Compile("(?i)" + strings.ReplaceAll(word, "ё", "е"))
		if err != nil {
			value.Error("bad_regexp", "Value", word, "Detail", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return condition, false
		}
		condition.patterns = append(condition.patterns, pattern)
	}
	if condition.Match == Contains && len(condition.folded) == 0 || condition.Match == Regexp && len(condition.patterns) == 0 {
		value.Error("no_words")
		return condition, false
	}
	return condition, true
}

// fold makes texts comparable as people compare them: case, ё, and spaces
// around and doubled do not count.
func fold(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if strings.Contains(s, "ё") {
		s = strings.ReplaceAll(s, "ё", "е")
	}
	if strings.Contains(s, "  ") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return s
}

// place is "course.yaml:12".
func place(pos Pos) string { return path.Base(pos.File) + ":" + strconv.Itoa(pos.Line) }

// Why an input does not fit, for the trace.
const (
	matched   = "matched"
	notKind   = "kind"
	notText   = "text"
	notFormed = "if"
)

// match tells whether an input fits, in the words of the trace. said is the
// folded text, or the label of a pressed button.
func (c *Condition) match(input *Input, said string) string {
	if c.Any {
		if input.Kind.FromCustomer() {
			return matched
		}
		return notKind
	}
	if c.Kind != input.Kind {
		return notKind
	}
	switch {
	case c.Outcome != "":
		if input.Payment == nil || input.Payment.Outcome != c.Outcome {
			return notKind
		}
		return matched
	case c.Payload != "":
		if fold(input.Text) != "start" || !strings.HasPrefix(input.Payload, c.Payload) {
			return notText
		}
		return matched
	case len(c.Words) == 0 || c.says(said) || c.Kind == Button && c.says(fold(input.Payload)):
		return matched
	}
	return notText
}

func (c *Condition) says(said string) bool {
	switch c.Match {
	case Contains:
		return slices.ContainsFunc(c.folded, func(word string) bool { return strings.Contains(said, word) })
	case Regexp:
		return slices.ContainsFunc(c.patterns, func(p *regexp.Regexp) bool { return p.MatchString(said) })
	}
	return slices.Contains(c.folded, said)
}

package flows

import (
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
	// Start waits for a /start whose deep link begins with Payload.
	Start   bool
	Payload string
	// Threshold is how alike a text must be for Fuzzy, in percent.
	Threshold int

	folded   []string
	keywords []keywords
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
	Keywords Match = "keywords"
	Fuzzy    Match = "fuzzy"
)

// ConditionKeys are the keys of a rule that say what it waits for.
func ConditionKeys() []string {
	keys := []string{"command", "text", "contains", "keywords", "fuzzy", "regexp", "button", "contact",
		"photo", "document", "voice", "location", "any", "start",
		"joined", "left", "blocked", "unblocked", "operator", "stage", "webhook"}
	for _, outcome := range slices.Concat(Outcomes(), SubscriptionOutcomes()) {
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
	condition := readCondition(found[0])
	condition.readThreshold(n.Field("threshold"))
	return compileCondition(condition, found[0].Value)
}

func readCondition(entry Entry) Condition {
	name, value := entry.Name, entry.Value
	condition := Condition{where: place(entry.Key.Pos()), label: name}
	switch name {
	case "any":
		condition.Any = true
	case "text":
		condition.Kind, condition.Match, condition.Words = Text, Exact, words(value)
	case "contains", "regexp", "keywords", "fuzzy":
		condition.Kind, condition.Match, condition.Words = Text, Match(name), words(value)
	case "command":
		condition.Kind, condition.Match = Command, Exact
		for _, word := range words(value) {
			condition.Words = append(condition.Words, strings.TrimPrefix(word, "/"))
		}
	case "button":
		condition.Kind, condition.Match, condition.Words = Button, Exact, words(value)
	case "start":
		condition.Kind, condition.Start = Command, true
		if given := words(value); len(given) > 0 {
			condition.Payload = value.Text()
		}
	case "joined", "left", "stage", "webhook":
		condition.Kind, condition.Match, condition.Words = InputKind(name), Exact, words(value)
	case "operator":
		condition.Kind, condition.Match, condition.Words = Operator, Exact, value.choices(Join, Leave)
	case "blocked", "unblocked":
		condition.Kind = InputKind(name)
	case "contact":
		condition.Kind = Shared
	case "photo", "document", "voice", "location":
		condition.Kind = InputKind(name)
	default:
		condition.Kind, condition.Outcome = Paid, Outcome(name)
		if slices.Contains(SubscriptionOutcomes(), condition.Outcome) {
			condition.Kind = Renewal
		}
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

// choices reads words that must be among known; true stands for any of them.
func (n Node) choices(known ...string) []string {
	given := words(n)
	for _, word := range given {
		if !slices.Contains(known, word) {
			n.Error("unknown_word", "Word", word, "Suggest", Nearest(word, known), "Known", joinSorted(known))
		}
	}
	return given
}

// readThreshold reads how alike is alike enough.
func (c *Condition) readThreshold(n Node) {
	if c.Match == Fuzzy {
		c.Threshold = defaultThreshold
	}
	if n.Zero() {
		return
	}
	if c.Match != Fuzzy {
		n.Error("stray_threshold")
		return
	}
	percent, err := strconv.Atoi(strings.TrimSuffix(n.Text(), "%"))
	if err != nil || percent < minThreshold || percent > 100 {
		n.Error("bad_threshold", "Value", n.Text(), "Min", minThreshold)
		return
	}
	c.Threshold = percent
}

// compileCondition prepares words for comparing.
func compileCondition(condition Condition, value Node) (Condition, bool) {
	switch condition.Match {
	case Keywords:
		condition.keywords = value.readKeywords()
	case Regexp:
		if !condition.compilePatterns(value) {
			return condition, false
		}
	default:
		for _, word := range condition.Words {
			condition.folded = append(condition.folded, fold(channel(condition.Kind, word)))
		}
	}
	wordy := condition.Match == Contains || condition.Match == Regexp || condition.Match == Keywords || condition.Match == Fuzzy
	if wordy && len(condition.Words) == 0 {
		value.Error("no_words")
		return condition, false
	}
	return condition, true
}

func (c *Condition) compilePatterns(value Node) bool {
	for _, word := range c.Words {
		pattern, err := regexp.Compile("(?i)" + strings.ReplaceAll(word, "ё", "е"))
		if err != nil {
			value.Error("bad_regexp", "Value", word, "Detail", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return false
		}
		c.patterns = append(c.patterns, pattern)
	}
	return true
}

// channel takes the @ off a channel's name: YAML does not let a bare word begin with it.
func channel(kind InputKind, word string) string {
	if kind == Joined || kind == Left {
		return strings.TrimPrefix(word, "@")
	}
	return word
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

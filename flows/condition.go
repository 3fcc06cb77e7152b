package flows

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
}

// Match is how words are compared with what was said.
type Match string

// Match kinds; all fold case and ё to е.
const (
	Exact    Match = "exact"
	Contains Match = "contains"
	Regexp   Match = "regexp"
)

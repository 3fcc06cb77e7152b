package flows

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// place is "course.yaml:12".
func place(pos Pos) string { return path.Base(pos.File) + ":" + strconv.Itoa(pos.Line) }

// Why an input does not fit, for the trace.
const (
	matched   = "matched"
	notKind   = "kind"
	notText   = "text"
	notFormed = "if"
	notWanted = "not"
	notAgain  = "once"
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
	if c.Kind != input.heardAs() {
		return notKind
	}
	switch {
	case c.Kind == Renewal:
		if input.renewal != c.Outcome {
			return notKind
		}
		return matched
	case c.Outcome != "":
		if input.Payment == nil || input.Payment.Outcome != c.Outcome {
			return notKind
		}
		return matched
	case c.Start:
		if fold(input.Text) != "start" || !strings.HasPrefix(input.Payload, c.Payload) {
			return notText
		}
		return matched
	case len(c.Words) == 0 || c.says(said) || c.byPayload() && c.says(fold(input.Payload)):
		return matched
	}
	return notText
}

// byPayload tells whether the payload is another name of the same thing: of a
// button its callback, of a channel its number.
func (c *Condition) byPayload() bool {
	return c.Kind == Button || c.Kind == Joined || c.Kind == Left
}

func (c *Condition) says(said string) bool {
	switch c.Match {
	case Contains:
		return slices.ContainsFunc(c.folded, func(word string) bool { return strings.Contains(said, word) })
	case Regexp:
		for _, pattern := range c.patterns {
			if pattern.MatchString(said) {
				return true
			}
		}
		return false
	case Keywords:
		return anyIn(c.keywords, said)
	case Fuzzy:
		return slices.ContainsFunc(c.folded, func(word string) bool { return alike(word, said, c.Threshold) })
	}
	return slices.Contains(c.folded, said)
}

package flows

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// YAML takes " #" for a comment, { } for a mapping and, within { }, a "?" for
// the beginning of a key, so that
//
//	say: Привет, #{name}!
//	{ask: Куда прислать чек?, into: email}
//
// would lose half of the text or not be read at all. Before parsing, these
// signs are hidden behind characters for private use, one for one, so that
// columns stay true; after it they are put back.
const (
	hash     = "\U0000f8f0"
	open     = "\U0000f8f1"
	shut     = "\U0000f8f2"
	question = "\U0000f8f3"
	hidden   = hash + open + shut + question
)

var (
	variable = regexp.MustCompile(`#\{([^{}\n]*)\}`)
	// asked is a question mark at the end of a word, never YAML's own.
	asked = regexp.MustCompile(`[^\s\[\]{},:?-]\?+`)
	// mapped is a flow mapping put out of use: "#{text: да, to: next}" at the start of a line.
	mapped = regexp.MustCompile(`(?m)^[ \t]*#\{[^{}\n]*: [^{}\n]*\}`)
)

func hide(text string) string {
	return asked.ReplaceAllStringFunc(hideVariables(text), func(end string) string {
		_, first := utf8.DecodeRuneInString(end)
		return end[:first] + strings.ReplaceAll(end[first:], "?", question)
	})
}

func hideVariables(text string) string {
	commented := mapped.FindAllStringIndex(text, -1)
	var out strings.Builder
	last := 0
	for _, at := range variable.FindAllStringSubmatchIndex(text, -1) {
		for len(commented) > 0 && commented[0][1] < at[1] {
			commented = commented[1:]
		}
		if len(commented) > 0 && commented[0][0] <= at[0] {
			continue
		}
		out.WriteString(text[last:at[0]] + hash + open + text[at[2]:at[3]] + shut)
		last = at[1]
	}
	out.WriteString(text[last:])
	return out.String()
}

var shown = strings.NewReplacer(hash, "#", open, "{", shut, "}", question, "?")

func show(text string) string {
	if !strings.ContainsAny(text, hidden) {
		return text
	}
	return shown.Replace(text)
}

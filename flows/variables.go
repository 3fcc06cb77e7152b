package flows

import (
	"regexp"
	"strings"
)

// YAML takes " #" for a comment and { } for a mapping, so that
//
//	say: Привет, #{name}!
//
// would silently lose half of its text. Before parsing, the signs of each
// variable are hidden behind characters for private use, one for one, so that
// columns stay true; after it they are put back.
const (
	hash = "\U0000f8f0"
	open = "\U0000f8f1"
	shut = "\U0000f8f2"
)

var (
	variable = regexp.MustCompile(`#\{([^{}\n]*)\}`)
	// mapped is a flow mapping put out of use: "#{text: да, to: next}" at the start of a line.
	mapped = regexp.MustCompile(`(?m)^[ \t]*#\{[^{}\n]*: [^{}\n]*\}`)
)

func hideVariables(text string) string {
	commented := mapped.FindAllStringIndex(text, -1)
	var hidden strings.Builder
	last := 0
	for _, at := range variable.FindAllStringSubmatchIndex(text, -1) {
		for len(commented) > 0 && commented[0][1] < at[1] {
			commented = commented[1:]
		}
		if len(commented) > 0 && commented[0][0] <= at[0] {
			continue
		}
		hidden.WriteString(text[last:at[0]] + hash + open + text[at[2]:at[3]] + shut)
		last = at[1]
	}
	hidden.WriteString(text[last:])
	return hidden.String()
}

func showVariables(text string) string {
	if !strings.Contains(text, hash) {
		return text
	}
	return strings.NewReplacer(hash, "#", open, "{", shut, "}").Replace(text)
}

package calc

import (
	"strings"
	"unicode"
)

// prepared is a formula as the parser below takes it, character for character
// as long as the author's, so that columns stay true: salebot's AND, OR and NOT
// in small letters, #{name} outside quotes as (name), and every called word
// with a capital, which keeps the parser's own functions out of the language.
func prepared(source []rune) string {
	out := append([]rune{}, source...)
	var braces []bool // whether a { was opened by #
	for i := 0; i < len(out); i++ {
		switch char := out[i]; {
		case char == '\'' || char == '"' || char == '`':
			i = endOfQuote(out, i)
		case char == '#' && i+1 < len(out) && out[i+1] == '{':
			out[i], out[i+1] = ' ', '('
			braces = append(braces, true)
			i++
		case char == '{':
			braces = append(braces, false)
		case char == '}' && len(braces) > 0:
			if braces[len(braces)-1] {
				out[i] = ')'
			}
			braces = braces[:len(braces)-1]
		case isLetter(char):
			end := i
			for end < len(out) && (isLetter(out[end]) || unicode.IsDigit(out[end])) {
				end++
			}
			adapt(out, i, end)
			i = end - 1
		}
	}
	return string(out)
}

func isLetter(char rune) bool { return char == '_' || unicode.IsLetter(char) }

// endOfQuote is where the text that begins at i ends.
func endOfQuote(source []rune, i int) int {
	for end := i + 1; end < len(source); end++ {
		switch source[end] {
		case '\\':
			if source[i] != '`' {
				end++
			}
		case source[i]:
			return end
		}
	}
	return len(source)
}

// adapt changes the word between start and end.
func adapt(out []rune, start, end int) {
	switch word := string(out[start:end]); word {
	case "and", "or", "not", "in":
		return
	case "AND", "OR", "NOT":
		copy(out[start:end], []rune(strings.ToLower(word)))
		return
	}
	next := end
	for next < len(out) && out[next] == ' ' {
		next++
	}
	if next < len(out) && out[next] == '(' && !isOperator(out, start) {
		out[start] = unicode.ToUpper(out[start])
	}
}

// isOperator tells whether the word at start is one of the parser's operators
// that stand between two values, not a function that is called.
func isOperator(out []rune, start int) bool {
	word := ""
	for _, known := range []string{"contains", "startsWith", "endsWith"} {
		if strings.HasPrefix(string(out[start:min(len(out), start+len(known))]), known) {
			word = known
		}
	}
	if word == "" {
		return false
	}
	before := strings.TrimRight(string(out[:start]), " \t\n")
	if before == "" || strings.ContainsAny(before[len(before)-1:], "(,!<>=+-*/%&|?:[{") {
		return false
	}
	for _, word := range []string{"and", "or", "not"} {
		if rest, found := strings.CutSuffix(before, word); found && !strings.HasSuffix(rest, "_") {
			if last := []rune(rest); len(last) == 0 || !isLetter(last[len(last)-1]) && !unicode.IsDigit(last[len(last)-1]) {
				return false
			}
		}
	}
	return true
}

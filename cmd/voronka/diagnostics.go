package main

import (
	"fmt"
	"io"
	"maps"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"voronka/flows"
	"voronka/locales"
)

// words finds a text in one language.
type words func(key string, args map[string]any) string

func speech(catalog *locales.Catalog, lang string) words {
	return func(key string, args map[string]any) string { return catalog.Text(lang, key, args) }
}

// render prints findings as a compiler does: where, what is wrong, the line
// with a caret under the place, how to mend it.
func render(out io.Writer, found []flows.Diagnostic, text words) error {
	for _, one := range found {
		message, fix := explain(one, text)
		place := fmt.Sprintf("%s:%d:%d", one.Pos.File, one.Pos.Line, one.Pos.Col)
		severity := text("lint.severity."+string(one.Severity), nil)
		if _, err := fmt.Fprintf(out, "%s: %s: %s\n", place, severity, message); err != nil {
			return err
		}
		if strings.TrimSpace(one.Source) != "" {
			fmt.Fprintf(out, "    %s\n    %s^\n", printable(one.Source), indent(one.Source, one.Pos.Col))
		}
		if _, err := fmt.Fprintf(out, "    %s\n\n", text("lint.fix", map[string]any{"Fix": fix})); err != nil {
			return err
		}
	}
	return nil
}

// explain gives the words of a finding: what is wrong and how to mend it.
func explain(one flows.Diagnostic, text words) (message, fix string) {
	args := one.Args
	if outcome, ok := args["Outcome"].(string); ok {
		args = maps.Clone(args)
		args["Meaning"] = text("lint.outcome."+outcome, nil)
	}
	return printable(text("lint."+one.Code, args)), printable(text("lint."+one.Code+".fix", args))
}

// indent is as wide as what stands before a column.
func indent(line string, col int) string {
	var gap strings.Builder
	for i, char := range []rune(line) {
		if i >= col-1 {
			break
		}
		switch {
		case char == '\t':
			gap.WriteByte('\t')
		case unicode.Is(unicode.Mn, char) || unicode.Is(unicode.Cf, char):
		case wide(char):
			gap.WriteString("  ")
		default:
			gap.WriteByte(' ')
		}
	}
	return gap.String()
}

func wide(char rune) bool {
	kind := width.LookupRune(char).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// printable keeps control characters of a file away from the terminal.
func printable(line string) string {
	return strings.Map(func(char rune) rune {
		if char != '\t' && unicode.IsControl(char) {
			return '·'
		}
		return char
	}, line)
}

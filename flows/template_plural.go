package flows

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"voronka/flows/calc"
)

// PluralError tells how many forms a language has.
type PluralError struct {
	Language string
	Given    int
	// Want are the forms in the order they are written, with a number for each.
	Want []string
}

// Error implements error.
func (e *PluralError) Error() string {
	return strconv.Itoa(e.Given) + " plural forms, " + e.Language + " has " + strings.Join(e.Want, ", ")
}

// Is lets it count as an ErrFormat.
func (e *PluralError) Is(target error) bool { return errors.Is(target, ErrFormat) }

// languageOf is that of a translation, by the name of its file; empty for the
// language a flow is written in.
func languageOf(file string) string {
	if parts := translationName.FindStringSubmatch(filepath.Base(file)); parts != nil {
		return parts[2]
	}
	return ""
}

// pluralForms are the forms of a language in the order of the Unicode rules
// (CLDR): those of whole numbers, and with them that of fractions, each with an
// example.
func pluralForms(tag language.Tag) (whole, all []plural.Form, examples map[plural.Form]string) {
	examples = map[plural.Form]string{}
	for n := range 200 {
		form := plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)
		if _, known := examples[form]; !known {
			whole, examples[form] = append(whole, form), strconv.Itoa(n)
		}
	}
	all = slices.Clone(whole)
	if form := plural.Cardinal.MatchPlural(tag, 1, 1, 1, 5, 5); !slices.Contains(all, form) {
		all, examples[form] = append(all, form), "1.5"
	}
	order := []plural.Form{plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other}
	inOrder := func(a, b plural.Form) int { return slices.Index(order, a) - slices.Index(order, b) }
	slices.SortFunc(whole, inOrder)
	slices.SortFunc(all, inOrder)
	return whole, all, examples
}

// pluralWords makes the choice among the forms of a word: as a translation's
// language has them, else as their number tells: one for all numbers, two as in
// English, three or four as in Russian.
func pluralWords(words []string, code string) (choose func(value string) string, err error) {
	for i, word := range words {
		if words[i] = strings.TrimSpace(word); words[i] == "" {
			return nil, ErrFormat
		}
	}
	guessed := code == ""
	if guessed {
		code = map[int]string{1: "zh", 2: "en", 3: "ru", 4: "ru"}[len(words)]
	}
	tag, err := language.Parse(code)
	if err != nil {
		return nil, ErrFormat
	}
	forms, all, examples := pluralForms(tag)
	if len(words) != len(forms) {
		if len(words) != len(all) {
			if guessed {
				return nil, ErrFormat
			}
			wanted := &PluralError{Language: code, Given: len(words)}
			for _, form := range forms {
				wanted.Want = append(wanted.Want, examples[form])
			}
			return nil, wanted
		}
		forms = all
	}
	return func(value string) string { return words[pluralPlace(forms, tag, value)] }, nil
}

// pluralPlace is the place of a value's form. A fraction in a language that
// gives no word for it takes that of few things, as Russian does, else the last.
func pluralPlace(forms []plural.Form, tag language.Tag, value string) int {
	last := len(forms) - 1
	clean := strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(strings.TrimPrefix(strings.TrimSpace(value), "-"))
	number, ok := calc.Number(clean)
	if !ok {
		return last
	}
	whole, fraction, _ := strings.Cut(number.Trim(0).String(), ".")
	if len(whole) > 9 {
		whole = whole[len(whole)-9:]
	}
	fraction = fraction[:min(len(fraction), 6)]
	i, _ := strconv.Atoi(whole)    // digits alone
	f, _ := strconv.Atoi(fraction) // likewise, or none
	form := plural.Cardinal.MatchPlural(tag, i, len(fraction), len(fraction), f, f)
	if at := slices.Index(forms, form); at >= 0 {
		return at
	}
	if at := slices.Index(forms, plural.Few); at >= 0 {
		return at
	}
	return last
}

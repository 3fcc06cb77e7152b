package flows

import (
	"errors"
	"slices"
	"strings"

	"voronka/flows/calc"
	"voronka/sales"
)

// ErrFormat is a form behind | that does not exist.
var ErrFormat = errors.New("unknown form")

// format writes a value as #{value|form} asks; what does not fit the form is
// written as it is.
type format func(value string) string

// splitFormat cuts the form off "count|plural:урок,урока,уроков". A | within
// quotes, or doubled, is none.
func splitFormat(inner string) (value, form string) {
	var quote rune
	chars := []rune(inner)
	for i, char := range chars {
		switch {
		case quote != 0:
			if char == quote {
				quote = 0
			}
		case char == '\'' || char == '"':
			quote = char
		case char == '|' && (i == 0 || chars[i-1] != '|') && (i+1 == len(chars) || chars[i+1] != '|'):
			return strings.TrimSpace(string(chars[:i])), strings.TrimSpace(string(chars[i+1:]))
		}
	}
	return inner, ""
}

// parseFormat reads a form:
//
//	plural:урок,урока,уроков   5 уроков; as many words as the language has forms
//	word:урок,урока,уроков     уроков
//	money                      4 900
//	upper, lower, capital      letters
//	d MMMM yyyy, HH:mm         a date
func parseFormat(form, language string) (format, error) {
	name, rest, _ := strings.Cut(form, ":")
	switch strings.TrimSpace(name) {
	case "plural", "word":
		choose, err := pluralWords(strings.Split(rest, ","), language)
		if err != nil {
			return nil, err
		}
		return counted(strings.TrimSpace(name) == "plural", choose, language), nil
	case "money":
		return formatMoney, nil
	case "upper":
		return strings.ToUpper, nil
	case "lower":
		return strings.ToLower, nil
	case "capital":
		return capital, nil
	}
	if !datePattern(form) {
		return nil, ErrFormat
	}
	return func(value string) string {
		if shown, ok := calc.FormatText(value, form); ok {
			return shown
		}
		return value
	}, nil
}

// counted writes a word alone, or behind its number.
func counted(withNumber bool, choose func(string) string, language string) format {
	return func(value string) string {
		word := choose(value)
		if !withNumber {
			return word
		}
		if language != "en" {
			value = strings.Replace(value, ".", ",", 1)
		}
		return value + " " + word
	}
}

func formatMoney(value string) string {
	if amount, err := sales.ParseMoney(value); err == nil {
		return amount.String()
	}
	return value
}

func capital(value string) string {
	for i, char := range value {
		return strings.ToUpper(string(char)) + value[i+len(string(char)):]
	}
	return value
}

// datePattern tells whether a form is made of the letters of a date.
func datePattern(form string) bool {
	known := []string{"d", "dd", "M", "MM", "MMM", "MMMM", "yy", "yyyy", "E", "EEE", "EEEE", "H", "HH", "mm"}
	found := false
	for i := 0; i < len(form); {
		end := i + 1
		for end < len(form) && form[end] == form[i] {
			end++
		}
		letter := form[i] >= 'a' && form[i] <= 'z' || form[i] >= 'A' && form[i] <= 'Z'
		if letter && !slices.Contains(known, form[i:end]) {
			return false
		}
		found, i = found || letter, end
	}
	return found
}

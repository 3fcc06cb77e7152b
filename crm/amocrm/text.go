package amocrm

import "strconv"

// Longest texts. amoCRM publishes no limits; names are cut at what a database
// column commonly takes, notes and tasks at what people can still read.
const (
	longestName = 255
	longestText = 20000
)

func short(name string) string { return cut(name, longestName) }

// cut shortens a text to a number of characters and shows that it did.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

func id(n number) string { return strconv.FormatInt(int64(n), 10) }

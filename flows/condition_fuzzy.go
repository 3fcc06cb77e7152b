package flows

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of fuzzy matching: likeness in percent where the rule does not say,
// the longest text worth comparing, the most words that may change places.
const (
	defaultThreshold = 75
	minThreshold     = 50
	maxFuzzy         = 100
	maxSwapped       = 4
)

// alike tells whether two folded texts are alike by threshold percent or more,
// in the order of their words or in any other when they are few. It is the
// share of letters that stay when the fewest are changed.
func alike(a, b string, threshold int) bool {
	if a == b {
		return true
	}
	if near(a, b, threshold) {
		return true
	}
	if !strings.Contains(a, " ") || !strings.Contains(b, " ") {
		return false
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > maxSwapped || len(y) > maxSwapped {
		return false
	}
	slices.Sort(x)
	slices.Sort(y)
	return near(strings.Join(x, " "), strings.Join(y, " "), threshold)
}

func near(a, b string, threshold int) bool {
	long, short := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if long < short {
		long, short = short, long
	}
	// As many letters as the lengths differ by are changed at least.
	if long == 0 || long > maxFuzzy || short*100 < threshold*long {
		return false
	}
	return (long-distance([]rune(a), []rune(b)))*100 >= threshold*long
}

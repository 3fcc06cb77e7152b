package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var durationPart = regexp.MustCompile(`^(\d{1,6})\s*(s|m|h|d|w)\s*`)

// maxDuration keeps sums far from overflow; nobody plans a funnel for longer.
const maxDuration = 10 * 366 * 24 * time.Hour

// ParseDuration reads 30s, 30m, 24h, 3d, 2w or a sum of them; a day is 24
// hours. Nothing, a sign, a bare number or more than ten years is refused.
func ParseDuration(s string) (time.Duration, bool) {
	units := map[string]time.Duration{
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}
	rest := strings.TrimSpace(s)
	var total time.Duration
	for rest != "" {
		part := durationPart.FindStringSubmatch(rest)
		if part == nil {
			return 0, false
		}
		count, _ := strconv.Atoi(part[1])
		if time.Duration(count) > maxDuration/units[part[2]] {
			return 0, false
		}
		if total += time.Duration(count) * units[part[2]]; total > maxDuration {
			return 0, false
		}
		rest = rest[len(part[0]):]
	}
	return total, strings.TrimSpace(s) != ""
}

// FormatDuration writes a duration as ParseDuration reads it: "1d12h".
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	var text strings.Builder
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if count := d / unit.size; count > 0 {
			text.WriteString(strconv.Itoa(int(count)) + unit.name)
			d %= unit.size
		}
	}
	return text.String()
}

// maxWord is beyond any word of the language.
const maxWord = 100

// Nearest is the known word most like the given one, empty when none is
// close. One that the given word begins, "usn" of "usn_income", is the closest.
func Nearest(word string, known []string) string {
	if len(word) > maxWord {
		return ""
	}
	word = strings.ToLower(word)
	best, bestDistance := "", len([]rune(word))/2+1
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		d := distance([]rune(word), []rune(strings.ToLower(candidate)))
		if len(word) > 2 && strings.HasPrefix(strings.ToLower(candidate), word) {
			d = 0
		}
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance counts the letters to be changed, added, left out, or swapped with
// their neighbour.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			rows[i][j] = min(cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

func contains(list []string, word string) bool { return slices.Contains(list, word) }

func joinSorted(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

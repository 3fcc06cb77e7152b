package amocrmtest

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"testing"
)

// TestEveryWordIsThere: both languages have the words that the pages use, and no other.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, name := range []string{"page/board.js", "page/board.html", "page/pay.html"} {
		text, err := fs.ReadFile(pages, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range regexp.MustCompile(`\b[wW]ords\.([a-z]+)`).FindAllSubmatch(text, -1) {
			used[string(hit[1])] = true
		}
	}
	want := slices.Sorted(maps.Keys(used))
	for _, lang := range []string{"ru", "en"} {
		if have := slices.Sorted(maps.Keys(words(lang))); !slices.Equal(have, want) {
			t.Errorf("%s has %v, the page uses %v", lang, have, want)
		}
	}
}

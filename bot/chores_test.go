package bot

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestChoresAreDeclared holds the owner's page of what is done by the clock, and
// of what is swept, to what really is.
func TestChoresAreDeclared(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../docs/ru/clock.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{"1s": "раз в секунду", "10s": "раз в десять секунд", "1m": "раз в минуту", "1h": "раз в час"}
	told := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\|[^|]*<!-- (\w+) --> \| ([^|]+) \|`).FindAllStringSubmatch(string(raw), -1) {
		told[row[1]] = row[2]
	}
	b := &Bot{}
	done := map[string]string{"backup": words["1h"]} // cmd/voronka makes the copies
	for _, one := range slices.Concat(b.due(), b.chores()) {
		done[one.name] = words[one.every]
	}
	if diff := cmp.Diff(done, told); diff != "" {
		t.Errorf("what is done (-) and told (+):\n%s", diff)
	}
	for _, one := range b.leftovers() {
		if !strings.Contains(string(raw), "<!-- "+one.prefix+" -->") {
			t.Errorf("nothing is told of %s", one.prefix)
		}
	}
}

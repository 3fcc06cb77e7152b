package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFaultsHaveTheirTests wants every row of the lists of faults and traps to
// name tests, and every test that it names to be there.
func TestFaultsHaveTheirTests(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"faults.md", "amocrm-traps.md", "telegram-traps.md"} {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			namesTests(t, list)
		})
	}
}

func namesTests(t *testing.T, list string) {
	t.Helper()
	named := regexp.MustCompile("`([a-z0-9/]+)\\.(Test\\w+)`")
	rooms := map[string]string{}
	rows := 0
	for line := range strings.Lines(read(t, list)) {
		if !strings.HasPrefix(line, "| ") || strings.HasSuffix(line, "| tests |\n") {
			continue
		}
		rows++
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("no test is named in %s", line)
		}
		for _, one := range tests {
			if rooms[one[1]] == "" {
				rooms[one[1]] = testsOf(t, one[1])
			}
			if !strings.Contains(rooms[one[1]], "\nfunc "+one[2]+"(") {
				t.Errorf("there is no %s in %s", one[2], one[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows were found", rows)
	}
}

// testsOf is the text of all tests of a room.
func testsOf(t *testing.T, room string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(room), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", room, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

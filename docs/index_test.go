package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestIndexIsWhole wants every page in the index, which is where readers begin.
func TestIndexIsWhole(t *testing.T) {
	t.Parallel()
	index := read(t, "ru/README.md")
	for _, page := range pages(t, "ru/*.md") {
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(index, "("+name+")") {
			t.Errorf("docs/ru/README.md does not lead to %s", name)
		}
	}
}

// TestCommandsAreListed wants every command of the program in both READMEs.
func TestCommandsAreListed(t *testing.T) {
	t.Parallel()
	commands := regexp.MustCompile("(?m)^\t(\\w+) +\\w+Command +`cmd:").FindAllStringSubmatch(read(t, "../cmd/voronka/main.go"), -1)
	if len(commands) < 15 {
		t.Errorf("only %d commands found", len(commands))
	}
	for _, command := range commands {
		word := "`voronka " + strings.ToLower(command[1])
		if command[1] == "Config" {
			word = "`voronka help config"
		}
		for _, page := range []string{"../README.md", "../README.ru.md"} {
			if !strings.Contains(read(t, page), word) {
				t.Errorf("%s does not list %s`", page, word)
			}
		}
	}
}

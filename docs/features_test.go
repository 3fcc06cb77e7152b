package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page of features answers rows of the reference's table, by the names of
// those rows in comments.
const (
	featuresPage      = "ru/features.md"
	featuresReference = "../../shared/reference/features.md"
)

var (
	featureRow = regexp.MustCompile(`(?m)^\| (\d+\.\d+) <!-- (.+?) --> \|[^|]+\|(.+)\|$`)
	rowNumber  = regexp.MustCompile(`\d+\.\d+`)
	trapName   = regexp.MustCompile(`TestTrap\w+`)
)

// TestFeaturesAreDone wants the YAML or the command of every row, or a plain
// word that there is none yet.
func TestFeaturesAreDone(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, one := range blocks(t) {
		for line := range strings.Lines(one.text) {
			if _, said, commented := strings.Cut(line, "# "); one.file == featuresPage && commented {
				for _, number := range rowNumber.FindAllString(said, -1) {
					shown[number] = true
				}
			}
		}
	}
	rows := featureRow.FindAllStringSubmatch(read(t, featuresPage), -1)
	if len(rows) < 40 {
		t.Errorf("only %d rows found", len(rows))
	}
	for _, row := range rows {
		number, answer := row[1], strings.TrimSpace(row[3])
		without := strings.HasPrefix(answer, "Пока нет: ") || strings.Contains(answer, "Частично: ")
		if !shown[number] && !without && !strings.Contains(answer, "`voronka ") {
			t.Errorf("row %s shows neither YAML nor a command, and gives no reason", number)
		}
		delete(shown, number)
	}
	for number := range shown {
		t.Errorf("an example speaks of row %s, which is not there", number)
	}
}

// TestFeaturesAreAll compares the page with the reference, where that is at hand.
func TestFeaturesAreAll(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(featuresReference)
	if err != nil {
		t.Logf("NOT COMPARED with the reference: %v", err)
		return
	}
	named := map[string]bool{}
	for _, row := range featureRow.FindAllStringSubmatch(read(t, featuresPage), -1) {
		section, _, _ := strings.Cut(row[1], ".")
		named[section+" "+row[2]] = true
	}
	wanted := strings.Fields("1 2 3 4 5 8 13 15 16 17 18 19")
	section, count := "", 0
	for line := range strings.Lines(string(text)) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section, _, _ = strings.Cut(heading, ".")
		}
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), `\|`, "¦"), "|")
		if !slices.Contains(wanted, section) || len(cells) < 9 || !aimed(cells[len(cells)-2]) {
			continue
		}
		count++
		// What stands in brackets explains the name.
		name, _, _ := strings.Cut(strings.TrimSpace(cells[1]), " (")
		name, _, _ = strings.Cut(name, " `")
		if key := section + " " + name; !named[key] {
			t.Errorf("%s does not name %q of section %s", featuresPage, name, section)
		} else {
			delete(named, key)
		}
	}
	for name := range named {
		t.Errorf("%s names %q, which the reference does not aim at", featuresPage, name)
	}
	if count == 0 {
		t.Errorf("no row is read from %s", featuresReference)
	}
}

// aimed tells whether a row's target is M, a must, or D, a difference.
func aimed(target string) bool {
	target = strings.Trim(target, " *")
	return strings.HasPrefix(target, "M") || strings.HasPrefix(target, "D")
}

// TestTrapsAreListed holds the list of traps and the tests of that name together.
func TestTrapsAreListed(t *testing.T) {
	t.Parallel()
	listed := trapName.FindAllString(read(t, featuresPage), -1)
	var written []string
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, found := range regexp.MustCompile(`(?m)^func (TestTrap\w+)`).FindAllStringSubmatch(read(t, filepath.Join("..", path)), -1) {
			if found[1] != "TestTrapsAreListed" {
				written = append(written, found[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(listed)
	slices.Sort(written)
	if !slices.Equal(listed, written) {
		t.Errorf("listed  %v\nwritten %v", listed, written)
	}
}

// Package docs_test keeps the pages true: every example loads, every link
// leads somewhere, every word of the language and every setting is explained.
package docs_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/dialogs"
	"voronka/flows/steps"
	"voronka/locales"
)

var update = flag.Bool("update", false, "redraw the diagrams of the READMEs")

// block is one ```yaml example of a page.
type block struct {
	file string
	line int
	// place says where a piece belongs: the HTML comment in the line above.
	place, text string
	// beside are the whole flows of the same page, by file name.
	beside fstest.MapFS
}

// TestExamplesLoad loads every example as `voronka lint` would. One that begins
// with flow: is a whole file. Of a piece, the comment above it says where it
// belongs: <!-- file --> for sections of a file, <!-- do --> for steps, <!-- test --> for a test of the ready funnel; what it
// leads to outside itself is added here.
func TestExamplesLoad(t *testing.T) {
	t.Parallel()
	found := blocks(t)
	if len(found) < 20 {
		t.Errorf("only %d examples found under docs/ru", len(found))
	}
	for _, one := range found {
		t.Run(fmt.Sprintf("%s:%d", filepath.Base(one.file), one.line), func(t *testing.T) {
			t.Parallel()
			for _, diagnostic := range one.check() {
				t.Errorf("%s: line %d of the example: %s %v\n%s", one.name(), diagnostic.Pos.Line, diagnostic.Code, diagnostic.Args, diagnostic.Source)
			}
		})
	}
}

func (b block) name() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// check gives what keeps an example from loading.
func (b block) check() []flows.Diagnostic {
	loader := flows.Loader{Kinds: steps.All()}
	if b.place == "test" {
		return b.play(loader)
	}
	if strings.HasPrefix(b.text, "flow:") {
		_, found := loader.LoadText("example.yaml", b.text)
		return found
	}
	piece := scaffold{text: b.text}
	switch b.place {
	case "file":
	case "do":
		piece.text = "states:\n  begin2:\n    do:\n" + indent(b.text, "      ") + "    end: true\n"
	default:
		return []flows.Diagnostic{{Code: "no_place", Severity: flows.Error,
			Source: "write <!-- file --> or <!-- do --> in the line above the example, or begin it with flow:"}}
	}
	for {
		found := b.load(loader, piece.build())
		if !piece.add(found) {
			// The questions around the piece are not its own.
			return slices.DeleteFunc(found, func(one flows.Diagnostic) bool {
				return strings.HasPrefix(one.Code, "personal_") && one.Args["State"] == "begin"
			})
		}
	}
}

// load reads a piece together with the whole flows of its page.
func (b block) load(loader flows.Loader, text string) []flows.Diagnostic {
	_, found := loader.LoadText("example.yaml", text)
	if !slices.ContainsFunc(found, func(one flows.Diagnostic) bool { return one.Code == "unknown_flow" }) {
		return found
	}
	folder := maps.Clone(b.beside)
	folder["example.yaml"] = &fstest.MapFile{Data: []byte(text)}
	_, found, err := loader.LoadFS(folder, "")
	if err != nil {
		return []flows.Diagnostic{{Code: "no_folder", Source: err.Error()}}
	}
	return slices.DeleteFunc(found, func(one flows.Diagnostic) bool { return one.Pos.File != "example.yaml" || one.Code == "no_file" })
}

// play plays an example of a test against the ready funnel.
func (b block) play(loader flows.Loader) []flows.Diagnostic {
	project, found, err := loader.LoadFS(catalog.FS, "catalog")
	if err != nil || project == nil {
		return found
	}
	suite, found := dialogs.Read("course_test.yaml", []byte(b.text), nil)
	if suite == nil {
		return found
	}
	for i := range suite.Dialogs {
		if failure := suite.Play(&suite.Dialogs[i], flows.Engine{}, project.Flow(suite.Flow), nil); failure != nil {
			found = append(found, flows.Diagnostic{Pos: failure.Pos, Code: failure.Code, Source: failure.Line})
		}
	}
	return found
}

// scaffold is the rest of a file around a piece.
type scaffold struct {
	text string
	// stubs are states that the piece leads to, doors those it is entered by.
	stubs, doors []string
	// segments are those that the page declares elsewhere.
	segments []string
}

// add takes states that a piece names and leaves to the reader; false when
// there are none, or something else is wrong.
func (s *scaffold) add(found []flows.Diagnostic) bool {
	added := false
	for _, one := range found {
		state, _ := one.Args["State"].(string)
		switch {
		case one.Code == "unknown_state" && !slices.Contains(s.stubs, state):
			s.stubs, added = append(s.stubs, state), true
		case one.Code == "unknown_segment":
			s.segments, added = append(s.segments, one.Args["Segment"].(string)), true
		case one.Code == "unreachable" && !slices.Contains(s.doors, state):
			s.doors, added = append(s.doors, state), true
		}
	}
	return added
}

func (s *scaffold) build() string {
	text := s.text
	has := func(key string) bool { return regexp.MustCompile(`(?m)^` + key + `:`).MatchString(text) }
	if len(s.segments) > 0 {
		text += "segments: {" + strings.Join(s.segments, ": 1 > 0, ") + ": 1 > 0}\n"
	}
	if !has("products") {
		text += "products:\n  course: {title: Курс, price: 4900, deliver: {link: 'https://example.ru/course'}}\n" +
			"  mini: {title: Мини-курс, price: 990, deliver: {link: 'https://example.ru/mini'}}\n"
	}
	if !has("start") {
		text += "start: begin\n"
	}
	if !has("states") {
		text += "states:\n"
	}
	added := "  begin:\n    do: [{ask: Почта?, into: email, as: email}, {ask: Телефон?, into: phone, as: phone}, {ask: Город?, into: city}]\n    on:\n      - {text: ничего, do: [{say: Ничего}]}\n"
	for i, door := range s.doors {
		added += fmt.Sprintf("      - {success: %s, if: city == '%d'}\n", door, i)
	}
	for _, stub := range s.stubs {
		added += "  " + stub + ": {end: true}\n"
	}
	return strings.Replace(text, "states:\n", "states:\n"+added, 1)
}

func indent(text, by string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(by + line)
	}
	return out.String()
}

var comment = regexp.MustCompile(`^<!--\s*(\w+)\s*-->$`)

func blocks(t *testing.T) []block {
	t.Helper()
	var all []block
	for _, file := range pages(t, "ru/*.md") {
		beside := fstest.MapFS{}
		var open *block
		last := ""
		for i, line := range strings.Split(read(t, file), "\n") {
			switch {
			case open == nil && line == "```yaml":
				open = &block{file: file, line: i + 1, beside: beside}
				if place := comment.FindStringSubmatch(last); place != nil {
					open.place = place[1]
				}
			case open != nil && line == "```":
				all = append(all, *open)
				if name, whole := strings.CutPrefix(strings.SplitN(open.text, "\n", 2)[0], "flow: "); whole {
					beside[name+".yaml"] = &fstest.MapFile{Data: []byte(open.text)}
				}
				open = nil
			case open != nil:
				open.text += line + "\n"
			}
			last = line
		}
		if open != nil {
			t.Errorf("%s: the example is not closed", open.name())
		}
	}
	return all
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinksLead follows every relative link of the pages.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	for _, file := range append(pages(t, "ru/*.md"), pages(t, "../*.md")...) {
		for _, found := range link.FindAllStringSubmatch(read(t, file), -1) {
			target, _, _ := strings.Cut(found[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", file, found[1])
			}
		}
	}
}

// TestLanguageIsExplained wants every word of the language in the reference.
func TestLanguageIsExplained(t *testing.T) {
	t.Parallel()
	reference := read(t, "ru/reference.md")
	words := slices.Concat(flows.ConditionKeys(), flows.Builtins(), flows.TextKeys())
	for _, kind := range steps.All() {
		words = append(words, kind.Word)
	}
	for _, word := range words {
		if !strings.Contains(reference, "`"+word+"`") {
			t.Errorf("docs/ru/reference.md does not explain `%s`", word)
		}
	}
}

// TestSettingsAreExplained wants every setting in the owners' table and in both READMEs.
func TestSettingsAreExplained(t *testing.T) {
	t.Parallel()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range catalog.Keys("ru") {
		name, isSetting := strings.CutPrefix(key, "settings.about.")
		if !isSetting {
			continue
		}
		for _, page := range []string{"ru/settings.md", "../README.md", "../README.ru.md"} {
			if !strings.Contains(read(t, page), "`"+name+"`") {
				t.Errorf("%s does not explain `%s`", page, name)
			}
		}
	}
}

var mermaid = regexp.MustCompile("(?s)```mermaid\n(.*?)```")

// TestDiagrams compares the diagrams of the READMEs with what `voronka graph`
// draws of the ready funnel; -update redraws them.
func TestDiagrams(t *testing.T) {
	t.Parallel()
	project, _, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "flows/catalog")
	if err != nil || project == nil {
		t.Fatalf("the ready funnel does not load: %v", err)
	}
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, page := range map[string]string{"en": "../README.md", "ru": "../README.ru.md"} {
		want := flows.NewDiagram(project.Flow("course"), func(key string, args map[string]any) string { return words.Text(lang, key, args) }, nil).Mermaid()
		text := read(t, page)
		if *update {
			text = mermaid.ReplaceAllLiteralString(text, "```mermaid\n"+want+"```")
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		found := mermaid.FindStringSubmatch(text)
		if found == nil {
			t.Errorf("%s has no diagram", page)
			continue
		}
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(found[1], "\n")); diff != "" {
			t.Errorf("%s: the diagram is old, redraw it with: go test ./docs -update (-want +got):\n%s", page, diff)
		}
	}
}

func pages(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages at %s: %v", pattern, err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

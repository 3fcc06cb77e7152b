package docs_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/locales"
)

// TestCatalogOfChecks compares docs/ru/lint.md with the checks there are: each
// with its words and the line of a flow that it is about, from the checker's
// own golden archives. -update writes the page.
func TestCatalogOfChecks(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(catalogHead)
	examples := findings(t)
	for _, key := range words.Keys("ru") {
		code, isFix := strings.CutSuffix(strings.TrimPrefix(key, "lint."), ".fix")
		if !isFix || !strings.HasPrefix(key, "lint.") || !words.Has("ru", "lint."+code) {
			continue
		}
		fmt.Fprintf(&page, "\n## %s\n\n", code)
		one, known := examples[code]
		if !known {
			continue
		}
		args := maps.Clone(one.Args)
		if outcome, ok := args["Outcome"].(string); ok {
			args["Meaning"] = words.Text("ru", "lint.outcome."+outcome, nil)
		}
		severity := words.Text("ru", "lint.severity."+string(one.Severity), nil)
		if line := strings.TrimSpace(printable(one.Source)); line != "" {
			fmt.Fprintf(&page, "```\n%s\n```\n\n", clip(line))
		}
		fmt.Fprintf(&page, "%s: %s. Как исправить: %s.\n", severity, plain(words.Text("ru", "lint."+code, args)), plain(words.Text("ru", "lint."+code+".fix", args)))
	}
	if *update {
		if err := os.WriteFile("ru/lint.md", []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(page.String(), "\n"), strings.Split(read(t, "ru/lint.md"), "\n")); diff != "" {
		t.Errorf("docs/ru/lint.md is old, write it anew with: go test ./docs -run Checks -update (-want +got):\n%s", diff)
	}
}

const catalogHead = `# Каталог проверок

Здесь все проверки ` + "`voronka lint`" + ` с примером каждой. Страницу пишет тест по самим проверкам, поэтому она не отстаёт от программы.

- ` + "`voronka lint flows`" + ` — для людей;
- ` + "`voronka lint --json flows`" + ` — для программ: ` + "`code`" + ` каждой находки и есть заголовок ниже;
- ` + "`voronka lint --sarif flows`" + ` — SARIF 2.1.0: GitHub и GitLab покажут находки прямо в правке.

Ошибка не пускает воронку в работу, предупреждение — пускает.
`

// findings gives one finding of each code.
func findings(t *testing.T) map[string]flows.Diagnostic {
	t.Helper()
	found := map[string]flows.Diagnostic{}
	loader := flows.Loader{Kinds: steps.All(), Shops: []string{"books"}}
	add := func(files fs.FS) {
		_, list, err := loader.LoadFS(files, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if _, seen := found[one.Code]; !seen {
				found[one.Code] = one
			}
		}
	}
	heavy := make([]byte, 50<<20+1)
	names, err := filepath.Glob("../flows/testdata/lint/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				add(fstest.MapFS{
					file.Name: {Data: unescaped(file.Data)}, "files/photo.jpg": {Data: []byte("jpg")}, "files/empty.pdf": {},
					"files/banner.png": {Data: banner(t)}, "files/heavy.jpg": {Data: heavy}, "files/movie.mp4": {Data: heavy},
				})
			}
		}
	}
	own, err := os.ReadFile("testdata/checks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	add(fstest.MapFS{"checks.yaml": {Data: own}, "files/photo.jpg": {Data: []byte("jpg")}})
	const small = "start: a\nstates:\n  a: {end: true, do: [{say: Привет}]}\n"
	add(fstest.MapFS{"readme.txt": {}})
	add(fstest.MapFS{"a.yaml": {Data: []byte("flow: a\n" + small)}, "b.yaml": {Data: []byte("flow: a\n" + small)}, "c.yml": {}})
	const buyers = "segments: {buyers: orders_paid > 0}\nhooks: {done: {phone: phone}}\n"
	add(fstest.MapFS{"a.yaml": {Data: []byte(small + buyers)}, "b.yaml": {Data: []byte(small + buyers)}})
	add(fstest.MapFS{"a.yaml": {Data: []byte(small)}, "a.en.yaml": {Data: []byte("states: {a: {ask: Hello}}\n")}, "a.de.yaml/x": {}})
	add(fstest.MapFS{
		"c.yaml":    {Data: []byte("start: a\nstates:\n  a: {end: true, do: [{say: \"#{n|plural:урок,урока,уроков}\"}, {set: {n: 1}}]}\n")},
		"c.en.yaml": {Data: []byte("states: {a: {say: \"#{n|plural:lesson,lessons,lessons}\"}}\n")},
	})
	for code, one := range byHand() {
		if _, seen := found[code]; !seen {
			found[code] = one
		}
	}
	return found
}

// banner is a picture that is far wider than high.
func banner(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 2100, 100))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// byHand are examples of what a small flow cannot show: checks of tests, and
// of formulas beyond any size.
func byHand() map[string]flows.Diagnostic {
	example := func(source string, args ...any) flows.Diagnostic {
		one := flows.Diagnostic{Severity: flows.Error, Source: source, Args: map[string]any{}}
		for i := 0; i+1 < len(args); i += 2 {
			one.Args[args[i].(string)] = args[i+1]
		}
		return one
	}
	return map[string]flows.Diagnostic{
		"bad_moment":           example("at: завтра", "Value", "завтра"),
		"no_dialogs":           example("flow: course.yaml"),
		"dialog_without_steps": example("- {name: Покупка}"),
		"second_line":          example("- {customer: Привет, bot: Здравствуйте}", "Key", "bot", "First", "customer"),
		"not_of_action":        example("- {not: {customer: Привет}}", "Key", "customer"),
		"choose_too_many":      example("- {choose: Город?, into: city, options: [Абакан, Анапа, …]}", "Max", 1000),
		"http_address":         example(`- {http: "#{server}/orders"}`, "Link", "#{server}/orders"),
		"formula_forbidden":    example(`- {set: {x: "=map(list, # + 1)"}}`, "Formula", "map(list, # + 1)", "Detail", "#"),
		"formula_lines":        example("- {calc: x = 1; …}", "Max", 200),
		"formula_long":         example(`- {set: {x: "=1 + 1 + 1 + …"}}`, "Detail", 2000),
	}
}

func unescaped(data []byte) []byte {
	var states strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&states, "  s%d: {end: true}\n", i)
	}
	return []byte(strings.NewReplacer("<TAB>", "\t", "<BAD>", "\xff", "<HIDDEN>", "\uf8f0", "<LONG>", strings.Repeat("я", 4097),
		"<1025>", strings.Repeat("😀", 513), "<EMPTY>\n", "", "<STATES>", states.String(), "<LINES>", strings.Repeat("          x = 1\n", 201), "<BIG>", strings.Repeat("# больше\n", 1<<17)).Replace(string(data)))
}

func printable(line string) string {
	return strings.Map(func(char rune) rune {
		if char < ' ' || char == '\uf8f0' || char == '\ufffd' {
			return '·'
		}
		return char
	}, line)
}

// clip keeps a line that a reader can take in.
func clip(line string) string {
	if runes := []rune(line); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return line
}

// plain is one line without a full stop, and nothing that Markdown would take for a link.
func plain(text string) string {
	text = strings.Join(strings.Fields(printable(text)), " ")
	return shorten(strings.NewReplacer("](", "] (", "<", "&lt;").Replace(strings.TrimSuffix(text, ".")))
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 600 {
		return string(runes[:599]) + "…"
	}
	return text
}

// TestChecksHaveExamples wants a line of a flow for each check.
func TestChecksHaveExamples(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	examples := findings(t)
	var without []string
	elsewhere := []string{"project_unread"} // of a folder, see flows/mirroring_test.go
	for _, key := range words.Keys("ru") {
		code, isFix := strings.CutSuffix(strings.TrimPrefix(key, "lint."), ".fix")
		if _, known := examples[code]; isFix && strings.HasPrefix(key, "lint.") && words.Has("ru", "lint."+code) && !known && !slices.Contains(elsewhere, code) {
			without = append(without, code)
		}
	}
	slices.Sort(without)
	if len(without) > 0 {
		t.Errorf("checks without an example in flows/testdata/lint: %s", strings.Join(without, ", "))
	}
}

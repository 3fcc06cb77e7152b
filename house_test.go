// Package voronka_test holds the rules of the house: which room may import
// which, and how the files look. It reads the tree and needs no other tool.
package voronka_test

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room says what a package may import of this module.
type room struct {
	// may is what all its files may import.
	may []string
	// tests is what its _test.go files may import besides: the fakes and suites
	// they are tried with. The room itself is always allowed there.
	tests []string
}

// everything lets a room import any other; only the wiring needs it.
const everything = "*"

// house is every room. The arrows point inwards: from the wiring to the
// adapters, from adapters to their port, from ports to the nouns.
func house() map[string]room {
	standIns := []string{ // what stands around a room that is tried as a whole
		"flows/steps", "flows/catalog", "locales", "storage/bolt", "bot/telegram", "payments/tbank", "crm/amocrm",
		"bot/telegramtest", "payments/tbanktest", "crm/amocrmtest",
	}
	return map[string]room{
		".":           {},
		"docs":        {tests: []string{"flows", "flows/steps", "flows/catalog", "flows/dialogs", "locales"}},
		"cmd/voronka": {may: []string{everything}},

		"sales":   {},
		"locales": {tests: []string{"flows", "flows/steps"}},

		"internal/codec":  {},
		"internal/outbox": {may: []string{"sales", "internal/codec"}},
		"internal/rest":   {may: []string{"sales"}},
		"internal/seal":   {},
		"internal/ticks":  {},

		"flows/calc":    {},
		"flows":         {may: []string{"sales", "flows/calc"}, tests: []string{"flows/steps", "locales"}},
		"flows/steps":   {may: []string{"sales", "flows", "flows/calc"}, tests: []string{"locales"}},
		"flows/dialogs": {may: []string{"sales", "flows"}, tests: []string{"flows/steps", "flows/catalog", "locales"}},
		"flows/salebot": {may: []string{"flows"}, tests: []string{"flows/steps", "locales"}},
		"flows/drawing": {may: []string{"flows"}, tests: []string{"flows/steps", "flows/catalog", "locales"}},
		"flows/catalog": {tests: []string{"sales", "flows", "flows/steps", "locales"}},

		"payments":              {may: []string{"sales"}},
		"payments/paymentstest": {may: []string{"sales", "payments"}},
		"payments/tbank": {may: []string{"sales", "payments", "internal/rest"},
			tests: []string{"payments/paymentstest", "payments/tbanktest"}},
		"payments/tbanktest": {},

		"crm":         {may: []string{"sales"}},
		"crm/crmtest": {may: []string{"sales", "crm"}},
		"crm/amocrm": {may: []string{"sales", "crm", "internal/rest"},
			tests: []string{"crm/crmtest", "crm/amocrmtest"}},
		"crm/amocrmtest": {},

		"storage":             {may: []string{"sales", "flows", "internal/codec", "internal/outbox"}},
		"storage/storagetest": {may: []string{"sales", "flows", "internal/outbox", "storage"}},
		"storage/bolt": {may: []string{"sales", "flows", "internal/codec", "internal/outbox", "storage"},
			tests: []string{"storage/storagetest"}},
		"storage/postgres": {may: []string{"sales", "flows", "internal/outbox", "internal/codec", "storage"},
			tests: []string{"storage/storagetest", "storage/postgrestest"}},
		"storage/postgrestest": {},

		"bot": {may: []string{"sales", "flows", "payments", "crm", "storage", "internal/codec", "internal/outbox", "internal/ticks"},
			tests: append([]string{"storage/postgres", "storage/postgrestest"}, standIns...)},
		"bot/telegram": {may: []string{"sales", "flows", "bot", "internal/codec", "internal/rest"},
			tests: append([]string{"storage"}, standIns...)},
		"bot/telegramtest": {},

		// The benchmarks: a module of their own, which imports nothing of the product.
		"bench/talk":         {},
		"bench/botapi":       {},
		"bench/bound":        {may: []string{"bench/talk"}},
		"bench/handwritten":  {may: []string{"bench/talk"}},
		"bench/fill/cluster": {may: []string{"storage/postgrestest"}},
		"bench/fill":         {may: []string{"sales", "flows", "storage", "storage/bolt"}},
		"bench/load":         {may: []string{"bench/talk", "bench/botapi"}},
		"bench/goflow":       {tests: []string{"flows", "flows/steps"}}, // a module of its own, for goflow is AGPL

		"web":          {},
		"web/checkout": {may: []string{"sales", "flows", "storage", "internal/outbox", "bot", "web"}, tests: standIns},
		"web/console":  {may: []string{"sales", "flows", "storage", "internal/outbox", "bot", "web"}, tests: standIns},
		"web/demo":     {may: []string{"web"}, tests: standIns},
	}
}

// module is the path that our own imports begin with.
const module = "voronka/"

// TestArrows fails on every import that the table above does not allow.
func TestArrows(t *testing.T) {
	t.Parallel()
	rooms := house()
	for _, f := range tree(t) {
		own, known := rooms[f.room]
		if !known {
			t.Errorf("%s: the room %q is not in the house: give it a row in house() of house_test.go, with the rooms it may import", f.name, f.room)
			continue
		}
		for _, imported := range f.imports {
			to, ours := strings.CutPrefix(imported, module)
			if !ours || allows(own.may, to) || f.test && (to == f.room || allows(own.tests, to)) {
				continue
			}
			allowed := slices.Clone(own.may)
			if f.test {
				allowed = append(allowed, own.tests...)
			}
			t.Errorf("%s: %s must not import %s%s. Of this module it may import: %s. Move the code to where it is needed, or "+
				"declare a small interface here and let cmd/voronka pass the implementation", f.name, f.room, module, to,
				cmp.Or(strings.Join(allowed, ", "), "nothing"))
		}
	}
}

func allows(list []string, to string) bool {
	return slices.Contains(list, everything) || slices.Contains(list, to)
}

// TestTableKeepsTheLaws holds the table itself to the design: whoever adds a
// row cannot loosen these.
func TestTableKeepsTheLaws(t *testing.T) {
	t.Parallel()
	rooms := house()
	for name, one := range rooms {
		for _, to := range one.may {
			switch {
			case name == "sales" || name == "locales":
				t.Errorf("%s → %s: sales and locales import no other room", name, to)
			case adapter(name) && adapter(to) && path.Dir(name) == path.Dir(to):
				t.Errorf("%s → %s: adapters never see each other", name, to)
			case strings.HasSuffix(to, "test") && name != "cmd/voronka" && !strings.HasPrefix(name, "bench/"):
				t.Errorf("%s → %s: outside _test.go files only the demo's wiring and the benchmarks use fakes and suites", name, to)
			}
		}
		faked, isFake := strings.CutSuffix(name, "test")
		if _, exists := rooms[faked]; !isFake || !exists || !adapter(faked) {
			continue
		}
		if allows(append(slices.Clone(one.may), one.tests...), faked) {
			t.Errorf("%s → %s: a fake never imports the client it is a fake for, not in its tests either", name, faked)
		}
	}
}

// adapter tells whether a room is one adapter of a port.
func adapter(name string) bool {
	port := path.Dir(name)
	return slices.Contains([]string{"payments", "crm", "storage", "bot"}, port) && !strings.HasSuffix(name, "test")
}

// TestPurity keeps the engine a function of flow, session and input.
func TestPurity(t *testing.T) {
	t.Parallel()
	pure := []string{"sales", "flows", "flows/calc", "flows/steps", "flows/dialogs", "flows/salebot"}
	outside := []string{"net", "net/http", "os/exec", "os/signal", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog", "database/sql"}
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	for _, f := range tree(t) {
		if f.test || !slices.Contains(pure, f.room) {
			continue
		}
		for _, imported := range f.imports {
			loader := f.room == "flows" && strings.HasPrefix(path.Base(f.name), "load")
			if imported == "log/slog" && path.Base(f.name) == "log.go" {
				continue // what a noun shows of itself in a log; nothing is logged there
			}
			if slices.Contains(outside, imported) || imported == "os" && !loader {
				t.Errorf("%s imports %s: %s is pure. Make it an effect of the turn; files are read by flows/load*.go alone", f.name, imported, f.room)
			}
		}
		f.calls(func(pkg, name string, line int) {
			if pkg == "slog" && !strings.HasSuffix(name, "Value") && !slices.Contains([]string{"String", "Int", "Int64", "Any"}, name) {
				t.Errorf("%s:%d calls slog.%s: a pure room writes no log", f.name, line, name)
			}
			if pkg == "time" && slices.Contains(clock, name) {
				t.Errorf("%s:%d calls time.%s: the clock is Input.At", f.name, line, name)
			}
		})
	}
}

// TestNoHiddenWiring refuses what runs, or is linked in, without being called.
func TestNoHiddenWiring(t *testing.T) {
	t.Parallel()
	for _, f := range tree(t) {
		for _, one := range f.syntax.Imports {
			if one.Name == nil || one.Name.Name != "_" {
				continue
			}
			what, _ := strconv.Unquote(one.Path.Value)
			if what != "embed" && !(what == "time/tzdata" && strings.HasPrefix(f.room, "cmd/")) {
				t.Errorf("%s: blank import of %s: call what you need of it, by name, in the wiring", f.name, what)
			}
		}
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s:%d: func init: make it a function and call it from the wiring", f.name, f.line(fn.Pos()))
			}
		}
	}
}

// Sizes that a reader can hold.
const (
	maxFile     = 400
	maxTestFile = 600
	maxFunc     = 80
)

// TestSizes fails where a file or a function has outgrown its reader.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, f := range tree(t) {
		limit := maxFile
		if f.test {
			limit = maxTestFile
		}
		if lines := bytes.Count(f.text, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines, at most %d are allowed: split it by type or verb", f.name, lines, limit)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := f.line(fn.End()) - f.line(fn.Pos()) + 1; lines > maxFunc {
				t.Errorf("%s:%d: %s has %d lines, at most %d are allowed: name its parts", f.name, f.line(fn.Pos()), fn.Name.Name, lines, maxFunc)
			}
		}
	}
}

// TestPackageComments wants every package to say what it is for.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	explained, seen := map[string]bool{}, map[string]bool{}
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		seen[f.room] = true
		if doc := f.syntax.Doc.Text(); strings.HasPrefix(doc, "Package "+f.syntax.Name.Name+" ") || strings.HasPrefix(doc, "Command ") {
			explained[f.room] = true
		}
	}
	for name := range seen {
		if !explained[name] {
			t.Errorf("%s has no package comment: begin one of its files with // Package %s …", name, path.Base(name))
		}
	}
}

// TestHonestTests refuses tests that wait for luck or do not run.
func TestHonestTests(t *testing.T) {
	t.Parallel()
	for _, f := range tree(t) {
		if !f.test {
			continue
		}
		f.calls(func(pkg, name string, line int) {
			switch {
			case pkg == "time" && name == "Sleep":
				t.Errorf("%s:%d: time.Sleep in a test: inject a clock, or wait on a channel", f.name, line)
			case slices.Contains([]string{"t", "b", "f", "tb"}, pkg) && strings.HasPrefix(name, "Skip"):
				t.Errorf("%s:%d: %s.%s: a test runs or does not exist", f.name, line, pkg, name)
			}
		})
	}
}

// TestNoPromises refuses notes about work that is left to somebody else.
func TestNoPromises(t *testing.T) {
	t.Parallel()
	// Written apart, so that this file does not find itself.
	note := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|(?i)\bnot ` + `implemented\b`)
	for _, f := range tree(t) {
		for i, line := range bytes.Split(f.text, []byte("\n")) {
			if found := note.Find(line); found != nil {
				t.Errorf("%s:%d: %q: do it, or open an issue and say in the code what holds today", f.name, i+1, found)
			}
		}
	}
}

// source is one Go file of the tree.
type source struct {
	name, room string
	test       bool
	text       []byte
	imports    []string
	syntax     *ast.File
	files      *token.FileSet
}

func (s source) line(at token.Pos) int { return s.files.Position(at).Line }

// calls visits every call of the form x.Name(…).
func (s source) calls(visit func(x, name string, line int)) {
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if picked, ok := call.Fun.(*ast.SelectorExpr); ok {
			if x, ok := picked.X.(*ast.Ident); ok {
				visit(x.Name, picked.Sel.Name, s.line(call.Pos()))
			}
		}
		return true
	})
}

// tree parses all Go files of the module, but none of testdata and of hidden folders.
func tree(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.ContainsAny(entry.Name()[:1], "._") || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(files, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		one := source{
			name: name, room: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
			text: text, syntax: syntax, files: files,
		}
		for _, imported := range syntax.Imports {
			to, err := strconv.Unquote(imported.Path.Value)
			if err != nil {
				return err
			}
			one.imports = append(one.imports, to)
		}
		all = append(all, one)
		return nil
	})
	if err != nil {
		t.Fatalf("read the tree: %v", err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d Go files found: is the test run at the module's root?", len(all))
	}
	return all
}

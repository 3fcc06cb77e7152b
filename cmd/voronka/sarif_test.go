package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xeipuuv/gojsonschema"
)

// standard holds a log to the schema of OASIS (SARIF 2.1.0 with errata 01).
func standard(t *testing.T, schema *gojsonschema.Schema, text []byte) {
	t.Helper()
	result, err := schema.Validate(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	for _, fault := range result.Errors() {
		t.Errorf("%s\n%s", fault, text)
	}
}

// sarifSchema is that of OASIS as a library of the field carries it, which keeps
// it to itself.
func sarifSchema(t *testing.T) *gojsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", reflect.TypeFor[sarif.Report]().PkgPath()).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if one, is := n.(*ast.BasicLit); is && one.Kind == token.STRING && text == "" {
			text, err = strconv.Unquote(one.Value)
		}
		return true
	})
	if err != nil || !strings.Contains(text, "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json") {
		t.Fatalf("not the schema of OASIS: %.200s, %v", text, err)
	}
	schema, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestEveryFindingIsStandardSARIF prints all that the checker can find, from
// files with names as people give them.
func TestEveryFindingIsStandardSARIF(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	for text, why := range map[string]string{
		`{"version": "2.1.0"}`: "runs", `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "result": []}]}`: "result",
	} {
		if got, err := schema.Validate(gojsonschema.NewStringLoader(text)); err != nil || got.Valid() {
			t.Errorf("passes without %s: %v", why, err)
		}
	}
	archives, err := filepath.Glob("../../flows/testdata/lint/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, archive := range archives {
		pages, err := txtar.ParseFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "Моя воронка №1 100%")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, page := range pages.Files {
			if !strings.HasSuffix(page.Name, ".yaml") {
				continue
			}
			file := filepath.Join(dir, "две воронки: "+page.Name)
			if err := os.WriteFile(file, page.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, lang := range []string{"ru", "en"} {
				a, out := testApp(t, lang)
				_ = (&lintCommand{Dir: file, SARIF: true}).Run(a) // most of them are at fault
				standard(t, schema, out.Bytes())
			}
		}
	}
	for file, want := range map[string]string{
		"flows/course.yaml": "flows/course.yaml", "моя воронка.yaml": "%D0%BC%D0%BE%D1%8F%20%D0%B2%D0%BE%D1%80%D0%BE%D0%BD%D0%BA%D0%B0.yaml",
		"a:b.yaml": "./a:b.yaml", "/srv/100%.yaml": "file:///srv/100%25.yaml",
	} {
		if got := address(file); got != want {
			t.Errorf("%s is %s, want %s", file, got, want)
		}
	}
}

func TestLintForCodeHosts(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "testdata/lint", SARIF: true}).Run(a); err == nil {
		t.Error("a broken flow passed")
	}
	var log sarifLog
	standard(t, sarifSchema(t), out.Bytes())
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) == 0 {
		t.Fatalf("got %s", out)
	}
	run := log.Runs[0]
	for _, one := range run.Results {
		at := one.Locations[0].Physical
		rule := run.Tool.Driver.Rules[one.Index]
		if rule.ID != one.Rule || rule.Short.Text == "" || !strings.HasSuffix(rule.Full.Text, rule.Help.Text) || at.Artifact.URI != "testdata/lint/course.yaml" || at.Region.Line < 1 ||
			one.Level != "error" && one.Level != "warning" || one.Message.Text == "" {
			t.Errorf("result %+v", one)
		}
	}
}

func TestSARIFOfNothingWrong(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "../../flows/catalog", SARIF: true}).Run(a); err != nil {
		t.Fatal(err)
	}
	standard(t, sarifSchema(t), out.Bytes())
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil || len(log.Runs) != 1 || log.Runs[0].Results == nil {
		t.Errorf("got %v: %s", err, out)
	}
}

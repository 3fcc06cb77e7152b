package locales

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryDiagnosticHasWords looks for the codes in the source of the checker
// and the steps: each must have a text and a way to mend it, and no text may
// be left over.
func TestEveryDiagnosticHasWords(t *testing.T) {
	t.Parallel()
	codes := []string{ // built from parts
		"text_too_long", "caption_too_long", "button_too_long", "callback_too_long",
		"formula_syntax", "formula_long", "formula_function", "formula_arguments", "formula_forbidden",
		"formula_effect", "formula_lines",
	}
	for _, pattern := range []string{"../flows/*.go", "../flows/steps/*.go", "../flows/dialogs/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				codes = append(codes, codesIn(t, name)...)
			}
		}
	}
	if len(codes) < 50 {
		t.Fatalf("found only %d codes; has the way of reporting changed?", len(codes))
	}
	catalog := load(t)
	for _, code := range codes {
		for _, key := range []string{"lint." + code, "lint." + code + ".fix"} {
			if !catalog.Has("ru", key) {
				t.Errorf("no text for %s", key)
			}
		}
	}
	for _, key := range catalog.Keys("ru") {
		code, fix := strings.CutSuffix(strings.TrimPrefix(key, "lint."), ".fix")
		if fix && code != "lint" && !slices.Contains(codes, code) {
			t.Errorf("%s belongs to no diagnostic", key)
		}
	}
}

var codeShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// codesIn collects the codes given to Error, Warn, Add and fail, and those of
// the table of syntax errors.
func codesIn(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	literal := func(expr ast.Expr) {
		lit, ok := expr.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && codeShape.MatchString(text) {
			codes = append(codes, text)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			at := map[string]int{"Error": 0, "Warn": 0, "Add": 2}
			if selector, ok := node.Fun.(*ast.SelectorExpr); ok {
				place, known := at[selector.Sel.Name]
				if selector.Sel.Name == "fail" {
					place, known = failPlace(node), true
				}
				if known && place < len(node.Args) {
					literal(node.Args[place])
				}
			}
		case *ast.FuncDecl:
			if node.Name.Name == "syntaxErrors" {
				ast.Inspect(node, func(inner ast.Node) bool {
					if pair, ok := inner.(*ast.CompositeLit); ok && len(pair.Elts) == 2 {
						literal(pair.Elts[1])
					}
					return true
				})
			}
		}
		return true
	})
	return codes
}

// failPlace tells fail(pos, code, …) from fail(line, col, code, …).
func failPlace(call *ast.CallExpr) int {
	for i, arg := range call.Args {
		if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			return i
		}
	}
	return len(call.Args)
}

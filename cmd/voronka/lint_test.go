package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/locales"
)

var update = flag.Bool("update", false, "rewrite golden files")

func testApp(t *testing.T, lang string) (*app, *bytes.Buffer) {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	return &app{ctx: t.Context(), out: out, err: out, words: catalog, language: lang}, out
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update rewrites):\n%s", name, diff)
	}
}

func TestLintSpeaks(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		a, out := testApp(t, "ru")
		err := (&lintCommand{Dir: "testdata/lint", Language: lang}).Run(a)
		if status := exitStatus(0); !errors.As(err, &status) || status != exitFault {
			t.Errorf("%s: got %v, want exit status 1", lang, err)
		}
		golden(t, "lint_"+lang+".golden", out.Bytes())
		if strings.Contains(out.String(), "‹") || strings.Contains(out.String(), "<no value>") {
			t.Errorf("%s: a text is missing", lang)
		}
	}
}

func TestLintForPrograms(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "testdata/lint", JSON: true}).Run(a); err == nil {
		t.Error("a broken flow passed")
	}
	var answer struct {
		OK          bool
		Diagnostics []struct {
			Pos                          struct{ File, Source string }
			Code, Severity, Message, Fix string
		}
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.OK || len(answer.Diagnostics) == 0 || answer.Diagnostics[0].Message == "" || answer.Diagnostics[0].Code == "" {
		t.Errorf("got %s", out)
	}
}

// TestLintFindsEach goes through the faults that must never reach a customer.
func TestLintFindsEach(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ flow, want string }{
		"unknown target": {
			"start: a\nstates:\n  a: {next: b}\n", "course.yaml:3:13: ошибка: нет состояния «b»",
		},
		"unreachable state": {
			"start: a\nstates:\n  a: {end: true}\n  b: {end: true}\n", "course.yaml:4:3: ошибка: в состояние «b» никто не попадёт",
		},
		"unhandled outcome": {
			"start: a\nproducts: {p: {title: П, price: 10}}\nstates:\n  a:\n    do: [{pay: p}]\n    on: {success: a, fail: a, expired: a, error: a}\n",
			"course.yaml:5:10: ошибка: не сказано, что делать, если пришла другая сумма",
		},
		"button too long": {
			"start: a\nstates:\n  a:\n    do:\n      - say: Да\n        buttons: [[{text: " + strings.Repeat("я", 65) + ", to: a}]]\n",
			"course.yaml:6:27: ошибка: надпись на кнопке слишком длинная",
		},
		"variable never set": {
			"start: a\nstates:\n  a: {end: true, do: [{say: \"#{age} лет\"}]}\n", "course.yaml:3:32: ошибка: переменную «age» никто не заполняет",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "course.yaml"), []byte(test.flow), 0o600); err != nil {
				t.Fatal(err)
			}
			a, out := testApp(t, "ru")
			if err := (&lintCommand{Dir: dir}).Run(a); err == nil {
				t.Error("a broken flow passed")
			}
			if !strings.HasPrefix(out.String(), filepath.Join(dir, test.want)) {
				t.Errorf("got %s\nwant %s", out, test.want)
			}
		})
	}
}

func TestLintCatalog(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"../../flows/catalog", "../../flows/catalog/course.yaml"} {
		a, out := testApp(t, "ru")
		if err := (&lintCommand{Dir: path}).Run(a); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		if got := out.String(); got != "Всё в порядке: 1 воронка готова к запуску.\n" {
			t.Errorf("got %s", got)
		}
	}
}

func TestLintNothing(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "testdata/none"}).Run(a); err == nil {
		t.Errorf("a folder that is not there passed: %s", out)
	}
}

func TestGraphCatalog(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&graphCommand{Flow: "../../flows/catalog/course.yaml"}).Run(a); err != nil {
		t.Fatal(err)
	}
	golden(t, "course.mmd", out.Bytes())
}

func TestGraphOfABrokenFlow(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&graphCommand{Flow: "testdata/lint/course.yaml"}).Run(a); err == nil || !strings.Contains(out.String(), "ошибка") {
		t.Errorf("got %v: %s", err, out)
	}
}

// TestShopsOfTheSettings compares the shops that products name with those of
// the settings, where there are any.
func TestShopsOfTheSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flow := "start: hi\nproducts: {book: {title: Книга, price: 100, shop: bookz}}\nstates: {hi: {end: true, do: [{say: Привет}]}}\n"
	shops := filepath.Join(dir, "shops.yml")
	for name, text := range map[string]string{"shop.yaml": flow, "shops.yml": "books: {terminal: T2, password: p}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		loader flows.Loader
		fine   bool
	}{
		"nobody knows": {(&app{}).shopLoader(), true},
		"none":         {Settings{}.loader(), false},
		"another":      {Settings{TBankShops: shops}.loader(), false},
	} {
		_, found, err := test.loader.LoadFile(filepath.Join(dir, "shop.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if bad := slices.IndexFunc(found, func(one flows.Diagnostic) bool { return one.Code == "unknown_shop" }); (bad < 0) != test.fine ||
			bad >= 0 && found[bad].Pos.Line != 2 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
